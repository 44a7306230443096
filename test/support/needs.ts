/**
 * Skips the test that runs where this machine has not got what it is about, and says in the report what that is. The one place
 * where a test may be skipped.
 */
export function needs(test: Mocha.Context, what: string, isThere: boolean): void {
  if (isThere) return;
  test.runnable().title += ` (not run: needs ${what})`;
  test.skip();
}

/** Processes that hear signals, file modes, and open files that can be replaced. */
export const hasPosix = process.platform !== 'win32';
