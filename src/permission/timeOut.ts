import type { Clock } from '../base/clock.ts';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import type { Timers } from '../base/timers.ts';
import type { Broker } from './broker.ts';

export interface TimeOutOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly timers: Timers;
  /** 0: requests wait for ever. */
  readonly minutes: number;
}

const MINUTE = 60_000;
/** The longest sleep between two looks at the clock: a timer alone does not count while the machine sleeps. */
const LOOK = 15_000;
/** What a request has at least, once the machine woke up or the limit was changed. */
const GRACE = MINUTE;

/** Denies what nobody answered in time. Time is that of the wall clock, since the request was raised. */
export class TimeOut implements Disposable {
  readonly #options: TimeOutOptions;
  readonly #store = new DisposableStore();
  #minutes: number;
  #graceUntil = 0;
  #timer: Disposable | undefined;
  /** When the timer is due. */
  #dueAt = 0;

  constructor(options: TimeOutOptions) {
    this.#options = options;
    this.#minutes = options.minutes;
    this.#store.add(options.broker.onDidRaise(() => this.#timer ?? this.#look()));
  }

  /** Holds for what waits already as well, which then has at least a minute more. */
  setMinutes(minutes: number): void {
    if (minutes === this.#minutes) return;
    this.#minutes = minutes;
    this.#graceUntil = this.#options.clock.now() + GRACE;
    this.#look();
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#store.dispose();
  }

  #look(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    const { broker, clock, timers } = this.#options;
    const minutes = this.#minutes;
    if (!(minutes > 0)) return;
    const now = clock.now();
    for (const { id, raisedAt } of broker.pending) {
      const deadline = Math.max(raisedAt + minutes * MINUTE, this.#graceUntil);
      if (now >= deadline) broker.expire(id, minutes);
    }
    const [oldest] = broker.pending;
    if (!oldest) return;
    const wait = Math.max(oldest.raisedAt + minutes * MINUTE, this.#graceUntil) - now;
    const sleep = Math.min(LOOK, Math.max(wait, 50));
    this.#dueAt = now + sleep;
    this.#timer = timers.after(sleep, () => this.#wake());
  }

  #wake(): void {
    const now = this.#options.clock.now();
    // So late only when the machine slept: whoever opens it to answer finds what waits.
    if (now - this.#dueAt > LOOK) this.#graceUntil = now + GRACE;
    this.#look();
  }
}
