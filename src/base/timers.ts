import { type Disposable, toDisposable } from './disposable.ts';

/** Timers as a port, so that tests own them. */
export interface Timers {
  /** Calls once after so many milliseconds, unless disposed before. */
  after(milliseconds: number, call: () => void): Disposable;
}

/** Does not keep the process alive. */
export const systemTimers: Timers = {
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    timer.unref?.();
    return toDisposable(() => clearTimeout(timer));
  },
};
