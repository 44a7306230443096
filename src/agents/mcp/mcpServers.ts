import { isJsonObject } from '../../base/json.ts';
import type { Place } from '../folders.ts';
import { parseSettings, settingsText } from '../settingsFile.ts';
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

/** Names and what they stand for; `undefined`: that cannot be told. */
async function entriesOf(source: ServerSource): Promise<[string, unknown][] | undefined> {
  try {
    const text = 'text' in source ? source.text : await settingsText(source.file);
    if (text === undefined) return [];
    const root = await parseSettings(text, source.isToml === true);
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
