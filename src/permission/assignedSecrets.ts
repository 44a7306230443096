import type { SecretContext, SecretRange } from './secrets.ts';
import { isReference, looksRandom } from './secretValues.ts';

/** `password=…`, `"apiKey": "…"`, `TOKEN: …`: the end of a name that promises a secret, and what separates it. */
const ASSIGNED =
  /(?<core>passw(?:or)?d|passphrase|pwd|pass|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key|encryption[_-]?key|account[_-]?key|_auth)(?<suffix>[\w-]{0,24})(?<close>\\{0,6}["'`]?)(?<before>[ \t]{0,8})(?<sep>=>|[:=])(?<after>[ \t]{0,8})/gi;

/** `--password VALUE`, also as two items of a list. */
const FLAG =
  /(?<=[\s"'`([,=]|^)(?:--(?<name>[a-z0-9-]{0,32})|-)(?<core>password|passphrase|secret|token|api-?key|access-?key|private-?key|credential)(?<suffix>s?)(?:[ \t]{1,8}|(?:\\{0,6}["'][ \t\n]{0,8},[ \t\n]{0,20}(?=\\{0,6}["'])))/gi;

/** `token_type`, `password-file` and `tokenizer` hold no secret; `SECRET_KEY` and `passwords` do. */
const SUFFIX =
  /^(?:s|\d{1,3}|[_-]?(?:access)?[_-]?key(?:[_-]?base)?|[_-]?(?:value|secret|token|password|hash|salt))?$/i;

const UNQUOTED = /[^\s"'`,;&|<>(){}\\]+/y;
const QUOTE = /(?<escape>\\{0,6})(?<quote>["'`])(?=[^\s;&|<>)+,}\]:])/y;
/** Up to the closing quote; longer ones are taken out without it. */
const INSIDE = {
  '"': /(?:[^"\\\n]|\\[^\n]){1,2000}/y,
  "'": /(?:[^'\\\n]|\\[^\n]){1,2000}/y,
  '`': /(?:[^`\\\n]|\\[^\n]){1,2000}/y,
} as const;

/** Enough of a value to judge it by. */
const JUDGED = 64;
/** Words after a flag in a sentence about the flag. */
const PROSE =
  /^(?:to|and|or|is|as|if|in|of|on|for|with|from|the|an?|flags?|options?|values?|auth)$/i;

interface Value {
  readonly start: number;
  readonly end: number;
  /** The first {@link JUDGED} characters. */
  readonly head: string;
  readonly quoted: boolean;
}

/** Secrets that are known by the name before them. */
export function findAssignedSecrets(text: string, context: SecretContext): SecretRange[] {
  const found: SecretRange[] = [];
  const words = new Words(text);
  for (const match of matches(text, ASSIGNED)) {
    if (!SUFFIX.test(match.groups?.['suffix'] ?? '')) continue;
    const value = valueAt(text, ASSIGNED.lastIndex, context, words);
    if (!value || !isAssignedSecret(text, match, value, context)) continue;
    found.push(rangeOf(value));
    ASSIGNED.lastIndex = value.end;
  }
  for (const match of matches(text, FLAG)) {
    const value = valueAt(text, FLAG.lastIndex, context, words);
    if (value && isFlagSecret(match, value)) found.push(rangeOf(value));
  }
  return found;
}

/** Like `matchAll`, but the loop may move `lastIndex` on past what it has dealt with. */
function* matches(text: string, pattern: RegExp): Generator<RegExpExecArray> {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) yield match;
}

function rangeOf({ start, end }: Value): SecretRange {
  return { kind: 'secret value', start, end };
}

/** Finds the ends of words; remembers the last, so that a long word full of names is not read once for each name. */
class Words {
  readonly #text: string;
  #start = 0;
  #end = 0;

  constructor(text: string) {
    this.#text = text;
  }

  endAt(index: number): number {
    if (index < this.#start || index >= this.#end) {
      this.#start = index;
      this.#end = index + lengthAt(UNQUOTED, this.#text, index);
    }
    return this.#end;
  }
}

function valueAt(
  text: string,
  index: number,
  context: SecretContext,
  words: Words,
): Value | undefined {
  QUOTE.lastIndex = index;
  const open = QUOTE.exec(text);
  const start = index + (open?.[0].length ?? 0);
  const quoteEnd = context === 'text' && open ? endOfQuoted(text, start, open) : undefined;
  // What a shell would run is no value.
  if (quoteEnd === undefined && open?.groups?.['quote'] === '`') return undefined;
  const end = quoteEnd ?? words.endAt(start);
  if (end === start) return undefined;
  return { start, end, head: text.slice(start, Math.min(end, start + JUDGED)), quoted: !!open };
}

/** The closing quote, when it is there and nothing in between could run if the quotes are not what they look like. */
function endOfQuoted(text: string, start: number, open: RegExpExecArray): number | undefined {
  const quote = open.groups?.['quote'];
  // An escaped quote may stand outside of any string: what follows is taken like a bare word.
  if (!isQuote(quote) || open.groups?.['escape'] !== '') return undefined;
  const end = start + lengthAt(INSIDE[quote], text, start);
  return text.charAt(end) === quote && !couldRun(text.slice(start, end)) ? end : undefined;
}

function isQuote(text: string | undefined): text is keyof typeof INSIDE {
  return text === '"' || text === "'" || text === '`';
}

function lengthAt(sticky: RegExp, text: string, index: number): number {
  sticky.lastIndex = index;
  return sticky.test(text) ? sticky.lastIndex - index : 0;
}

function couldRun(text: string): boolean {
  return /\s/.test(text) && /[;&|<>`$(){}]|\s[-/~.]|\s\S{0,300}\//.test(text);
}

function isAssignedSecret(
  text: string,
  match: RegExpExecArray,
  value: Value,
  context: SecretContext,
): boolean {
  const { core = '', close = '', before = '', sep = '', after = '' } = match.groups ?? {};
  const { head } = value;
  if (isReference(head) || /^[=:[]/.test(head) || !nameFits(text, match.index, core, head))
    return false;
  if (head.toLowerCase() === core.toLowerCase()) return false;
  // Counts, not secrets: `max_tokens=4096`.
  if (/^(?:token|pass)$/i.test(core) && /^\d{1,7}$/.test(head)) return false;
  if (value.quoted) return true;
  if (sep === '=>' || isCode(text, value)) return false;
  const spaced = before !== '' || after !== '';
  if (sep === '=' && !spaced) return true;
  if (core.toLowerCase() === 'pass' && !spaced && context === 'command') return true;
  if (looksRandom(head)) return true;
  return spaced && close === '' && isWholeLine(text, match.index, value.end);
}

/** `pass` and `pwd` are part of harmless words and of the shell's own variables. */
function nameFits(text: string, index: number, core: string, value: string): boolean {
  switch (core.toLowerCase()) {
    case 'pass':
      return core === 'PASS' || !/[A-Za-z]/.test(text.charAt(index - 1));
    case 'pwd':
      return !/^(?:[/~.\\]|[A-Za-z]:)/.test(value);
    default:
      return true;
  }
}

/** A call, an element, a member or a type: nothing to take out. */
function isCode(text: string, { head, end }: Value): boolean {
  return (
    (text.charAt(end) === '(' && /^[\w$.]+$/.test(head)) ||
    /^[\w$.]+\[/.test(head) ||
    /^[a-z_$][\w.]*\.\w*(?:token|secret|password|key)$/i.test(head) ||
    /^(?:[A-Z][a-z0-9]+){2,}$/.test(head)
  );
}

const LINE_START = /(?:^|\n|\\n)[\s\-+"']*(?:export[ \t]+)?[\w.-]{0,64}$/;

/** A line of YAML or INI holds the name and the value alone. */
function isWholeLine(text: string, coreStart: number, end: number): boolean {
  if (end < text.length && !/[\r\n\\]/.test(text.charAt(end))) return false;
  const before = text.slice(Math.max(0, coreStart - 100), coreStart);
  return LINE_START.test(before) && (coreStart <= 100 || /\n|\\n/.test(before));
}

function isFlagSecret(match: RegExpExecArray, { head, quoted }: Value): boolean {
  const name = match.groups?.['name'] ?? '';
  if (name.startsWith('no-') || isReference(head)) return false;
  return quoted || !(PROSE.test(head) || /^(?:-|id=|\d{1,5}$)/.test(head));
}
