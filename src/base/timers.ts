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

/** What the promise comes to, or what `late` says after so many milliseconds. Leaves no timer behind. */
export async function within<T>(
  timers: Timers,
  milliseconds: number,
  promise: Promise<T>,
  late: () => T,
): Promise<T> {
  let timer: Disposable | undefined;
  const end = new Promise<T>((resolve) => {
    timer = timers.after(milliseconds, () => resolve(late()));
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    timer?.dispose();
  }
}

/** In browsers, whose types also read this file, a timer is a number. */
function letGo(timer: unknown): void {
  if (typeof timer !== 'object' || timer === null || !('unref' in timer)) return;
  if (typeof timer.unref === 'function') timer.unref();
}
