import type { SecretContext, SecretRange } from './secretDetector.ts';
import { type Quoted, ShellQuotes } from './shellQuotes.ts';

/** A value that stands where a secret may. */
export interface Value {
  readonly start: number;
  readonly end: number;
  /** The first 64 characters: enough to judge it by. */
  readonly head: string;
  readonly quoted: boolean;
}

const JUDGED = 64;
/** Texts up to this size may be commands: words are read as a shell does as well. */
const MAX_WORDS = 20_000;
const UNQUOTED = /(?:[^\s"'`,;&|<>(){}\\]|,(?![\s"'\\]|$|[\w.-]{1,40}[=:]))+/y;
/** In quotes that hold data and not a command. */
const IN_DATA = /[^\s"'`,;&\\]+/y;
const QUOTE =
  /(?<escape>\\{0,6})(?<quote>["'`]|u002[27](?=[^\s]))(?=[^\s;&|<>)+,}\]:]|[)+,}\]:;&|<>][^\s"'`]*["'`])/y;
/** Up to the closing quote; longer ones are taken out without it. */
const INSIDE = {
  '"': /(?:[^"\\\n]|\\[^\n]){1,2000}/y,
  "'": /(?:[^'\\\n]|\\[^\n]){1,2000}/y,
  '`': /(?:[^`\\\n]|\\[^\n]){1,2000}/y,
} as const;

/** What a shell acts on. */
const OPERATOR = /[\s;|&<>`(){}"']/;

/** Says where values end: with their quotes, their word, or before the first thing that a shell could run. */
export class Extents {
  readonly context: SecretContext;
  readonly #text: string;
  #knownQuotes: ShellQuotes | undefined;
  #word = { start: 0, end: 0 };

  constructor(text: string, context: SecretContext) {
    this.#text = text;
    this.context = context;
  }

  /** Looked for when first needed: most texts have nothing that ends with them. */
  get #quotes(): ShellQuotes | undefined {
    if (this.context === 'text' && this.#text.length > MAX_WORDS) return undefined;
    this.#knownQuotes ??= new ShellQuotes(this.#text);
    return this.#knownQuotes;
  }

  /** The value that begins at an index, with or without a quote; `inside` is a quote that was opened before it. */
  valueAt(index: number, inside?: string): Value | undefined {
    const rest = inside === undefined ? undefined : this.#restOfQuoted(index, inside);
    if (rest !== undefined) return this.#value(index, rest, true);
    const tripled = this.#tripleQuoted(index);
    if (tripled) return tripled;
    QUOTE.lastIndex = index;
    const open = QUOTE.exec(this.#text);
    const start = index + (open?.[0].length ?? 0);
    const quotedEnd = open ? this.#endOfQuoted(start, open) : undefined;
    // What a shell would run is no value.
    if (quotedEnd === undefined && open?.groups?.['quote'] === '`') return undefined;
    const end = quotedEnd ?? this.#endOfWord(start);
    if (end === start) return undefined;
    // `${NAME}` and `$(…)` stay in sight as a whole.
    if (end === start + 1 && /^\$[({]/.test(this.#text.slice(start, start + 2))) return undefined;
    return this.#value(start, end, !!open);
  }

  #value(start: number, end: number, quoted: boolean): Value {
    const head = this.#text.slice(start, Math.min(end, start + JUDGED));
    return { start, end, head: quoted ? head : head.replace(/^["']|["']$/g, ''), quoted };
  }

  /** A string of Python or TOML that may have lines. */
  #tripleQuoted(index: number): Value | undefined {
    const quotes = this.#text.slice(index, index + 3);
    if (this.context === 'command' || (quotes !== '"""' && quotes !== "'''")) return undefined;
    const start = index + 3;
    const end = this.#text.slice(start, start + 2000).indexOf(quotes) + start;
    return end <= start || this.#runs(start, end) ? undefined : this.#value(start, end, true);
  }

  /** `'me:…'`: up to the quote that closes what the place has opened. */
  #restOfQuoted(start: number, quote: string): number | undefined {
    const end = this.#text.indexOf(quote, start);
    if (end <= start || end > start + 2000) return undefined;
    const part = this.context === 'text' ? undefined : this.#quotes?.around(start);
    if (this.context === 'command' && (part?.end !== end || this.#quotes?.runsText))
      return undefined;
    return this.#runs(start, end) || this.#text.slice(start, end).includes('\n') ? undefined : end;
  }

  /** A range without what a shell could run. */
  safe(range: SecretRange): SecretRange[] {
    if (this.context === 'text' || range.kind === 'private key') return [range];
    const quotes = this.#quotes?.around(range.start);
    if (quotes && range.end <= quotes.end && this.#isData(range)) return [range];
    const at = this.#text.slice(range.start, range.end).search(OPERATOR);
    if (at === 0) return [];
    return [at < 0 ? range : { ...range, end: range.start + at }];
  }

  #isData({ start, end }: SecretRange): boolean {
    return !this.#quotes?.runsText && !/[\s`]|\$[({]/.test(this.#text.slice(start, end));
  }

  #endOfWord(start: number): number {
    if (start >= this.#word.start && start < this.#word.end) return this.#word.end;
    const end = this.#freshEndOfWord(start);
    this.#word = { start, end };
    return end;
  }

  #freshEndOfWord(start: number): number {
    const simple = start + lengthAt(UNQUOTED, this.#text, start);
    const quotes = this.#quotes;
    if (!quotes?.isPlain) return simple;
    const around = quotes.around(start);
    if (around) {
      if (this.context === 'text') return simple;
      if (quotes.runsText) return Math.min(simple, around.end);
      return Math.min(start + lengthAt(IN_DATA, this.#text, start), around.end);
    }
    const end = quotes.wordEnd(this.#text, start);
    const cut = this.#text.slice(start, end).search(/,[\w.-]{1,40}=/);
    const word = cut < 0 ? end : start + cut;
    return this.#runs(start, word) ? simple : Math.max(simple, word);
  }

  /** The closing quote, when it is there and nothing in between could run if the quotes are not what they look like. */
  #endOfQuoted(start: number, open: RegExpExecArray): number | undefined {
    const quote = open.groups?.['quote'];
    // An escaped quote may stand outside of any string: what follows is taken like a bare word.
    if (!isQuote(quote) || open.groups?.['escape'] !== '') return undefined;
    if (this.context === 'command') return this.#endInCommand(start, quote);
    const end = start + lengthAt(INSIDE[quote], this.#text, start);
    // A template has no white space where a secret stands; a command between backticks has.
    if (quote === '`' && /\s/.test(this.#text.slice(start, end))) return undefined;
    if (this.#text.charAt(end) !== quote || this.#runs(start, end)) return undefined;
    return end;
  }

  #endInCommand(start: number, quote: string): number | undefined {
    const quotes = this.#quotes;
    if (!quotes?.isPlain || quote === '`') return undefined;
    const part = quotes.around(start);
    if (!part) return undefined;
    if (part.start === start) return this.#endOfQuotedWord(quotes, part);
    // Quotes within quotes of the other kind: they open here when all before are closed.
    const before = this.#text.slice(part.start, start - 1);
    if (before.split(quote).length % 2 === 0) return undefined;
    const end = this.#text.indexOf(quote, start);
    if (end < 0 || end >= part.end) return undefined;
    // Only a program that sends its arguments away is known not to run them.
    const hidden = this.#text.slice(start, end);
    if (/\s/.test(hidden) ? !quotes.sendsText : quotes.runsText && OPERATOR.test(hidden))
      return undefined;
    return this.#runs(start, end) ? undefined : end;
  }

  /** `'abc'` up to its closing quote, `'abc'"def"` up to the end of the word. */
  #endOfQuotedWord(quotes: ShellQuotes, part: Quoted): number | undefined {
    const after = quotes.wordEnd(this.#text, part.end + 1);
    const end =
      after > part.end + 1 && /['"\w]/.test(this.#text.charAt(part.end + 1)) ? after : part.end;
    if (quotes.runsVariable && OPERATOR.test(this.#text.slice(part.start, part.end)))
      return undefined;
    return this.#runs(part.start, end) ? undefined : end;
  }

  #runs(start: number, end: number): boolean {
    const text = this.#text.slice(start, end);
    return this.context === 'command' ? couldRun(text) : startsCommand(text);
  }
}

function isQuote(text: string | undefined): text is keyof typeof INSIDE {
  return text === '"' || text === "'" || text === '`';
}

function lengthAt(sticky: RegExp, text: string, index: number): number {
  sticky.lastIndex = index;
  return sticky.test(text) ? sticky.lastIndex - index : 0;
}

/** In a text that is no command, words in brackets are words. */
function startsCommand(text: string): boolean {
  return /\s/.test(text) && /[;&|`]|\$[({]|\s[-/~.]\S|\s\S{0,300}\//.test(text);
}

function couldRun(text: string): boolean {
  return /\s/.test(text) && /[;&|<>`$(){}]|\s[-/~.]|\s\S{0,300}\//.test(text);
}
