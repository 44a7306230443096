import { resolve } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts';
import type { SessionRef } from '../../permission/request.ts';

/** How the fields of a tool's input are read. Names differ between agents, so each meaning has a list of them. */
export const FIELDS = {
  path: [
    'file_path',
    'filePath',
    'filepath',
    'fileName',
    'path',
    'absolute_path',
    'target_file',
    'notebook_path',
  ],
  oldText: ['old_string', 'old_str', 'oldString', 'oldText'],
  newText: ['new_string', 'new_str', 'newString', 'newText'],
  content: ['content', 'file_text'],
  replaceAll: ['replace_all', 'replaceAll'],
  cwd: ['cwd', 'directory', 'workdir', 'dir_path'],
  from: ['from', 'source', 'old_path', 'oldPath'],
  to: ['to', 'destination', 'new_path', 'newPath'],
} as const;

/** Written by the model about its call, or shaping only what it is told afterwards. */
const COSMETIC = ['description', 'instruction', 'explanation'];

/** `false` or `sync` is the usual; anything else reaches further. */
const WIDENING: Readonly<Record<string, readonly Json[]>> = {
  run_in_background: [false],
  is_background: [false],
  background: [false],
  dangerouslyDisableSandbox: [false],
  mode: ['sync'],
};

/** The first of `names` that holds a text. */
export function textField(input: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    if (typeof value === 'string') return value;
  }
  return undefined;
}

/** The fields that are left when the `read` ones are taken out: what widens the call, and what nobody has classified. */
export function restFields(
  input: JsonObject,
  read: readonly string[],
  cosmetic: readonly string[] = [],
): { widened?: JsonObject; unclassified?: JsonObject } {
  const widened: Record<string, Json> = {};
  const unclassified: Record<string, Json> = {};
  for (const [name, value] of Object.entries(input)) {
    if (read.includes(name) || COSMETIC.includes(name) || cosmetic.includes(name)) continue;
    const usual = Object.hasOwn(WIDENING, name) ? WIDENING[name] : undefined;
    if (!usual) unclassified[name] = value;
    else if (!usual.includes(value)) widened[name] = value;
  }
  // A wait that may be left out counts for what outlives it.
  const { timeout } = input;
  const isWider = Object.keys(widened).length > 0;
  if (isWider && timeout !== undefined && cosmetic.includes('timeout'))
    widened['timeout'] = timeout;
  return {
    ...(Object.keys(widened).length > 0 && { widened }),
    ...(Object.keys(unclassified).length > 0 && { unclassified }),
  };
}

/** The object at `key`, or `undefined`. */
export function objectAt(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object && Object.hasOwn(object, key) ? object[key] : undefined;
  return isJsonObject(value) ? value : undefined;
}

/** An absolute path with `.` and `..` resolved. */
export function absolutePath(path: string, session: Pick<SessionRef, 'cwd'>): string {
  return resolve(session.cwd, path);
}
