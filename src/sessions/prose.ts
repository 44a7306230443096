import type { SecretRange } from '../permission/secretDetector.ts';
import { findSecrets } from '../permission/secrets.ts';

/** Controls and bidi overrides: in prose, joiners and variation selectors stay, since emoji and scripts need them. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\u{E0000}-\u{E007F}]/gu;

/** The agent's prose for people: secrets taken out, characters that reorder or control the text shown as codes. */
export function prose(raw: string): string {
  return proseBetween(raw, findSecrets(raw), 0, raw.length);
}

/** The same of a part of a text whose secrets are known. */
export function proseBetween(
  raw: string,
  secrets: readonly SecretRange[],
  from: number,
  to: number,
): string {
  let text = '';
  let at = from;
  for (const { start, end, kind } of secrets) {
    if (end <= from || start >= to) continue;
    text += `${raw.slice(at, Math.max(at, start))}[redacted: ${kind}]`;
    at = end;
  }
  return (text + raw.slice(at, Math.max(at, to))).replace(UNSAFE, (char) =>
    char === '\n' || char === '\t' ? char : `[U+${code(char)}]`,
  );
}

function code(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
