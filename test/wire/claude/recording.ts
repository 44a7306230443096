import fs from 'node:fs';
import path from 'node:path';
import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';

/** One line of a recording: what Claude Code wrote (`out`), what its client wrote (`in`), or how the process ended. */
export type Recorded =
  | { readonly kind: 'out'; readonly frame: JsonObject }
  | { readonly kind: 'in'; readonly frame: JsonObject }
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: string | null };

const FRAMES = path.join(import.meta.dirname, 'frames');

/** Names of all recorded sessions. */
export function recordings(): string[] {
  return fs
    .readdirSync(FRAMES)
    .filter((file) => file.endsWith('.ndjson'))
    .map((file) => path.basename(file, '.ndjson'));
}

/** A recorded session; notes of the recorder are left out. */
export function recording(name: string): Recorded[] {
  const text = fs.readFileSync(path.join(FRAMES, `${name}.ndjson`), 'utf8');
  return text.split('\n').flatMap((line): Recorded[] => {
    if (line === '') return [];
    const parsed: unknown = JSON.parse(line);
    if (!isJsonObject(parsed)) return [];
    const { frame } = parsed;
    const direction = stringAt(parsed, 'dir');
    if (!isJsonObject(frame)) return [];
    if (direction === 'out' || direction === 'in') return [{ kind: direction, frame }];
    if (!Object.hasOwn(frame, 'exit')) return [];
    const code = typeof frame['exit'] === 'number' ? frame['exit'] : null;
    return [{ kind: 'exit', code, signal: stringAt(frame, 'signal') ?? null }];
  });
}
