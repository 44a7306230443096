import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { parseJson } from '../../base/json.ts';
import type { LoaderPlace } from './historyLoader.ts';
import type { SavedIndex } from './savedIndex.ts';

/** Changes with what is in an index. */
const VERSION = 2;

/** An index and how far it has read the record. */
export interface Snapshot {
  readonly index: SavedIndex;
  readonly place: LoaderPlace;
}

const head = v.object({
  version: v.literal(VERSION),
  words: v.array(v.string()),
  targets: v.array(v.number()),
  agents: v.array(v.string()),
  count: v.number(),
  changes: v.number(),
  sessions: v.array(v.tuple([v.string(), v.string()])),
  rules: v.array(v.tuple([v.string(), v.string()])),
  place: v.object({
    read: v.array(v.tuple([v.string(), v.number()])),
    unreadable: v.number(),
    targets: v.array(v.tuple([v.string(), v.string()])),
  }),
});

/**
 * The file of an index, to be thrown away at any time: four bytes with the length of a head in JSON (little-endian), the
 * head, the database. It holds what the record holds, and is readable for its owner only.
 */
export async function writeSnapshot(file: string, { index, place }: Snapshot): Promise<void> {
  const { database, ...rest } = index;
  const text = Buffer.from(JSON.stringify({ version: VERSION, ...rest, place }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const unfinished = `${file}.${process.pid}.new`;
  try {
    await writeFile(unfinished, [length, text, database], { mode: 0o600 });
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** `undefined` when there is none, when it cannot be read, or when the record is no longer the one that it was made of. */
export async function readSnapshot(file: string, folder: string): Promise<Snapshot | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  if (!bytes || bytes.length < 4) return undefined;
  const end = 4 + bytes.readUInt32LE(0);
  const parsed = v.safeParse(head, parseJson(bytes.toString('utf8', 4, end)));
  if (!parsed.success || end >= bytes.length) return undefined;
  const { version: _, place, ...index } = parsed.output;
  for (const [name, read] of place.read) {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (!found || found.size < read) return undefined;
  }
  return { place, index: { ...index, database: bytes.subarray(end) } };
}
