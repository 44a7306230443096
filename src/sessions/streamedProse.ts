import type { SecretRange } from '../permission/secretDetector.ts';
import { findSecrets } from '../permission/secrets.ts';
import { proseBetween } from './prose.ts';

/** So much of the end is looked at with each piece: a secret can arrive in two. In characters. */
const OPEN = 4096;
/** So much before it as well: a secret can be known by the words in front of it. */
const CONTEXT = 2048;

/** A text that comes in pieces, safe to show after each. A piece costs the same however long the text has become. */
export class StreamedProse {
  #length = 0;
  /** The beginning, safe; it does not change any more. */
  #settled = '';
  /** The rest and a little before it, as it came. */
  #raw = '';
  /** Where in it the rest begins. */
  #at = 0;

  /** Of all that was pushed, in characters. */
  get length(): number {
    return this.#length;
  }

  /** More of the text; returns all of it so far. */
  push(text: string): string {
    this.#length += text.length;
    this.#raw += text;
    if (this.#raw.length - this.#at > 2 * OPEN) this.#settle();
    const secrets = findSecrets(this.#raw);
    return this.#settled + proseBetween(this.#raw, secrets, this.#at, this.#raw.length);
  }

  #settle(): void {
    const secrets = findSecrets(this.#raw);
    const cut = this.#cut(secrets);
    if (cut <= this.#at) return;
    this.#settled += proseBetween(this.#raw, secrets, this.#at, cut);
    const kept = Math.max(0, cut - CONTEXT);
    this.#raw = this.#raw.slice(kept);
    this.#at = cut - kept;
  }

  /** After a line, or a word where the line is long, that is no part of a secret. */
  #cut(secrets: readonly SecretRange[]): number {
    const open = this.#raw.length - OPEN;
    for (const end of ['\n', ' ']) {
      for (let at = open; at > this.#at; ) {
        const cut = this.#raw.lastIndexOf(end, at - 1) + 1;
        const inside = secrets.find(({ start, end }) => start < cut && cut < end);
        if (!inside) {
          if (cut > this.#at) return cut;
          break;
        }
        at = inside.start;
      }
    }
    return this.#at;
  }
}
