import type { SecretContext, SecretRange } from './secretDetector.ts';
import { findSecrets } from './secrets.ts';
import { plain, type Spans, spansBetween, toSpans } from './spans.ts';

/**
 * How far past a cut a text is searched for secrets. Longer than what tokens, keys and certificates come to, so that one
 * that lies across the cut is recognised, and short enough that megabytes cost nothing.
 */
const MARGIN = 8192;

/** A long text's beginning and end, redacted before it is cut, with a line between that says how much is missing. */
export function headAndTail(
  raw: string,
  max: number,
  context: SecretContext = 'text',
  gap = cutNote,
): Spans {
  if (raw.length <= max) return toSpans(raw, context);
  const half = Math.floor(max / 2);
  const head = headOf(raw, half, context);
  const tail = tailOf(raw, half, context);
  const missing = raw.length - head.characters - tail.characters;
  return [...head.spans, gap(missing), ...tail.spans];
}

/** The same for a text whose secrets are known. */
export function headAndTailOf(
  raw: string,
  secrets: readonly SecretRange[],
  max: number,
  gap = cutNote,
): Spans {
  if (raw.length <= max) return spansBetween(raw, secrets, 0, raw.length);
  const half = wholeCharacters(raw, Math.floor(max / 2));
  const start = wholeCharacters(raw, raw.length - half);
  const head = spansBetween(raw, secrets, 0, half);
  return [...head, gap(start - half), ...spansBetween(raw, secrets, start, raw.length)];
}

/** For names and the like: the beginning, and where it is cut how much more there is. */
export function shortened(raw: string, max: number): Spans {
  if (raw.length <= max) return toSpans(raw);
  const { spans, characters } = headOf(raw, max, 'text');
  return [...spans, `… ${raw.length - characters} more characters`];
}

/** One line of plain text, at most `max` characters: redacted, escaped, white space collapsed, cut. In this order. */
export function oneLine(raw: string, max: number, context: SecretContext = 'text'): string {
  if (raw.length > 2 * max) return oneLineOf(headOf(raw, 2 * max, context).spans, max);
  if (raw.length > MAX_KNOWN || raw.length > max || context !== 'text')
    return oneLineOf(toSpans(raw, context), max);
  if (known.has(raw)) return raw;
  const line = oneLineOf(toSpans(raw), max);
  if (line === raw) {
    if (known.size >= 1000) known.clear();
    known.add(raw);
  }
  return line;
}

/** Short lines that were looked at lately and show as they are: names and labels come again with every request. */
const known = new Set<string>();
const MAX_KNOWN = 200;

/** The same for what is redacted already. */
export function oneLineOf(spans: Spans, max: number): string {
  const text = plain(spans);
  const line = /[\n\t]| {2}|^ | $/.test(text) ? text.replace(/\s+/g, ' ').trim() : text;
  return line.length > max ? `${line.slice(0, wholeCharacters(line, max - 1))}…` : line;
}

function cutNote(missing: number): string {
  return `\n… ${missing} characters are not shown here. Open the whole request to see them …\n`;
}

interface Part {
  readonly spans: Spans;
  /** How many of the raw characters the part stands for. */
  readonly characters: number;
}

function headOf(raw: string, length: number, context: SecretContext): Part {
  const window = raw.slice(0, length + MARGIN);
  const end = wholeCharacters(window, length);
  return { spans: spansBetween(window, findSecrets(window, context), 0, end), characters: end };
}

function tailOf(raw: string, length: number, context: SecretContext): Part {
  const window = raw.slice(-(length + MARGIN));
  const isWhole = window.length === raw.length;
  const cut = window.length - length;
  const start = isWhole ? wholeCharacters(window, cut) : tailStart(window, cut);
  const found = findSecrets(window, context);
  const secrets = isWhole ? found : [...endOfKey(window), ...found];
  return {
    spans: spansBetween(window, secrets, start, window.length),
    characters: window.length - start,
  };
}

/**
 * A word that is longer than the margin may be a secret whose name is out of sight, so it is left out: the end starts
 * after it.
 */
function tailStart(window: string, start: number): number {
  const beforeStart = window.slice(0, start);
  if (/\s/.test(beforeStart)) return wholeCharacters(window, start);
  const gap = window.slice(start).search(/\s/);
  return gap < 0 ? window.length : start + gap;
}

/** The end of a private key that began before the window. */
function endOfKey(window: string): readonly SecretRange[] {
  const match = /^[A-Za-z0-9+/=\s\\]*-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----/.exec(window);
  return match ? [{ kind: 'private key', start: 0, end: match[0].length }] : [];
}

/** The index, moved so that no pair of surrogates is cut in two. */
function wholeCharacters(text: string, index: number): number {
  const code = text.charCodeAt(index - 1);
  return code >= 0xd800 && code <= 0xdbff && index < text.length ? index - 1 : index;
}
