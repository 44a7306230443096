import { findSecrets } from '../permission/secrets.ts';

/** Controls and bidi overrides: in prose, joiners and variation selectors stay, since emoji and scripts need them. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\u{E0000}-\u{E007F}]/gu;

/** The agent's prose for people: secrets taken out, characters that reorder or control the text shown as codes. */
export function prose(raw: string): string {
  let text = '';
  let at = 0;
  for (const { start, end, kind } of findSecrets(raw)) {
    text += `${raw.slice(at, start)}[redacted: ${kind}]`;
    at = end;
  }
  return (text + raw.slice(at)).replace(UNSAFE, (char) =>
    char === '\n' || char === '\t' ? char : `[U+${code(char)}]`,
  );
}

function code(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
