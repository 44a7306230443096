import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isJsonObject, type JsonObject, parseJson } from '../base/json.ts';

/** The file of an agent that keeps its history in it can be large; what takes longer to read is not read. */
const MAX_BYTES = 2 * 1024 * 1024;

/** The text of a settings file; `undefined` when there is no such file. Rejects when it is too large, no file, or not to be read. */
export async function settingsText(file: string): Promise<string | undefined> {
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

/** JSON, also with comments, or TOML; `undefined` for what is no table. Rejects for what cannot be read. */
export async function parseSettings(
  text: string,
  isToml: boolean,
): Promise<JsonObject | undefined> {
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
