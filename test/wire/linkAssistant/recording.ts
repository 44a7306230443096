import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';
import { RecordedFrames } from '../recordedFrames.ts';

/**
 * One line of a recording of `agent` 0.26.0: what it wrote (`out`), what its client wrote (`in`), a signal that was sent
 * to it, or its end.
 */
export type Recorded =
  | { readonly kind: 'out'; readonly line: string }
  | { readonly kind: 'in'; readonly frame: JsonObject }
  | { readonly kind: 'inputEnded' }
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: string | null };

export interface Recording {
  readonly name: string;
  readonly args: readonly string[];
  readonly lines: readonly Recorded[];
}

const FRAMES = new RecordedFrames(import.meta.dirname);

/** All recorded sessions. */
export function recordings(): Recording[] {
  return FRAMES.names().map(recording);
}

/** A recorded session; notes of the recorder and its error output are left out. */
export function recording(name: string): Recording {
  const [first, ...rest] = FRAMES.entries(name);
  const argv = first?.['argv'];
  const args = Array.isArray(argv) ? argv.slice(1).map(String) : [];
  return { name, args, lines: rest.flatMap(recorded) };
}

function recorded(entry: JsonObject): Recorded[] {
  const frame = entry['frame'];
  const raw = stringAt(entry, 'raw');
  switch (stringAt(entry, 'dir')) {
    case 'out':
      return [{ kind: 'out', line: raw ?? JSON.stringify(frame) }];
    case 'in':
      return isJsonObject(frame) ? [{ kind: 'in', frame }] : [];
    case 'meta': {
      if (!isJsonObject(frame)) return [];
      if (frame['stdin'] === 'closed') return [{ kind: 'inputEnded' }];
      if (!Object.hasOwn(frame, 'exit')) return [];
      const code = typeof frame['exit'] === 'number' ? frame['exit'] : null;
      return [{ kind: 'exit', code, signal: stringAt(frame, 'signal') ?? null }];
    }
    default:
      return [];
  }
}
