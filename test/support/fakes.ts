import type { Clock } from '../../src/base/clock.ts';
import type { Disposable } from '../../src/base/disposable.ts';
import type { Timers } from '../../src/base/timers.ts';
import type { JournalEntry, JournalPort } from '../../src/permission/journalPort.ts';
import { waitFor } from './waitFor.ts';

/** A clock that moves when it is told to. */
export class ManualClock implements Clock {
  #now: number;

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** Timers that run when the test lets time pass; the clock goes with them. */
export class ManualTimers implements Timers {
  readonly #clock: ManualClock;
  readonly #timers = new Map<object, { due: number; readonly call: () => void }>();
  #now = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  after(milliseconds: number, call: () => void): Disposable {
    const timer = { due: this.#now + milliseconds, call };
    this.#timers.set(timer, timer);
    return { dispose: () => this.#timers.delete(timer) };
  }

  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers.values()].sort((a, b) => a.due - b.due);
      const at = next && next.due <= end ? next.due : end;
      this.#clock.advance(at - this.#now);
      this.#now = at;
      if (!next || next.due > end) return;
      this.#timers.delete(next);
      next.call();
    }
  }
}

/** A journal in memory; what it holds is a copy, as on disk. */
export class MemoryJournal implements JournalPort {
  readonly entries: JournalEntry[] = [];

  async append(entry: JournalEntry): Promise<void> {
    const copy = structuredClone(entry);
    await Promise.resolve();
    this.entries.push(copy);
  }
}

/** How a {@link FailingJournal} fails: the promise rejects, the call throws, or nothing ever comes back. */
export type JournalFailure = 'rejects' | 'throws' | 'hangs';

/** A journal that fails while `failure` is set, for the entries that `fails` picks. */
export class FailingJournal extends MemoryJournal {
  failure: JournalFailure | undefined = 'rejects';
  readonly error = new Error('The disk is full');
  readonly #fails: (entry: JournalEntry) => boolean;

  constructor(fails: (entry: JournalEntry) => boolean = () => true) {
    super();
    this.#fails = fails;
  }

  override append(entry: JournalEntry): Promise<void> {
    const failure = this.#fails(entry) ? this.failure : undefined;
    switch (failure) {
      case undefined:
        return super.append(entry);
      case 'rejects':
        return Promise.reject(this.error);
      case 'throws':
        throw this.error;
      case 'hangs':
        return new Promise(() => {});
    }
  }
}

/** A journal whose writes end when the test says so, in any order. */
export class HeldJournal extends MemoryJournal {
  readonly #held: { readonly entry: JournalEntry; readonly end: (error?: Error) => void }[] = [];
  /** Entries that are not held. */
  passes: (entry: JournalEntry) => boolean = (entry) => entry.type === 'raised';

  override async append(entry: JournalEntry): Promise<void> {
    if (!this.passes(entry)) {
      await new Promise<void>((resolve, reject) => {
        this.#held.push({ entry, end: (error) => (error ? reject(error) : resolve()) });
      });
    }
    return super.append(entry);
  }

  get held(): readonly JournalEntry[] {
    return this.#held.map(({ entry }) => entry);
  }

  /** Settles when a write is held: what leads to it can take turns of its own, as what is loaded only now does. */
  async holds(): Promise<void> {
    await waitFor(() => this.#held.length > 0, 'a held write');
  }

  /** Lets the oldest held write succeed, or fail with `error`. */
  async release(error?: Error): Promise<void> {
    await this.holds();
    this.#held.shift()?.end(error);
    await settle();
  }
}

/** Lets everything that is ready run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
