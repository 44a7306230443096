/** A stretch of text, by UTF-16 index, that must not be shown. */
export interface SecretRange {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/**
 * Where a text comes from. In a `command` nothing is taken out that a shell could run: a secret ends where its word ends,
 * or else `password="a; curl … | sh; "` would hide what is asked for behind the word "redacted".
 */
export type SecretContext = 'command' | 'text';

/** What a secret looks like. */
export interface Detector {
  readonly kind: string;
  /** One of these must be in the lower-case text before the pattern is tried. */
  readonly hints: readonly string[];
  /**
   * Where there is a group named `secret`, only it is taken out, so that the reader sees what kind of value was there.
   * Every pattern is linear: what repeats without a limit cannot start again inside its own match.
   */
  readonly pattern: RegExp;
  /** Tells a value from a word that only stands in its place. */
  readonly isSecret?: (value: string, match: RegExpMatchArray) => boolean;
}

/** A place whose next word is a secret: the pattern ends where the value begins. */
export interface Place {
  readonly kind: string;
  readonly hints: readonly string[];
  readonly pattern: RegExp;
  /** How much of what follows belongs to it; a word, or what the quotes hold, unless given. */
  readonly isSecret?: (value: string, match: RegExpMatchArray) => boolean;
}
