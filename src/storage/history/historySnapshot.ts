import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as v from 'valibot';
import { parseJson } from '../../base/json.ts';
import type { LoaderPlace } from './historyLoader.ts';
import type { SavedIndex } from './savedIndex.ts';

/** Changes with what is in an index. */
const VERSION = 3;
/** Hex digits of a SHA-256. */
const HASH = 64;

/** An index and how far it has read the record. */
export interface Snapshot {
  readonly index: SavedIndex;
  readonly place: LoaderPlace;
}

const text = v.string();
const shape = v.object({
  agentId: text,
  sessionKey: text,
  sessionTitle: text,
  tool: text,
  toolName: text,
  answer: v.picklist(['allowed', 'denied', 'nothing', 'changed']),
  by: text,
  surface: text,
  ruleId: text,
  ruleLabel: text,
  scope: text,
});
const headShape = v.object({
  version: v.literal(VERSION),
  shapes: v.array(shape),
  changes: v.number(),
  sessions: v.array(v.tuple([text, text])),
  rules: v.array(v.tuple([text, text])),
  place: v.object({
    read: v.array(v.tuple([text, v.number(), text])),
    unreadable: v.number(),
    open: v.array(v.tuple([text, text])),
  }),
});

/**
 * The file of an index, to be thrown away at any time: the SHA-256 of all that follows, in hex; then, each behind its length
 * in four bytes (little-endian), a head in JSON, the database and the columns. It holds what the record holds, and is
 * readable for its owner only.
 */
export async function writeSnapshot(file: string, { index, place }: Snapshot): Promise<void> {
  const { database, targets, rows, ...rest } = index;
  const head = Buffer.from(JSON.stringify({ version: VERSION, ...rest, place }));
  const columns = [targets.ends, rows.at, rows.latencyMs, rows.target, rows.shape].map(bytesOf);
  const parts = [head, database, targets.bytes, ...columns];
  const content = parts.flatMap((part) => [lengthOf(part), part]);
  const unfinished = `${file}.${process.pid}.new`;
  try {
    await writeFile(unfinished, [Buffer.from(hashOf(content)), ...content], { mode: 0o600 });
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** `undefined` when there is none, or none that is whole and of this version. */
export async function readSnapshot(file: string): Promise<Snapshot | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  const content = bytes?.subarray(HASH);
  if (!content || bytes?.toString('latin1', 0, HASH) !== hashOf([content])) return undefined;
  const [head, database, texts, ends, at, latencyMs, target, shape] = partsOf(content);
  const parsed = v.safeParse(headShape, parseJson(head?.toString('utf8') ?? ''));
  if (!parsed.success || !database || !texts) return undefined;
  const { version: _, place, ...index } = parsed.output;
  const targets = { bytes: texts, ends: new Uint32Array(bufferOf(ends)) };
  const rows = {
    at: new Float64Array(bufferOf(at)),
    latencyMs: new Float64Array(bufferOf(latencyMs)),
    target: new Uint32Array(bufferOf(target)),
    shape: new Uint32Array(bufferOf(shape)),
  };
  return { place, index: { ...index, database, targets, rows } };
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A copy, because numbers have to be at certain places. */
function bufferOf(part: Buffer | undefined): ArrayBuffer {
  return new Uint8Array(part ?? []).buffer;
}

function lengthOf(part: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(part.length);
  return length;
}

function partsOf(content: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at + 4 <= content.length; ) {
    const end = at + 4 + content.readUInt32LE(at);
    parts.push(content.subarray(at + 4, end));
    at = end;
  }
  return parts;
}

function hashOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
