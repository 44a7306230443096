import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';
import { RecordedFrames } from '../recordedFrames.ts';

const FRAMES = new RecordedFrames(import.meta.dirname);

export interface RecordedFrame {
  readonly from: 'agent' | 'client';
  readonly frame: JsonObject;
}

const DIRECTIONS: Readonly<Record<string, RecordedFrame['from']>> = {
  'agent->client': 'agent',
  '<agent': 'agent',
  out: 'agent',
  s2c: 'agent',
  'client->agent': 'client',
  '>agent': 'client',
  in: 'client',
  c2s: 'client',
};

export function recordings(): string[] {
  return FRAMES.names();
}

/** The frames that a real agent and its client exchanged, in order. */
export function recording(name: string): RecordedFrame[] {
  return FRAMES.entries(name).flatMap((entry) => {
    const { frame } = entry;
    const from = DIRECTIONS[stringAt(entry, 'dir') ?? ''];
    return from && isJsonObject(frame) ? [{ from, frame }] : [];
  });
}
