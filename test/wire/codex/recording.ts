import fs from 'node:fs';
import path from 'node:path';
import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';

/** One line of a recording: what Codex wrote, or what its client wrote. */
export interface Recorded {
  readonly from: 'codex' | 'client';
  readonly frame: JsonObject;
}

const FRAMES = path.join(import.meta.dirname, 'frames');

/** Names of all recorded sessions of `codex app-server` 0.169.0; notifications that nobody reads are left out of them. */
export function recordings(): string[] {
  return fs
    .readdirSync(FRAMES)
    .filter((file) => file.endsWith('.ndjson'))
    .map((file) => path.basename(file, '.ndjson'));
}

export function recording(name: string): Recorded[] {
  const text = fs.readFileSync(path.join(FRAMES, `${name}.ndjson`), 'utf8');
  return text.split('\n').flatMap((line): Recorded[] => {
    const parsed: unknown = line === '' ? undefined : JSON.parse(line);
    const frame = isJsonObject(parsed) ? parsed['frame'] : undefined;
    if (!isJsonObject(frame)) return [];
    return [{ from: stringAt(parsed, 'dir') === 'c2s' ? 'client' : 'codex', frame }];
  });
}

/** What Codex answered when the recorded client opened its thread. */
export function openedThread(frames: readonly Recorded[]): JsonObject {
  const found = frames.find(
    ({ frame, from }) =>
      from === 'codex' && isJsonObject(frame['result']) && isJsonObject(frame['result']['thread']),
  );
  const result = found?.frame['result'];
  if (!isJsonObject(result)) throw new Error('The recording opens no thread');
  return result;
}
