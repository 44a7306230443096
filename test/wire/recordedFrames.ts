import fs from 'node:fs';
import path from 'node:path';
import { isJsonObject, type JsonObject } from '../../src/base/json.ts';

/** Recorded sessions of one dialect, in the folder `frames` beside what reads them. */
export class RecordedFrames {
  readonly #folder: string;

  constructor(dialect: string) {
    this.#folder = path.join(dialect, 'frames');
  }

  /** Their names. */
  names(): string[] {
    return fs
      .readdirSync(this.#folder)
      .filter((file) => file.endsWith('.ndjson'))
      .map((file) => path.basename(file, '.ndjson'));
  }

  /** The entries of one, one for each line of its file. */
  entries(name: string): JsonObject[] {
    const text = fs.readFileSync(path.join(this.#folder, `${name}.ndjson`), 'utf8');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line): unknown => JSON.parse(line))
      .filter(isJsonObject);
  }
}
