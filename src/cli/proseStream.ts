import { prose } from '../sessions/prose.ts';

const KEY_BEGIN = '-----BEGIN';
const KEY_END = '-----END';
/** A line that is longer is given out in pieces, cut at spaces. */
const MAX_LINE = 8000;
/** A private key that never ends is given out all the same. */
const MAX_KEY = 64_000;

/**
 * The agent's prose as it streams, safe to show. Text is held back until its line is complete, since half of a secret
 * would not be recognised; a private key until its last line.
 */
export class ProseStream {
  #held = '';

  /** More of the text; returns what can be shown now, which may be nothing. */
  push(text: string): string {
    this.#held += text;
    const cut = this.#cut();
    const shown = this.#held.slice(0, cut);
    this.#held = this.#held.slice(cut);
    return shown === '' ? '' : prose(shown);
  }

  /** The text is complete. */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    return rest === '' ? '' : prose(rest);
  }

  #cut(): number {
    const newline = this.#held.lastIndexOf('\n') + 1;
    const whole = newline > 0 || this.#held.length <= MAX_LINE ? newline : this.#longLine();
    const key = this.#held.lastIndexOf(KEY_BEGIN, whole);
    const isOpen = key >= 0 && !this.#held.slice(key, whole).includes(KEY_END);
    return isOpen && this.#held.length - key < MAX_KEY ? Math.min(whole, key) : whole;
  }

  #longLine(): number {
    return this.#held.lastIndexOf(' ') + 1 || this.#held.length;
  }
}
