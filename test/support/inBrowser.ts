import assert from 'node:assert/strict';

/** A browser with pages of ours. */
export interface Harness {
  /** Closes what is open; resolves with what its pages complained of: errors and breaches of their policy. */
  closeAll(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** For the suite around it: one browser. What a test opened is closed after it, and must not have complained. */
export function inBrowser(start: () => Promise<Harness>): void {
  let harness: Harness | undefined;
  before(async () => {
    harness = await start();
  });
  after(() => harness?.stop());
  afterEach(async () => {
    assert.deepEqual(await harness?.closeAll(), []);
  });
}
