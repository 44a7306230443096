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
    letGo(timer);
    return toDisposable(() => clearTimeout(timer));
  },
};

/** In browsers, whose types also read this file, a timer is a number. */
function letGo(timer: unknown): void {
  if (typeof timer !== 'object' || timer === null || !('unref' in timer)) return;
  if (typeof timer.unref === 'function') timer.unref();
}
