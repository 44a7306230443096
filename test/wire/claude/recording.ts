import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';
import { RecordedFrames } from '../recordedFrames.ts';

/** One line of a recording: what Claude Code wrote (`out`), what its client wrote (`in`), or how the process ended. */
export type Recorded =
  | { readonly kind: 'out'; readonly frame: JsonObject }
  | { readonly kind: 'in'; readonly frame: JsonObject }
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: string | null };

const FRAMES = new RecordedFrames(import.meta.dirname);

/** Names of all recorded sessions. */
export function recordings(): string[] {
  return FRAMES.names();
}

/** A recorded session; notes of the recorder are left out. */
export function recording(name: string): Recorded[] {
  return FRAMES.entries(name).flatMap((entry): Recorded[] => {
    const { frame } = entry;
    const direction = stringAt(entry, 'dir');
    if (!isJsonObject(frame)) return [];
    if (direction === 'out' || direction === 'in') return [{ kind: direction, frame }];
    if (!Object.hasOwn(frame, 'exit')) return [];
    const code = typeof frame['exit'] === 'number' ? frame['exit'] : null;
    return [{ kind: 'exit', code, signal: stringAt(frame, 'signal') ?? null }];
  });
}
