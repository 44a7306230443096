import { err, ok, type Result } from '../../base/result.ts';

/** One word of a command after the shell's unquoting, and where it is in the text (UTF-16 indexes). */
export interface ShellWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** What is before the first wildcard that the shell would expand; absent when there is none. */
  readonly globPrefix?: string;
}

/** A simple command. It has at least one word. */
export interface SimpleCommand {
  readonly words: readonly ShellWord[];
  /** What comes after it; `;` also stands for a newline, and for the end. */
  readonly next: '|' | '||' | '&&' | ';';
}

export interface StrictLine {
  /** At least one, in order. */
  readonly commands: readonly SimpleCommand[];
  /** The same line with every word at its place, but on one line (newlines as `;`) and without comments. */
  readonly flat: string;
}

/**
 * Cuts a command line into simple commands, where it is of the small language that every POSIX shell reads in the same
 * way: plain and quoted words, `;` `&&` `||` `|`, newlines, comments, and redirections to `/dev/null` or between file
 * descriptors. The error is what it holds beyond that, in words.
 */
export function strictCommands(text: string): Result<StrictLine, string> {
  const hidden = /(?![\t\n])[\p{C}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Z}/u.test(text);
  if (hidden) return err('a character that does not show');
  const reader = new Reader(text);
  try {
    const line = reader.line();
    return line.commands.length > 0 ? ok(line) : err('no command');
  } catch (error) {
    if (error instanceof NotPlain) return err(error.message);
    throw error;
  }
}

/** How the reader leaves from anywhere inside; it does not leave this file. */
class NotPlain extends Error {}

const BLANK = /[ \t]/;
const ENDS_WORD = /[ \t\n;&|<>()]/;
const PLAIN = /[A-Za-z0-9_@%+=:,./\-#~^\]]/;
const ESCAPED = /[ !-/:-@[-`{-~]/;

/** Read as grammar by bash, dash or zsh when they come first in a command. */
const RESERVED =
  /^(?:!|\]\]|case|coproc|do|done|elif|else|end|esac|fi|for|foreach|function|if|in|nocorrect|noglob|repeat|select|then|time|until|while|-)$/;

class Reader {
  readonly #text: string;
  #at = 0;
  #flat = '';
  #commands: SimpleCommand[] = [];
  #words: ShellWord[] = [];
  #redirected = false;
  /** An operator was read that needs a command after it. */
  #open = false;

  constructor(text: string) {
    this.#text = text;
  }

  line(): StrictLine {
    while (this.#at < this.#text.length) this.#step();
    this.#end(';');
    if (this.#open) throw new NotPlain('a command that is not finished');
    return { commands: this.#commands, flat: this.#flat + this.#text.slice(this.#flat.length) };
  }

  /** The text up to here is flat, with its last piece from `start` as spaces that may end in `;`. */
  #flatten(start: number, last: ';' | ' ' = ' '): void {
    this.#flat += this.#text.slice(this.#flat.length, start);
    this.#flat += `${' '.repeat(this.#at - start - 1)}${last}`;
  }

  #step(): void {
    const char = this.#peek();
    if (BLANK.test(char)) this.#at++;
    else if (char === '\\' && this.#peek(1) === '\n') this.#at += 2;
    else if (char === '#') this.#skipComment();
    else if (char === '\n') this.#separator('\n');
    else if (char === ';' || char === '|' || char === '&') this.#operator(char);
    else if (char === '<' || char === '>') this.#redirect();
    else if (/^\d+[<>]/.test(this.#text.slice(this.#at, this.#at + 12))) this.#redirect();
    else if (char === '(' || char === ')') throw new NotPlain('parentheses');
    else this.#word();
  }

  #operator(char: string): void {
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (two === '&>') this.#redirect();
    else if (two === '&&' || two === '||') {
      this.#at += 2;
      this.#end(two);
      this.#open = true;
    } else if (two === ';;' || two === '|&' || char === '&') {
      throw new NotPlain(char === '&' ? 'a command in the background' : `"${two}"`);
    } else if (char === '|') {
      this.#at++;
      this.#end('|');
      this.#open = true;
    } else {
      this.#separator(';');
    }
  }

  #separator(char: ';' | '\n'): void {
    if (char === ';' && this.#words.length === 0) throw new NotPlain('an empty command');
    this.#at++;
    const ends = this.#words.length > 0 || this.#redirected;
    if (char === '\n') this.#flatten(this.#at - 1, ends ? ';' : ' ');
    if (ends) this.#end(';');
  }

  #end(next: SimpleCommand['next']): void {
    if (this.#words.length === 0) {
      if (this.#redirected || next !== ';') throw new NotPlain('an empty command');
      return;
    }
    const first = this.#words[0];
    const raw = first ? this.#text.slice(first.start, first.end) : '';
    if (RESERVED.test(raw)) throw new NotPlain(`"${raw}"`);
    if (/^[A-Za-z_]\w*\+?=/.test(raw)) throw new NotPlain('a variable that is set');
    if (first?.globPrefix !== undefined) throw new NotPlain('a program with a wildcard');
    this.#commands.push({ words: this.#words, next });
    this.#words = [];
    this.#redirected = false;
    this.#open = false;
  }

  #skipComment(): void {
    const start = this.#at;
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
    this.#flatten(start);
  }

  #redirect(): void {
    const rest = this.#text.slice(this.#at, this.#at + 64);
    const match = /^(?:\d?>&\d|(?:\d?>>?|&>>?|\d?<)[ \t]*\/dev\/null)(?=[ \t\n;&|]|$)/.exec(rest);
    if (!match) throw new NotPlain('a redirection');
    this.#redirected = true;
    this.#at += match[0].length;
  }

  #word(): void {
    const start = this.#at;
    let text = '';
    let globPrefix: string | undefined;
    while (this.#at < this.#text.length && !ENDS_WORD.test(this.#peek())) {
      const char = this.#peek();
      if (char === "'") text += this.#single();
      else if (char === '"') text += this.#double();
      else if (char === '\\') text += this.#escape();
      else if (char === '*' || char === '?' || char === '[') {
        globPrefix ??= text;
        text += this.#take();
      } else text += this.#plain(this.#at === start);
    }
    this.#words.push({
      text,
      start,
      end: this.#at,
      ...(globPrefix !== undefined && { globPrefix }),
    });
  }

  #plain(first: boolean): string {
    const char = this.#peek();
    const before = this.#text[this.#at - 1] ?? '';
    if (char === '!' && (ENDS_WORD.test(this.#peek(1)) || /^=?$/.test(this.#peek(1))))
      return this.#take();
    if (char === '{') return this.#reflog();
    if (!PLAIN.test(char)) throw new NotPlain(char === '$' ? 'an expansion' : `"${char}"`);
    if (char === '~' && (first || before === ':' || before === '='))
      throw new NotPlain('a home folder ("~")');
    // zsh puts the path of a program in its place.
    if (char === '=' && first && !ENDS_WORD.test(this.#peek(1)))
      throw new NotPlain('a word that starts with "="');
    return this.#take();
  }

  /** `HEAD@{1}`, which no shell expands. */
  #reflog(): string {
    const match = /^\{[A-Za-z0-9-]+\}/.exec(this.#text.slice(this.#at, this.#at + 32));
    if (this.#text[this.#at - 1] !== '@' || !match) throw new NotPlain('braces');
    this.#at += match[0].length;
    return match[0];
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw new NotPlain('a quote that is not closed');
    const inner = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return inner;
  }

  #double(): string {
    let inner = '';
    for (this.#at++; this.#at < this.#text.length; ) {
      const char = this.#take();
      const next = this.#peek();
      if (char === '"') return inner;
      if (char === '`' || (char === '$' && !/^[" |)/]$/.test(next)))
        throw new NotPlain('an expansion');
      // An interactive shell looks up its history; it refuses "fix!: a".
      const isRead = /^[ \t\n="]$/.test(next) || (next === ':' && this.#peek(1) === ' ');
      if (char === '!' && !isRead) throw new NotPlain('"!"');
      if (char === '\\' && next === '\n') throw new NotPlain('a line that goes on inside quotes');
      inner += char === '\\' && /^[$`"\\]$/.test(next) ? this.#take() : char;
    }
    throw new NotPlain('a quote that is not closed');
  }

  #escape(): string {
    const next = this.#peek(1);
    // Before a letter it only hides what the word is.
    if (next === '' || !ESCAPED.test(next)) throw new NotPlain('a backslash');
    this.#at += 2;
    return next;
  }

  #take(): string {
    return this.#text[this.#at++] ?? '';
  }

  #peek(offset = 0): string {
    return this.#text[this.#at + offset] ?? '';
  }
}
