import { eachMatch } from './eachMatch.ts';
import type { SecretContext, SecretRange } from './secretDetector.ts';
import { findSecrets } from './secrets.ts';

/**
 * A piece of text that a surface may show: plain text, a secret that was taken out (only its kind is kept), or a
 * character that would not be seen as it is.
 */
export type Span =
  | string
  | { readonly secret: string }
  | { readonly char: string; readonly name: string };

export type Spans = readonly Span[];

/**
 * Characters that do not show, or show as something else: controls but tab and newline, format and bidi controls,
 * default-ignorable characters, separators, blanks and spaces that look like a space, lone surrogates.
 */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]|(?! )\p{Zs}/gu;

/** Most texts have none of these, and so nothing hidden, which is seen much sooner. */
const NOT_ASCII = /[^\n\t -~]/;

const NAMES: Readonly<Record<string, string>> = {
  '0000': 'null',
  '0007': 'bell',
  '0008': 'backspace',
  '000D': 'carriage return',
  '001B': 'escape',
  '007F': 'delete',
  '00A0': 'no-break space',
  '00AD': 'soft hyphen',
  '200B': 'zero width space',
  '200C': 'zero width non-joiner',
  '200D': 'zero width joiner',
  '200E': 'left-to-right mark',
  '200F': 'right-to-left mark',
  '2028': 'line separator',
  '2029': 'paragraph separator',
  '202A': 'left-to-right embedding',
  '202B': 'right-to-left embedding',
  '202C': 'pop directional formatting',
  '202D': 'left-to-right override',
  '202E': 'right-to-left override',
  '202F': 'narrow no-break space',
  '2060': 'word joiner',
  '2066': 'left-to-right isolate',
  '2067': 'right-to-left isolate',
  '2068': 'first strong isolate',
  '2069': 'pop directional isolate',
  '2800': 'braille blank',
  '3000': 'ideographic space',
  FE0F: 'variation selector-16',
  FEFF: 'zero width no-break space',
};

/** Redacts secrets and makes every invisible character visible. The only way from raw text to a surface. */
export function toSpans(raw: string, context: SecretContext = 'text'): Spans {
  return spansBetween(raw, findSecrets(raw, context), 0, raw.length);
}

/**
 * The part of a text from `from` to `to` (UTF-16 indexes). A secret that reaches into the part is taken out of it,
 * though it starts before or ends after: cut first, half of a secret would show.
 */
export function spansBetween(
  raw: string,
  secrets: readonly SecretRange[],
  from: number,
  to: number,
): Spans {
  const spans: Span[] = [];
  let at = from;
  for (const secret of secrets) {
    if (secret.end <= at) continue;
    if (secret.start >= to) break;
    if (secret.start > at) pushEscaped(spans, raw.slice(at, secret.start));
    spans.push({ secret: secret.kind });
    at = secret.end;
  }
  if (at < to) pushEscaped(spans, at === 0 && to === raw.length ? raw : raw.slice(at, to));
  return spans;
}

function pushEscaped(spans: Span[], text: string): void {
  if (text === '') return;
  if (!NOT_ASCII.test(text)) {
    spans.push(text);
    return;
  }
  let at = 0;
  for (const match of eachMatch(text, HIDDEN)) {
    const char = match[0];
    if (char === '\n' || char === '\t') continue;
    if (match.index > at) spans.push(text.slice(at, match.index));
    spans.push(hidden(char));
    at = match.index + char.length;
  }
  if (at < text.length) spans.push(text.slice(at));
}

function hidden(char: string): Span {
  const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { char: `U+${hex}`, name: NAMES[hex] ?? 'invisible character' };
}

/** The same text where there are no chips: `[redacted: GitHub token]`, `[U+202E]`. */
export function plain(spans: Spans): string {
  if (spans.length === 1 && typeof spans[0] === 'string') return spans[0];
  return spans
    .map((span) => {
      if (typeof span === 'string') return span;
      return 'secret' in span ? `[redacted: ${span.secret}]` : `[${span.char}]`;
    })
    .join('');
}

/** {@link plain} of {@link toSpans}: for logs, errors and notifications. */
export function safeText(raw: string): string {
  return plain(toSpans(raw));
}

export function secretKinds(spans: Spans): string[] {
  const kinds: string[] = [];
  for (const span of spans)
    if (typeof span === 'object' && 'secret' in span) kinds.push(span.secret);
  return kinds;
}

export function hiddenCount(spans: Spans): number {
  let count = 0;
  for (const span of spans) if (typeof span === 'object' && 'char' in span) count++;
  return count;
}
