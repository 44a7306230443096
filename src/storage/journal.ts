import * as nodeFs from 'node:fs/promises';
import path from 'node:path';
import type { IdSource } from '../base/ulid.ts';
import type { JournalEntry, JournalPort } from '../permission/journalPort.ts';
import { JournalError, journalError } from './journalError.ts';
import { type ChainPosition, chainStart, journalFileName, nextLine } from './journalFormat.ts';
import { markOwned, unmarkOwned } from './journalOwner.ts';

export interface FileJournalOptions {
  /** Made, readable for its owner only, when it is not there. */
  readonly folder: string;
  readonly newId: IdSource;
  /** For tests: the disk. */
  readonly fs?: JournalFs;
  /** How much may wait for a slow disk, in characters. More is refused, so that memory stays bounded. */
  readonly maxQueued?: number;
}

export type JournalFs = Pick<typeof nodeFs, 'mkdir' | 'open' | 'stat'>;

interface Waiting {
  readonly entry: string;
  readonly resolve: () => void;
  readonly reject: (error: JournalError) => void;
}

/** The file of this process, and how far it is known to be on disk. */
interface OpenFile {
  readonly path: string;
  readonly handle: nodeFs.FileHandle;
  readonly ino: number;
  readonly size: number;
  readonly position: ChainPosition;
}

const MAX_QUEUED = 64 * 1024 * 1024;
/** One write and one sync carry at most this many characters; a single entry never has more. */
const MAX_BATCH = 1024 * 1024;

/**
 * The audit record of one process, see journalFormat.ts. The file is made with the first entry. Entries that come while
 * the disk is busy share the next write and sync; their order is kept.
 *
 * When a write fails, its entries and all that wait behind them are refused. The next entry first cuts the file back to
 * what is known to be on disk, or starts a new file when that fails: a chain never goes on over a torn line.
 */
export class FileJournal implements JournalPort {
  readonly #folder: string;
  readonly #newId: IdSource;
  readonly #fs: JournalFs;
  readonly #maxQueued: number;
  #queue: Waiting[] = [];
  #queued = 0;
  #file: OpenFile | undefined;
  /** The last write failed: what is behind the known end of the file is not known. */
  #isTorn = false;
  #isClosed = false;
  #draining: Promise<void> | undefined;
  /** Files that are marked as this process' own. */
  readonly #owned: string[] = [];

  constructor(options: FileJournalOptions) {
    this.#folder = options.folder;
    this.#newId = options.newId;
    this.#fs = options.fs ?? nodeFs;
    this.#maxQueued = options.maxQueued ?? MAX_QUEUED;
  }

  /** The file that is written, once there is one. */
  get file(): string | undefined {
    return this.#file?.path;
  }

  /** Resolves when the entry is on disk (fdatasync). Rejects with a {@link JournalError}. */
  async append(entry: JournalEntry): Promise<void> {
    if (this.#isClosed) throw new JournalError('closed', 'the record is closed');
    // Text now: what the caller does with the object later must not matter.
    const text = JSON.stringify(entry);
    if (text.length > MAX_BATCH) throw new JournalError('failed', 'the entry is too long');
    if (this.#queued + text.length > this.#maxQueued)
      throw new JournalError('busy', 'the disk does not keep up');
    this.#queued += text.length;
    const stored = new Promise<void>((resolve, reject) => {
      this.#queue.push({ entry: text, resolve, reject });
    });
    this.#draining ??= this.#drain();
    await stored;
  }

  /** Refuses further entries and resolves when all earlier ones are on disk or refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#draining;
    const file = this.#file;
    this.#file = undefined;
    if (!file) return;
    // A refused entry must not stay behind as if it were on record.
    if (this.#isTorn) await this.#cutBack(file);
    await file.handle.close();
    // Everything is settled now: nothing in these files was missed.
    await Promise.all(this.#owned.map((each) => unmarkOwned(each).catch(() => {})));
  }

  async #drain(): Promise<void> {
    // One turn later, so that entries of the same moment share the first sync as well.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#write(batch);
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        this.#isTorn = true;
        const error = journalError(cause, this.#folder);
        for (const { reject } of [...batch, ...this.#takeAll()]) reject(error);
      }
    }
    this.#draining = undefined;
  }

  #takeBatch(): Waiting[] {
    let characters = 0;
    let count = 0;
    for (const { entry } of this.#queue) {
      if (characters + entry.length > MAX_BATCH) break;
      characters += entry.length;
      count++;
    }
    this.#queued -= characters;
    const batch = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    return batch;
  }

  #takeAll(): Waiting[] {
    const all = this.#queue;
    this.#queue = [];
    this.#queued = 0;
    return all;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const file = await this.#usableFile();
    let { position } = file;
    const lines: Buffer[] = [];
    for (const { entry } of batch) {
      const next = nextLine(position, entry);
      position = next.position;
      lines.push(next.line);
    }
    const bytes = Buffer.concat(lines);
    await writeAll(file.handle, bytes);
    await file.handle.datasync();
    await this.#assertReachable(file);
    this.#file = { ...file, size: file.size + bytes.length, position };
  }

  async #usableFile(): Promise<OpenFile> {
    const file = this.#file;
    if (file && !this.#isTorn) return file;
    this.#isTorn = false;
    if (file && (await this.#cutBack(file))) return file;
    this.#file = undefined;
    await file?.handle.close().catch(() => {});
    this.#file = await this.#create();
    return this.#file;
  }

  /** Whether the file now ends, on disk, with the last entry that was confirmed. */
  async #cutBack(file: OpenFile): Promise<boolean> {
    try {
      await this.#assertReachable(file);
      await file.handle.truncate(file.size);
      await file.handle.datasync();
      return true;
    } catch {
      return false;
    }
  }

  async #create(): Promise<OpenFile> {
    const made = await this.#fs.mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const name = journalFileName(this.#newId());
    const file = path.join(this.#folder, name);
    const handle = await this.#fs.open(file, 'ax', 0o600);
    try {
      await markOwned(file);
      this.#owned.push(file);
      await this.#syncFolders(made);
      const { ino } = await handle.stat();
      return { path: file, handle, ino, size: 0, position: chainStart(name) };
    } catch (error) {
      await handle.close().catch(() => {});
      throw error;
    }
  }

  /**
   * A synced file under a name that did not reach the disk is lost as well, so the folder is synced too, and the folders
   * above those that were made (`firstMade` is the topmost). Windows cannot sync a folder, nor need it.
   */
  async #syncFolders(firstMade: string | undefined): Promise<void> {
    if (process.platform === 'win32') return;
    const top = firstMade === undefined ? this.#folder : path.dirname(path.resolve(firstMade));
    for (let at = path.resolve(this.#folder); ; at = path.dirname(at)) {
      const folder = await this.#fs.open(at, 'r');
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
      if (at.length <= path.resolve(top).length) return;
    }
  }

  /** What is written to a file that was deleted or replaced is on no record. */
  async #assertReachable(file: OpenFile): Promise<void> {
    const found = await this.#fs.stat(file.path).catch(() => undefined);
    // File numbers of a path and of a handle are not comparable on every Windows file system.
    if (found && (process.platform === 'win32' || found.ino === file.ino)) return;
    throw new JournalError('gone', 'its file was deleted or replaced');
  }
}

async function writeAll(handle: nodeFs.FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, null);
    if (bytesWritten === 0) throw new JournalError('failed', 'the disk takes no more bytes');
    written += bytesWritten;
  }
}
