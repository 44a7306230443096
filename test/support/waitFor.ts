import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `condition` holds; fails with what it waited for. Milliseconds. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeout = 30_000,
): Promise<void> {
  const end = Date.now() + timeout;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Waited ${timeout} ms for ${what}.`);
    await sleep(10);
  }
}
