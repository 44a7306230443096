import { type FileHandle, open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { HistoryProgress } from '../../protocol/historyView.ts';
import { journalFiles } from '../journalReader.ts';
import type { HistoryIndex } from './historyIndex.ts';
import { LineReader } from './lineReader.ts';
import { wholeLines } from './wholeLines.ts';

/** The end of a line: its hash tells it from every other. */
const TAIL = 70;

/** How far a file was read: whole lines only. */
interface FilePlace {
  readonly bytes: number;
  /** The last of them. */
  readonly tail: string;
}

/** How far a loader has come: bytes and the last of them by the name of a file, and what it remembers of them. */
export interface LoaderPlace {
  readonly read: readonly (readonly [name: string, bytes: number, tail: string])[];
  readonly unreadable: number;
  readonly open: readonly (readonly [string, string])[];
}

/** What was read is no longer there: lines were cut off, because they could not be written for sure, or somebody changed them. */
export class RecordChanged extends Error {
  constructor(file: string) {
    super(`${path.basename(file)} is no longer what was read of it`);
  }
}

/** Reads the files of the record into an index, and later what was added to them. */
export class HistoryLoader {
  readonly #folder: string;
  readonly #index: HistoryIndex;
  readonly #read = new Map<string, FilePlace>();
  readonly #torn = new Set<string>();
  readonly #lines: LineReader;
  #bytes = 0;
  #ofBytes = 0;

  /** `place` is where an earlier loader of the same index was. */
  constructor(folder: string, index: HistoryIndex, place?: LoaderPlace) {
    this.#folder = folder;
    this.#index = index;
    for (const [name, bytes, tail] of place?.read ?? []) {
      this.#read.set(path.join(folder, name), { bytes, tail });
      this.#bytes += bytes;
    }
    this.#lines = new LineReader(index, place?.open, place?.unreadable);
  }

  get place(): LoaderPlace {
    const read = [...this.#read].map(
      ([file, { bytes, tail }]) => [path.basename(file), bytes, tail] as const,
    );
    return { read, unreadable: this.#lines.unreadable, open: this.#lines.open };
  }

  get progress(): Omit<HistoryProgress, 'reading'> {
    const { requests, agents } = this.#index;
    return {
      bytes: this.#bytes,
      ofBytes: this.#ofBytes,
      requests,
      agents,
      torn: this.#torn.size,
      unreadable: this.#lines.unreadable,
    };
  }

  /**
   * Reads what is new; `onChunk` is told now and then. Oldest files first. Rejects with {@link RecordChanged} when the index
   * holds what the record no longer does.
   */
  async update(onChunk: () => void): Promise<void> {
    const files = await journalFiles(this.#folder);
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    for (const file of this.#read.keys()) if (!files.includes(file)) throw new RecordChanged(file);
    this.#ofBytes = sizes.reduce((sum, size) => sum + size, 0);
    for (const [index, file] of files.entries()) {
      // Most of them are of windows that are gone, and stay as they are.
      if (this.#read.get(file)?.bytes !== sizes[index]) await this.#readFile(file, onChunk);
    }
    this.#index.flush();
  }

  async #readFile(file: string, onChunk: () => void): Promise<void> {
    const handle = await open(file, 'r');
    try {
      const left = await this.#readLines(file, handle, onChunk);
      // The window that writes the file may still be at it: the line is read again next time.
      if (left > 0) this.#torn.add(file);
      else this.#torn.delete(file);
    } finally {
      await handle.close();
    }
  }

  /** Resolves with the bytes that are no whole line. */
  async #readLines(file: string, handle: FileHandle, onChunk: () => void): Promise<number> {
    const known = this.#read.get(file) ?? { bytes: 0, tail: '' };
    if (!(await isThere(handle, known))) throw new RecordChanged(file);
    const portions = wholeLines(handle, known.bytes);
    let { bytes } = known;
    for (;;) {
      const { done, value } = await portions.next();
      if (done) return value;
      this.#lines.read(value);
      bytes += value.length;
      this.#bytes += value.length;
      this.#read.set(file, {
        bytes,
        tail: value.toString('latin1', Math.max(0, value.length - TAIL)),
      });
      onChunk();
    }
  }
}

/** Whether what was read of a file still ends as it did. */
async function isThere(handle: FileHandle, { bytes, tail }: FilePlace): Promise<boolean> {
  const buffer = Buffer.alloc(tail.length);
  const { bytesRead } = await handle.read({ buffer, position: bytes - tail.length });
  return buffer.toString('latin1', 0, bytesRead) === tail;
}
