import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { parseJson } from '../base/json.ts';
import { isJournalFileName } from './journalFormat.ts';

/**
 * Beside each file of the record that is being written lies `<file>.owner`, which says who writes it. It goes when the
 * file is closed in order; one whose process is gone marks a window that crashed.
 */
const OWNER = '.owner';
/** Somebody is looking after it; when that one dies too, it is looked after again. */
const TAKEN = '.taken';

const owner = v.object({ pid: v.number(), host: v.string(), since: v.number() });
type Owner = v.InferOutput<typeof owner>;

/** A file of another machine or container is taken for abandoned when nothing came for so long. Milliseconds. */
const QUIET = 24 * 60 * 60 * 1000;
/** A process that looks after a file needs seconds. */
const TAKEN_FOR = 60_000;

export async function markOwned(file: string): Promise<void> {
  const mine: Owner = { pid: process.pid, host: hostname(), since: Date.now() };
  await writeFile(`${file}${OWNER}`, JSON.stringify(mine), { mode: 0o600 });
}

export async function unmarkOwned(file: string): Promise<void> {
  await rm(`${file}${OWNER}`, { force: true });
}

/** Files of processes that are gone, each given to one caller only; {@link forget} ends that. */
export async function takeAbandoned(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const taken: string[] = [];
  for (const name of names) {
    const file = path.join(folder, name.slice(0, name.lastIndexOf('.')));
    if (!isJournalFileName(path.basename(file))) continue;
    if (await isTaken(name, file)) taken.push(file);
  }
  return taken;
}

/** Whether the file is this caller's to look after, by one of the names beside it. */
async function isTaken(name: string, file: string): Promise<boolean> {
  if (name.endsWith(OWNER)) return (await isAbandoned(file)) && take(file);
  return name.endsWith(TAKEN) && (await isOld(`${file}${TAKEN}`, TAKEN_FOR)) && takeOver(file);
}

/** The file was looked after. */
export async function forget(file: string): Promise<void> {
  await rm(`${file}${TAKEN}`, { force: true });
}

/** Renaming works for one only. */
async function take(file: string): Promise<boolean> {
  try {
    // Before it is there under the other name: that name counts from now.
    await utimes(`${file}${OWNER}`, new Date(), new Date());
    await rename(`${file}${OWNER}`, `${file}${TAKEN}`);
    return true;
  } catch {
    return false;
  }
}

/** From one that died while it looked after the file: abandoned again, for one only. */
async function takeOver(file: string): Promise<boolean> {
  try {
    await rename(`${file}${TAKEN}`, `${file}${OWNER}`);
    return await take(file);
  } catch {
    return false;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const text = await readFile(`${file}${OWNER}`, 'utf8').catch(() => '');
  const parsed = v.safeParse(owner, parseJson(text));
  // Being written this moment, or broken.
  if (!parsed.success) return isOld(`${file}${OWNER}`, TAKEN_FOR);
  const { pid, host, since } = parsed.output;
  if (host !== hostname()) return isOld(file, QUIET);
  // Numbers of processes come again: after a restart of the machine, and in a container of that alone.
  const start = pid === process.pid ? process.uptime() : uptime();
  return since < Date.now() - start * 1000 - 5000 || !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function isOld(file: string, age: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found === undefined || Date.now() - found.mtimeMs > age;
}
