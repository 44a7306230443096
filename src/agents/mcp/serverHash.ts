import { access } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { hashOf } from '../../permission/action.ts';
import { canonicalJson } from '../../permission/canonicalJson.ts';
import type { Place } from '../folders.ts';

/**
 * SHA-256, in lower-case hex, of what an agent runs or calls as a server: the same for the same server in the settings of
 * two agents. `undefined` for an entry that does not say it, or says it in a way that is not known.
 */
export async function serverHash(entry: unknown, place: Place): Promise<string | undefined> {
  const parsed = v.safeParse(Entry, entry);
  if (!parsed.success) return undefined;
  const urls = [parsed.output.url, parsed.output.httpUrl, parsed.output.serverUrl];
  const [url, ...others] = urls.filter((each) => each !== undefined);
  const { command } = parsed.output;
  // Which of two ways an agent takes is its own business.
  if (others.length > 0 || (url === undefined) === (command === undefined)) return undefined;
  const server = url === undefined ? await programOf(parsed.output, place) : { url };
  const text = canonicalJson(server);
  // OpenCode puts the content of a file there.
  return text.includes('{file:') ? undefined : hashOf(text + variablesIn(text, place));
}

const words = v.array(v.string());
const variables = v.optional(v.record(v.string(), v.string()), {});

const Entry = v.object({
  /** OpenCode writes the whole command line here. */
  command: v.optional(v.union([v.pipe(v.string(), v.nonEmpty()), v.pipe(words, v.nonEmpty())])),
  args: v.optional(words, []),
  env: variables,
  /** OpenCode's word for `env`. */
  environment: variables,
  cwd: v.optional(v.string()),
  url: v.optional(v.pipe(v.string(), v.nonEmpty())),
  /** Gemini and Qwen. */
  httpUrl: v.optional(v.pipe(v.string(), v.nonEmpty())),
  serverUrl: v.optional(v.pipe(v.string(), v.nonEmpty())),
  /** Gemini, over a web socket: what it means is not known here. */
  tcp: v.optional(v.undefined()),
});

async function programOf(entry: v.InferOutput<typeof Entry>, place: Place) {
  const { args, command = [], cwd } = entry;
  const [program = '', ...rest] = typeof command === 'string' ? [command] : command;
  const line = [program, ...rest, ...args];
  const folder = path.resolve(place.cwd, cwd ?? '.');
  // `node server.js` is another program in another folder.
  const isLocal = cwd !== undefined || (await namesFile(line, folder));
  const env = { ...entry.environment, ...entry.env };
  return {
    command: line,
    ...(Object.keys(env).length > 0 && { env }),
    ...(isLocal && { folder }),
  };
}

async function namesFile(line: readonly string[], folder: string): Promise<boolean> {
  const pieces = line.flatMap((word) => [word, word.slice(word.indexOf('=') + 1)]);
  const local = pieces.filter((piece) => piece !== '' && !path.isAbsolute(piece));
  const found = await Promise.all(
    local.map((piece) =>
      access(path.resolve(folder, piece)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** What the variables stand for that agents fill in: `${NAME}`, `$NAME`, `{env:NAME}`. */
function variablesIn(text: string, { env }: Place): string {
  const names = [...text.matchAll(/\$\{?(?:env:)?(\w+)|\{env:(\w+)\}/g)].map(
    ([, name = '', other = '']) => name || other,
  );
  if (names.length === 0) return '';
  return canonicalJson(Object.fromEntries(names.map((name) => [name, env[name] ?? null])));
}
