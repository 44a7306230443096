/** So many numbers a page sets aside at once. */
export const SET_ASIDE = 16;
/** So far a number may be behind the latest that were set aside: the desktop takes what is less than 64 behind. */
const MAX_BEHIND = 48;

/**
 * Numbers for messages that are on the disk itself as used, and that only this page seals under. So a message waits for
 * no disk, and a machine that loses its power may forget the last messages, but never sends another one under a number
 * that the desktop has seen.
 */
export class Numbers {
  #next: number;
  readonly #last: number;

  constructor(last: number) {
    this.#next = last - SET_ASIDE + 1;
    this.#last = last;
  }

  /** `undefined` when new ones have to be set aside. `latest`: the last number that any page has set aside. */
  take(latest: number): number | undefined {
    if (this.#next > this.#last || latest - this.#next > MAX_BEHIND) return undefined;
    return this.#next++;
  }
}
