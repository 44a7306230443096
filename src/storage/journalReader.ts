import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type ChainPosition,
  chainStart,
  checkLine,
  entryText,
  isJournalFileName,
  statedPosition,
} from './journalFormat.ts';

/** What is known of one file of the record. */
export interface FileReport {
  readonly file: string;
  /** Lines that are whole and in their place, up to the first one that is not. */
  readonly lines: number;
  readonly broken?: BrokenLine;
  /** The number of a last line without its newline: the process ended while writing it. Not a sign of tampering. */
  readonly tornLine?: number;
}

export interface BrokenLine {
  readonly file: string;
  /** From 1; 0 when the file could not be read at all. */
  readonly line: number;
  readonly reason: string;
}

export interface JournalReport {
  readonly files: readonly FileReport[];
  /** The first line, in the order of the files, that is not as it was written. */
  readonly broken: BrokenLine | undefined;
}

/** One line as it is found; `text` is the entry as JSON. */
export type JournalRecord =
  | { readonly kind: 'entry'; readonly file: string; readonly line: number; readonly text: string }
  /** Comes after a broken line: as it stands there, but nothing vouches for it. */
  | {
      readonly kind: 'untrusted';
      readonly file: string;
      readonly line: number;
      readonly text: string;
    }
  | ({ readonly kind: 'broken'; readonly text: string | undefined } & BrokenLine)
  | { readonly kind: 'torn'; readonly file: string; readonly line: number };

/** No entry is longer; a file that is one endless line must not fill the memory. */
const MAX_LINE = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
/** What is read at once. */
const CHUNK = 256 * 1024;

/** The files of the record in a folder, oldest first; none when there is no such folder. */
export async function journalFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter(isJournalFileName)
    .sort()
    .map((name) => path.join(folder, name));
}

/** Checks every line of the files. Needs memory for one line only. */
export async function verifyJournal(files: readonly string[]): Promise<JournalReport> {
  const reports: FileReport[] = [];
  for (const file of files) reports.push(await verifyFile(file));
  return { files: reports, broken: reports.find(({ broken }) => broken)?.broken };
}

/** All lines of the files in order, checked as they are read. */
export async function* readJournal(files: readonly string[]): AsyncGenerator<JournalRecord> {
  for (const file of files) for await (const records of readFile(file)) yield* records;
}

/**
 * The lines that begin in the last so many bytes of a file, in order, with their numbers from there on. What is before them
 * is not read: the first one is taken at its word about the line that it follows.
 */
export async function* readJournalEnd(file: string, bytes: number): AsyncGenerator<JournalRecord> {
  const { size } = await stat(file);
  for await (const records of readFile(file, Math.max(0, size - bytes))) yield* records;
}

async function verifyFile(file: string): Promise<FileReport> {
  let lines = 0;
  for await (const records of readFile(file)) {
    for (const record of records) {
      if (record.kind === 'entry') lines++;
      else if (record.kind === 'torn') return { file, lines, tornLine: record.line };
      else if (record.kind === 'broken') {
        const { line, reason } = record;
        return { file, lines, broken: { file, line, reason } };
      }
    }
  }
  return { file, lines };
}

/** As many records at once as were read at once: a step of a generator for each line would take longer than checking it. */
async function* readFile(file: string, start = 0): AsyncGenerator<JournalRecord[]> {
  const checker = new LineChecker(file, start);
  try {
    for await (const lines of linesOf(file, start))
      yield lines.flatMap((line) => checker.check(line));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    yield [checker.unreadable(error)];
  }
}

/** Checks the lines of a file, one after the other. */
class LineChecker {
  readonly #file: string;
  #position: ChainPosition | undefined;
  #isTrusted = true;
  #line = 0;
  /** What is read begins within a line. */
  #isInLine: boolean;

  constructor(file: string, start: number) {
    this.#file = file;
    this.#isInLine = start > 0;
    this.#position = start > 0 ? undefined : chainStart(path.basename(file));
  }

  check({ bytes, isWhole }: FoundLine): JournalRecord | [] {
    const file = this.#file;
    if (this.#isInLine) {
      this.#isInLine = false;
      return [];
    }
    const line = ++this.#line;
    if (!isWhole) return { kind: 'torn', file, line };
    if (!this.#isTrusted) {
      const text = entryText(bytes);
      return text === undefined ? [] : { kind: 'untrusted', file, line, text };
    }
    const checked = checkLine(this.#position ?? statedPosition(bytes), bytes);
    if (checked.ok) {
      this.#position = checked.position;
      return { kind: 'entry', file, line, text: checked.entry };
    }
    this.#isTrusted = false;
    return { kind: 'broken', file, line, reason: checked.reason, text: entryText(bytes) };
  }

  unreadable(error: Error): JournalRecord {
    const isUnreadable = !(error instanceof LineTooLong);
    return {
      kind: 'broken',
      file: this.#file,
      line: isUnreadable && this.#line === 0 ? 0 : this.#line + 1,
      reason: isUnreadable ? `it cannot be read: ${error.message}` : 'it is too long',
      text: undefined,
    };
  }
}

class LineTooLong extends Error {}

interface FoundLine {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

/** The lines of a file, as many at once as come from the disk at once. */
async function* linesOf(file: string, from: number): AsyncGenerator<FoundLine[]> {
  let parts: Buffer[] = [];
  let length = 0;
  const stream: AsyncIterable<Buffer> = createReadStream(file, {
    start: from,
    highWaterMark: CHUNK,
  });
  for await (const chunk of stream) {
    const lines: FoundLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      if (length + end - start > MAX_LINE) {
        yield lines;
        throw new LineTooLong();
      }
      const rest = chunk.subarray(start, end);
      lines.push({ bytes: length > 0 ? Buffer.concat([...parts, rest]) : rest, isWhole: true });
      parts = [];
      length = 0;
      start = end + 1;
    }
    yield lines;
    if (start < chunk.length) parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > MAX_LINE) throw new LineTooLong();
  }
  if (length > 0) yield [{ bytes: Buffer.concat(parts), isWhole: false }];
}
