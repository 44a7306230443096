import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A change takes milliseconds; a lock this old is of a process that died. Milliseconds. */
const STALE = 10_000;
const PATIENCE = 15_000;

/** Runs `action` while no other process holds the lock file. Rejects when the lock cannot be had. */
export async function withFileLock<T>(lock: string, action: () => Promise<T>): Promise<T> {
  const mark = await take(lock);
  try {
    return await action();
  } finally {
    // Somebody who thought this process dead has a lock of its own there.
    const owner = await fs.readFile(lock, 'utf8').catch(() => undefined);
    if (owner === mark) await fs.rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<string> {
  const mark = randomUUID();
  const until = Date.now() + PATIENCE;
  for (;;) {
    try {
      await fs.writeFile(lock, mark, { flag: 'wx', mode: 0o600 });
      return mark;
    } catch (error) {
      if (!isThere(error) || Date.now() > until) throw error;
    }
    await removeStale(lock);
    await sleep(5 + Math.random() * 20);
  }
}

/** Moved away first: of two that find it stale only one removes it, and none removes a new one. */
async function removeStale(lock: string): Promise<void> {
  const found = await fs.stat(lock).catch(() => undefined);
  if (!found || Date.now() - found.mtimeMs < STALE) return;
  const aside = `${lock}.${randomUUID()}`;
  await fs.rename(lock, aside).catch(() => undefined);
  await fs.rm(aside, { force: true });
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
