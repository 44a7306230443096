const FIRST_MS = 250;
const LONGEST_MS = 30_000;

/**
 * How long to wait before the next try: twice as long each time, half of it by chance, so that not all come back to a
 * relay at once. Milliseconds.
 */
export class BackOff {
  readonly #random: () => number;
  readonly #firstMs: number;
  #failures = 0;

  constructor(random: () => number = Math.random, firstMs = FIRST_MS) {
    this.#random = random;
    this.#firstMs = firstMs;
  }

  next(): number {
    const longest = Math.min(this.#firstMs * 2 ** this.#failures, LONGEST_MS);
    this.#failures = Math.min(this.#failures + 1, 16);
    return longest / 2 + (longest / 2) * this.#random();
  }

  /** It worked. */
  reset(): void {
    this.#failures = 0;
  }
}
