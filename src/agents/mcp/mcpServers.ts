import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts';
import type { Place } from '../folders.ts';
import { serverHash } from './serverHash.ts';
import { type ServerSource, serverSources } from './serverSources.ts';

/**
 * What an agent runs as its MCP servers: the hash of {@link serverHash} by {@link serverKey}. A name that is not in here is
 * not known: not configured where we look, or in two ways, or not to be read.
 */
export type McpServers = ReadonlyMap<string, string>;

/** Reads what an agent's own settings say now. Nothing is known if one of them cannot be read. Never rejects. */
export async function readMcpServers(id: string, place: Place): Promise<McpServers> {
  const sources = await serverSources(id, place);
  const read = await Promise.all(sources.map((source) => entriesOf(source)));
  const found = new Map<string, Set<string | undefined>>();
  for (const entries of read) {
    // It can name any server.
    if (!entries) return new Map();
    for (const [name, entry] of entries) {
      const key = serverKey(name);
      const hashes = found.get(key) ?? new Set();
      found.set(key, hashes.add(await serverHash(entry, place)));
    }
  }
  const known = new Map<string, string>();
  // Which of two wins is the agent's own business, and differs from agent to agent.
  for (const [key, [hash, ...others]] of found)
    if (hash !== undefined && others.length === 0) known.set(key, hash);
  return known;
}

/** A server's name as agents write it into the names of its tools: some replace characters, so all are compared like this. */
export function serverKey(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_');
}

/** The file of an agent that keeps its history in it can be large; what takes longer to read is not read. */
const MAX_BYTES = 2 * 1024 * 1024;

/** Names and what they stand for; `undefined`: that cannot be told. */
async function entriesOf(source: ServerSource): Promise<[string, unknown][] | undefined> {
  try {
    const text = 'text' in source ? source.text : await textOf(source.file);
    if (text === undefined) return [];
    const root = await parsed(text, source.isToml === true);
    const found: [string, unknown][] = [];
    for (const servers of root ? source.servers(root) : [root]) {
      if (!isJsonObject(servers)) return undefined;
      found.push(...Object.entries(servers));
    }
    return found;
  } catch {
    return undefined;
  }
}

/** `undefined` when there is no such file. Rejects when it is too large, no file, or not to be read. */
async function textOf(file: string): Promise<string | undefined> {
  // Without O_NONBLOCK opening a pipe that nobody writes to never ends.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const handle = await open(file, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size > MAX_BYTES) throw new Error('Too large, or not a file');
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

async function parsed(text: string, isToml: boolean): Promise<JsonObject | undefined> {
  if (isToml) {
    const { parse } = await import('smol-toml');
    const root: unknown = parse(text);
    return isJsonObject(root) ? root : undefined;
  }
  const root = parseJson(text) ?? (await withComments(text));
  return isJsonObject(root) ? root : undefined;
}

async function withComments(text: string): Promise<unknown> {
  const { parse } = await import('jsonc-parser');
  const errors: object[] = [];
  const root: unknown = parse(text, errors as [], { allowTrailingComma: true });
  return errors.length === 0 ? root : undefined;
}
