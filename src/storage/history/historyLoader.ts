import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { HistoryProgress, HistoryRow } from '../../protocol/historyView.ts';
import { journalFiles } from '../journalReader.ts';
import { historyEntry } from './historyEntry.ts';
import type { HistoryIndex } from './historyIndex.ts';

const NEWLINE = 0x0a;
const CHUNK = 512 * 1024;
/** What is read of the end of a file to show the newest requests at once. */
const TAIL = 128 * 1024;
/** Targets of requests that wait; those of windows that were closed stay there. */
const MAX_OPEN = 10_000;

/** How far a loader has come: bytes by the name of a file, and what it remembers of them. */
export interface LoaderPlace {
  readonly read: readonly (readonly [string, number])[];
  readonly unreadable: number;
  readonly targets: readonly (readonly [string, string])[];
}

/** Reads the files of the record into an index, and later what was added to them. */
export class HistoryLoader {
  readonly #folder: string;
  readonly #index: HistoryIndex;
  /** By file: the bytes that are in the index, whole lines only. */
  readonly #read = new Map<string, number>();
  readonly #torn = new Set<string>();
  /** What a request is about, by its id, where only the line of its beginning says so. */
  readonly #targets: Map<string, string>;
  #bytes = 0;
  #ofBytes = 0;
  #unreadable = 0;

  /** `place` is where an earlier loader of the same index was. */
  constructor(folder: string, index: HistoryIndex, place?: LoaderPlace) {
    this.#folder = folder;
    this.#index = index;
    for (const [name, bytes] of place?.read ?? []) {
      this.#read.set(path.join(folder, name), bytes);
      this.#bytes += bytes;
    }
    this.#unreadable = place?.unreadable ?? 0;
    this.#targets = new Map(place?.targets ?? []);
  }

  get place(): LoaderPlace {
    const read = [...this.#read].map(([file, bytes]) => [path.basename(file), bytes] as const);
    return { read, unreadable: this.#unreadable, targets: [...this.#targets] };
  }

  get progress(): HistoryProgress {
    const { requests, agents } = this.#index;
    return {
      bytes: this.#bytes,
      ofBytes: this.#ofBytes,
      requests,
      agents,
      torn: this.#torn.size,
      unreadable: this.#unreadable,
    };
  }

  /** Reads what is new; `onChunk` is told now and then. Oldest files first. */
  async update(onChunk: () => void): Promise<void> {
    const files = await journalFiles(this.#folder);
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    this.#ofBytes = sizes.reduce((sum, size) => sum + size, 0);
    for (const [index, file] of files.entries()) {
      // Most of them are of windows that are gone, and stay as they are.
      if (this.#read.get(file) !== sizes[index]) await this.#readFile(file, onChunk);
    }
    this.#index.flush();
  }

  async #readFile(file: string, onChunk: () => void): Promise<void> {
    const start = this.#read.get(file) ?? 0;
    let rest: Buffer = Buffer.alloc(0);
    let at = start;
    const stream: AsyncIterable<Buffer> = createReadStream(file, { start, highWaterMark: CHUNK });
    for await (const chunk of stream) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      this.#addLines(bytes.toString('utf8', 0, end));
      rest = bytes.subarray(end);
      at += end;
      this.#bytes += end;
      this.#read.set(file, at);
      onChunk();
    }
    // The window that writes the file may still be at it: the line is read again next time.
    if (rest.length > 0) this.#torn.add(file);
    else this.#torn.delete(file);
  }

  #addLines(text: string): void {
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      this.#addLine(text.slice(at, end));
      at = end + 1;
    }
  }

  #addLine(line: string): void {
    const entry = historyEntry(line);
    if (!entry) this.#unreadable++;
    else if (entry.kind === 'raised') {
      if (this.#targets.size < MAX_OPEN) this.#targets.set(entry.requestId, entry.target);
    } else if (entry.kind === 'rule') this.#index.add(entry.row);
    else if (entry.kind === 'settled') {
      const target = entry.row.target || (this.#targets.get(entry.requestId) ?? '');
      this.#targets.delete(entry.requestId);
      this.#index.add(target === entry.row.target ? entry.row : { ...entry.row, target });
    }
  }
}

/** The newest requests, from the ends of the files: to be shown while all of them are read. */
export async function newestRows(folder: string, limit: number): Promise<readonly HistoryRow[]> {
  const files = await journalFiles(folder);
  const rows: Omit<HistoryRow, 'id'>[] = [];
  for (const file of files.slice(-5)) {
    for (const line of await lastLines(file)) {
      const entry = historyEntry(line);
      if (entry?.kind === 'settled' || entry?.kind === 'rule') rows.push(entry.row);
    }
  }
  return rows
    .sort((a, b) => b.at - a.at)
    .slice(0, limit)
    .map((row, index) => ({ ...row, id: -index }));
}

async function lastLines(file: string): Promise<string[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - TAIL);
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(size - start),
      0,
      size - start,
      start,
    );
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    // The first may be a part of one, the last is empty or torn.
    return lines.slice(start === 0 ? 0 : 1, -1);
  } finally {
    await handle.close();
  }
}
