import type * as vscode from 'vscode';

/** Runs `work` once for many calls in the same turn of the event loop. Nothing runs while nothing happens. */
export function coalesce(work: () => void): vscode.Disposable & { readonly run: () => void } {
  let scheduled: NodeJS.Immediate | undefined;
  return {
    run: () => {
      scheduled ??= setImmediate(() => {
        scheduled = undefined;
        work();
      });
    },
    dispose: () => clearImmediate(scheduled),
  };
}
