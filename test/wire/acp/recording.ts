import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject } from '../../../src/base/json.ts';

const FOLDER = new URL('./frames/', import.meta.url);

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
  return readdirSync(FOLDER).map((file) => file.replace('.ndjson', ''));
}

/** The frames that a real agent and its client exchanged, in order. */
export function recording(name: string): RecordedFrame[] {
  const text = readFileSync(new URL(`${name}.ndjson`, FOLDER), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => {
      const { dir, frame } = JSON.parse(line) as { dir?: string; frame?: JsonObject };
      const from = dir === undefined ? undefined : DIRECTIONS[dir];
      return from && typeof frame === 'object' ? [{ from, frame }] : [];
    });
}
