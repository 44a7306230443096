import type { Clock } from '../../base/clock.ts';

/** So many tries with a mailbox that does not exist are a mistake; more are guessing. */
const MAX_TRIES = 20;
const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 1024;

interface Window {
  readonly since: number;
  readonly tries: number;
}

/** Counts tries for each address within a minute; only tries that failed are counted. */
export class Attempts {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one more; milliseconds to wait when that is too many, else `undefined`. */
  count(address: string): number | undefined {
    const now = this.#clock.now();
    const before = this.#windows.get(address);
    const current = before && now - before.since < WINDOW_MS ? before : { since: now, tries: 0 };
    const { since } = current;
    const tries = current.tries + 1;
    // Taken out first, so that the first one of the map is the one that was quiet for longest.
    this.#windows.delete(address);
    this.#windows.set(address, { since, tries });
    const [quietest] = this.#windows.keys();
    if (this.#windows.size > MAX_ADDRESSES && quietest !== undefined)
      this.#windows.delete(quietest);
    return tries > MAX_TRIES ? since + WINDOW_MS - now : undefined;
  }
}
