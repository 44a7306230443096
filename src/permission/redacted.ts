import { shortened } from './cut.ts';
import type { SecretRange } from './secretDetector.ts';
import { findSecrets } from './secrets.ts';
import { type Spans, spansBetween } from './spans.ts';

/** Above this many characters secrets are looked for line by line, not in the whole text. */
const MAX_SCANNED = 400_000;

/**
 * A line of a key whose header is not in the text, as in an edit of its middle: base64 and nothing else. Hashes in
 * hexadecimal stay readable.
 */
const KEY_LINE =
  /^\s{0,20}(?=[^\n]{0,400}[a-z])(?=[^\n]{0,400}[A-Z])[A-Za-z0-9+/]{60,400}={0,2}\s{0,4}$/;

/**
 * A text that is shown line by line. Its secrets are found in the whole of it, since a private key has many lines.
 * Lines are asked for in rising order.
 */
export class Redacted {
  readonly #text: string;
  readonly #secrets: readonly SecretRange[] | undefined;
  readonly #hidesCr: boolean;
  #next = 0;

  /** `hidesCr`: lines end with CRLF on every side, so their ends are no surprise. */
  constructor(text: string, hidesCr = false) {
    this.#text = text;
    this.#secrets = text.length <= MAX_SCANNED ? findSecrets(text) : undefined;
    this.#hidesCr = hidesCr;
  }

  /** The line between two indexes, at most `columns` characters of it. */
  line(from: number, end: number, columns: number): Spans {
    const to = this.#hidesCr && this.#text.charAt(end - 1) === '\r' ? end - 1 : end;
    if (to <= from) return [];
    if (!this.#secrets) return this.#alone(from, to, columns);
    const secrets = this.#overlapping(this.#secrets, from, to);
    if (secrets.length === 0 && this.#isKeyLine(from, to)) return [{ secret: 'private key' }];
    if (to - from <= columns) return spansBetween(this.#text, secrets, from, to);
    const cut = from + columns;
    return [...spansBetween(this.#text, secrets, from, cut), ` … ${to - cut} more characters`];
  }

  #alone(from: number, to: number, columns: number): Spans {
    return this.#isKeyLine(from, to)
      ? [{ secret: 'private key' }]
      : shortened(this.#text.slice(from, to), columns);
  }

  #isKeyLine(from: number, to: number): boolean {
    return to - from >= 60 && to - from <= 430 && KEY_LINE.test(this.#text.slice(from, to));
  }

  #overlapping(all: readonly SecretRange[], from: number, to: number): SecretRange[] {
    while ((all[this.#next]?.end ?? Number.POSITIVE_INFINITY) <= from) this.#next++;
    const found: SecretRange[] = [];
    for (let i = this.#next; i < all.length; i++) {
      const range = all[i];
      if (!range || range.start >= to) break;
      found.push(range);
    }
    return found;
  }
}
