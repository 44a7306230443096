/** What an agent of the parity table asks for, before its own settings and what a session adds. */
export interface AsksFor {
  readonly kind: 'everything' | 'some' | 'nothing';
  /** What it does not ask for, in words that follow "except" or "not for". */
  readonly except?: string;
}

/** How far the setting `countersign.strict` reaches with an agent. */
export type Reach =
  /** It was started so that its own settings let nothing through. */
  | { readonly kind: 'on' }
  /** As `on`, except for what `still` says. */
  | { readonly kind: 'partly'; readonly still: string }
  /** Its command line has no way to switch its own settings off. */
  | { readonly kind: 'noWay' };

/** What can let an agent's calls through beside the gate, in one folder. */
export interface Doors {
  /** Files of its own that can allow calls, absolute paths; `undefined` when nobody knows where they lie. */
  readonly files: readonly string[] | undefined;
  /** How many of their entries allow calls, at least, by file; nothing is known of one that is not here. */
  readonly allowed?: ReadonlyMap<string, number>;
  readonly strict: Reach | { readonly kind: 'off' };
}

/** What an agent says whose own settings come first. */
export const OWN_SETTINGS = 'what its own settings do not allow';

/** The cell of the parity table: `everything`, `everything, except …`, `some tools, not for …`, `nothing`. */
export function asksForCell({ except, kind }: AsksFor): string {
  switch (kind) {
    case 'everything':
      return except === undefined ? 'everything' : `everything, except ${except}`;
    case 'some':
      return except === undefined ? 'some tools' : `some tools, not for ${except}`;
    case 'nothing':
      return 'nothing';
  }
}

/** The cell of the parity table: what it asks for with the setting on. */
export function strictCell(reach: Reach): string {
  switch (reach.kind) {
    case 'on':
      return 'everything';
    case 'partly':
      return `everything, but ${reach.still}`;
    case 'noWay':
      return 'no way to switch its own settings off';
  }
}

/** What a session asks for, to follow "Asks for:". `says` is the words of the connection. */
export function asksForWords(says: string, doors: Doors | undefined): string {
  if (!doors) return says;
  const hasNone = doors.files?.length === 0;
  const words = says === OWN_SETTINGS && hasNone ? 'everything' : says;
  switch (doors.strict.kind) {
    case 'off':
      return words;
    case 'on':
      return says === OWN_SETTINGS ? 'everything, whatever its own settings allow (strict)' : words;
    case 'partly':
      return `everything, but ${doors.strict.still} (strict)`;
    case 'noWay':
      return hasNone
        ? words
        : `${words} (strict: they still apply, there is no way to switch them off)`;
  }
}
