import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';
import { RecordedFrames } from '../recordedFrames.ts';

/** One line of a recording: what Codex wrote, or what its client wrote. */
export interface Recorded {
  readonly from: 'codex' | 'client';
  readonly frame: JsonObject;
}

const FRAMES = new RecordedFrames(import.meta.dirname);

/** Names of all recorded sessions of `codex app-server` 0.169.0; notifications that nobody reads are left out of them. */
export function recordings(): string[] {
  return FRAMES.names();
}

export function recording(name: string): Recorded[] {
  return FRAMES.entries(name).flatMap((entry): Recorded[] => {
    const { frame } = entry;
    if (!isJsonObject(frame)) return [];
    return [{ from: stringAt(entry, 'dir') === 'c2s' ? 'client' : 'codex', frame }];
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
