import { wipe } from './bytes.ts';
import { deriveFor } from './primitives.ts';

export type Direction = 'w2d' | 'd2w';

const DAY = 86_400_000;

/** Beyond this many days without a word the two sides have to pair again. */
const MAX_DAYS = 400;

/** The day that messages are sealed for, counted from 1970-01-01 UTC. `now` is in milliseconds. */
export function dayOf(now: number): number {
  return Math.max(1, Math.floor(now / DAY));
}

/**
 * Keys that change every day and cannot be turned back: who takes a device today reads nothing of the day before
 * yesterday. The key of the previous epoch is kept, for what was on its way; the one of the current epoch follows from
 * it. Both sides go to the highest of what they had, their own day and what the other side has proved, so that a wrong
 * clock on either side costs nothing.
 */
export class Ratchet {
  #epoch: number;
  /** Of the epoch before {@link epoch}. */
  #previous: Uint8Array;
  readonly #cache = new Map<string, Uint8Array>();

  /** `previous` is taken over, not copied. */
  constructor(epoch: number, previous: Uint8Array) {
    this.#epoch = epoch;
    this.#previous = previous;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get previous(): Uint8Array {
    return this.#previous;
  }

  /** Whether there is, or can be, a key for this epoch. */
  reach(epoch: number): 'usable' | 'gone' | 'tooFar' {
    if (epoch < this.#epoch - 1) return 'gone';
    return epoch > this.#epoch + MAX_DAYS ? 'tooFar' : 'usable';
  }

  /** The key of a direction; the epoch must be usable. Does not advance: who proves nothing moves nothing. */
  key(epoch: number, direction: Direction): Uint8Array {
    const name = `${epoch} ${direction}`;
    const cached = this.#cache.get(name);
    if (cached) return cached;
    const chain = this.#chain(epoch);
    const key = deriveFor(direction, chain);
    wipe(chain);
    if (epoch > this.#epoch) return key;
    this.#cache.set(name, key);
    return key;
  }

  /** Forgets what is older than the epoch before this one. Never goes back, and never too far at once. */
  advanceTo(epoch: number): void {
    const next = Math.min(epoch, this.#epoch + MAX_DAYS);
    if (next <= this.#epoch) return;
    const previous = this.#chain(next - 1);
    this.wipe();
    this.#previous = previous;
    this.#epoch = next;
  }

  wipe(): void {
    wipe(this.#previous, ...this.#cache.values());
    this.#cache.clear();
  }

  #chain(epoch: number): Uint8Array {
    let chain: Uint8Array = this.#previous.slice();
    for (let at = this.#epoch - 1; at < epoch; at++) {
      const next = deriveFor('ratchet', chain);
      wipe(chain);
      chain = next;
    }
    return chain;
  }
}
