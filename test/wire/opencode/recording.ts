import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';
import { RecordedFrames } from '../recordedFrames.ts';

/** One line of a recording of `opencode serve` 1.18.33: an event, or what its client asked for and was answered. */
export type Recorded =
  | { readonly kind: 'event'; readonly event: JsonObject }
  | {
      readonly kind: 'request';
      readonly method: string;
      readonly path: string;
      readonly body: JsonObject;
    }
  | {
      readonly kind: 'response';
      readonly method: string;
      readonly path: string;
      readonly body: unknown;
    };

const FRAMES = new RecordedFrames(import.meta.dirname);

/** Names of all recorded sessions. */
export function recordings(): string[] {
  return FRAMES.names();
}

export function recording(name: string): Recorded[] {
  return FRAMES.entries(name).flatMap((entry): Recorded[] => {
    const { body, event } = entry;
    const method = stringAt(entry, 'method') ?? '';
    const target = stringAt(entry, 'path') ?? '';
    switch (stringAt(entry, 'dir')) {
      case '<sse event':
        return isJsonObject(event) ? [{ kind: 'event', event }] : [];
      case '>http':
        return [{ kind: 'request', method, path: target, body: isJsonObject(body) ? body : {} }];
      case '<http':
        return [{ kind: 'response', method, path: target, body }];
      default:
        return [];
    }
  });
}
