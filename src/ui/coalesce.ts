import type * as vscode from 'vscode';

/** Work that many calls share; see {@link coalesce}. */
export interface Coalesced extends vscode.Disposable {
  readonly run: () => void;
}

/**
 * Runs `work` once for many calls: `delay` milliseconds after the first, and not again before `interval` milliseconds have
 * passed, so that a thousand requests do not make a thousand lists. Nothing runs while nothing happens.
 */
export function coalesce(work: () => void, interval = 50, delay = 0): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  let ranAt = Number.NEGATIVE_INFINITY;
  return {
    run: () => {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          ranAt = performance.now();
          work();
        },
        Math.max(delay, ranAt + interval - performance.now()),
      );
    },
    dispose: () => clearTimeout(timer),
  };
}
