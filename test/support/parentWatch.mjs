const POLL_MS = 1000;

/**
 * Calls `gone` once when the process that started this one has ended. npm passes a SIGTERM on to the shell
 * between it and us, and that shell ends alone: nothing else tells us.
 */
export function whenParentEnds(gone) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, POLL_MS);
  timer.unref();
  return { dispose: () => clearInterval(timer) };
}
