/** Shells that Codex starts; by their full path, because a program of that name can also lie in the workspace. */
const SHELL = /^(?:\/usr(?:\/local)?|\/opt\/homebrew)?\/bin\/(?:bash|zsh|sh)$/;

/**
 * The command inside the one wrapper that Codex puts around what its model wrote: `/bin/bash -lc 'pnpm test'`. Anything
 * that is not exactly such a wrapper comes back as it is. Codex writes the three words with the rules of POSIX
 * quoting (Rust's `shlex`), so they are read with those rules, and only where nothing is left to expand.
 *
 * `commandActions` beside it is Codex's guess for display (`cd a && cat b` becomes `cat b`) and is not used.
 */
export function unwrapped(command: string): string {
  const words = shellWords(command);
  return (words && scriptOf(words)) ?? command;
}

/** The script of `[shell, '-lc', script]`; `undefined` for any other command. */
export function scriptOf(words: readonly string[]): string | undefined {
  const [shell = '', flag, script] = words;
  if (words.length !== 3 || !SHELL.test(shell) || (flag !== '-lc' && flag !== '-c'))
    return undefined;
  return script;
}

/** One text of several words, quoted so that a shell reads the same words. */
export function quotedWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

/** Characters that mean something to a shell where they stand outside quotes. */
const SPECIAL = /[|&;<>()$`*?[\]#~!{}\n\r]/;

/** The words of a simple command, or `undefined` where a shell would do more than take off the quotes. */
function shellWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at);
    if (char === ' ' || char === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
      continue;
    }
    const piece =
      char === '"' ? doubleQuoted(text, at) : (singleQuoted(text, at) ?? bare(text, at));
    if (!piece) return undefined;
    word = (word ?? '') + piece.text;
    at = piece.end;
  }
  return word === undefined ? words : [...words, word];
}

interface Piece {
  readonly text: string;
  /** Where the next piece begins. */
  readonly end: number;
}

function singleQuoted(text: string, at: number): Piece | undefined {
  if (text.charAt(at) !== "'") return undefined;
  const end = text.indexOf("'", at + 1);
  return end < 0 ? undefined : { text: text.slice(at + 1, end), end: end + 1 };
}

/** Inside double quotes a backslash counts only before these. */
const ESCAPABLE = '$`"\\';

function doubleQuoted(text: string, start: number): Piece | undefined {
  let inner = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return { text: inner, end: at + 1 };
    if (char === '$' || char === '`') return undefined;
    const next = text.charAt(at + 1);
    const escapes = char === '\\' && next !== '' && ESCAPABLE.includes(next);
    // A backslash before a line's end takes both away: too clever to be a wrapper.
    if (char === '\\' && next === '\n') return undefined;
    inner += escapes ? next : char;
    if (escapes) at++;
  }
  return undefined;
}

function bare(text: string, at: number): Piece | undefined {
  const char = text.charAt(at);
  if (char === "'" || SPECIAL.test(char)) return undefined;
  if (char !== '\\') return { text: char, end: at + 1 };
  const next = text.charAt(at + 1);
  return next === '' || next === '\n' ? undefined : { text: next, end: at + 2 };
}
