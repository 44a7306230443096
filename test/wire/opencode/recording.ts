import fs from 'node:fs';
import path from 'node:path';
import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';

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

const FRAMES = path.join(import.meta.dirname, 'frames');

/** Names of all recorded sessions. */
export function recordings(): string[] {
  return fs
    .readdirSync(FRAMES)
    .filter((file) => file.endsWith('.ndjson'))
    .map((file) => path.basename(file, '.ndjson'));
}

export function recording(name: string): Recorded[] {
  const text = fs.readFileSync(path.join(FRAMES, `${name}.ndjson`), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .flatMap((line): Recorded[] => {
      const entry: unknown = JSON.parse(line);
      if (!isJsonObject(entry)) return [];
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
