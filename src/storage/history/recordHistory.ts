import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import initSqlJs, { type SqlJsStatic } from 'sql.js';
import type { HistoryProgress, HistoryVerdict } from '../../protocol/historyView.ts';
import { journalFiles, verifyJournal } from '../journalReader.ts';
import type { HistoryCall, HistoryReply, HistoryResults } from './historyCalls.ts';
import { exportRows } from './historyExport.ts';
import { HistoryIndex } from './historyIndex.ts';
import { HistoryLoader, RecordChanged } from './historyLoader.ts';
import { readSnapshot, type Snapshot, writeSnapshot } from './historySnapshot.ts';
import { newestRows } from './newestRows.ts';
import { RecordWatch } from './recordWatch.ts';

interface Loaded {
  readonly index: HistoryIndex;
  readonly loader: HistoryLoader;
}

/** How often a person is told how far it is. */
const PROGRESS_MS = 100;
/** So many new requests are worth a new snapshot. */
const WORTH_SAVING = 20_000;
/** The first questions are answered before the snapshot is made. */
const SAVE_AFTER_MS = 1000;

/** The history of one record: answers calls, one thread for all. */
export class RecordHistory {
  readonly #folder: string;
  readonly #snapshot: string | undefined;
  readonly #tell: (news: HistoryReply) => void;
  #loaded: Promise<Loaded> | undefined;
  /** How often all was read: rows have other numbers each time. */
  #reading = 0;
  /** Updates come one after the other. */
  #updating: Promise<unknown> = Promise.resolve();
  #watch: RecordWatch | undefined;
  #saving: NodeJS.Timeout | undefined;
  #toldAt = 0;
  /** What was told last of how far it is. */
  #told = '';

  /** `snapshot` is a file where the index may be kept for the next time. */
  constructor(folder: string, tell: (news: HistoryReply) => void, snapshot?: string) {
    this.#snapshot = snapshot;
    this.#folder = folder;
    this.#tell = tell;
  }

  async answer(call: HistoryCall): Promise<HistoryResults[HistoryCall['kind']]> {
    switch (call.kind) {
      case 'newest':
        return { rows: await newestRows(this.#folder, call.limit), upTo: 0 };
      case 'update':
        return this.#update();
      case 'page':
        return (await this.#ready()).index.page(call.filter, call.limit, call.before);
      case 'added':
        return (await this.#ready()).index.added(call.filter, call.limit, call.after);
      case 'totals':
        return (await this.#ready()).index.totals(call.filter);
      case 'verify':
        return this.#verify();
      case 'export':
        return exportRows(call.file, (await this.#ready()).index.pages(call.filter));
    }
  }

  /** Stops watching the record. */
  dispose(): void {
    this.#watch?.dispose();
    clearTimeout(this.#saving);
  }

  #ready(): Promise<Loaded> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  async #load(): Promise<Loaded> {
    const wasm = await sqlWasm();
    const sql = await initSqlJs({ wasmBinary: wasm.buffer });
    // What comes while it is read is told after it.
    this.#watch ??= new RecordWatch(this.#folder, () => void this.#look());
    const saved = this.#snapshot ? await readSnapshot(this.#snapshot) : undefined;
    const loaded = await this.#readOn(sql, saved).catch((error: unknown) => {
      // Made of another record than the one that is there.
      if (saved) return this.#readOn(sql);
      throw error;
    });
    if (loaded.index.count - (saved?.index.rows.at.length ?? 0) >= WORTH_SAVING)
      this.#saveLater(loaded);
    return loaded;
  }

  async #readOn(sql: SqlJsStatic, saved?: Snapshot): Promise<Loaded> {
    this.#reading++;
    const index = new HistoryIndex(sql, saved?.index);
    const loader = new HistoryLoader(this.#folder, index, saved?.place);
    await loader.update(() => this.#tellProgress(loader));
    this.#told ||= placeOf(this.#progress(loader));
    return { index, loader };
  }

  /** Fewer are read faster than written. Without it the next time takes as long as this. */
  #saveLater({ index, loader }: Loaded): void {
    const file = this.#snapshot;
    if (file === undefined) return;
    const save = async () => writeSnapshot(file, { index: index.save(), place: loader.place });
    this.#saving = setTimeout(() => void save().catch(() => {}), SAVE_AFTER_MS);
  }

  async #update(): Promise<HistoryProgress> {
    const isFirst = this.#loaded === undefined;
    const { loader } = await this.#ready();
    if (isFirst) return this.#progress(loader);
    const next = this.#updating.then(() => this.#readNew());
    this.#updating = next.catch(() => {});
    return next;
  }

  async #readNew(): Promise<HistoryProgress> {
    const { index, loader } = await this.#ready();
    try {
      await loader.update(() => this.#tellProgress(loader));
      return this.#progress(loader);
    } catch (error) {
      if (!(error instanceof RecordChanged)) throw error;
      clearTimeout(this.#saving);
      index.close();
      this.#loaded = undefined;
      return this.#progress((await this.#ready()).loader);
    }
  }

  /** Reads what was added, and tells when that is more than was told before. */
  async #look(): Promise<void> {
    // What fails now fails again, and is told, with the next question.
    const progress = await this.#update().catch(() => undefined);
    if (!progress || placeOf(progress) === this.#told) return;
    this.#told = placeOf(progress);
    this.#tell({ grown: progress });
  }

  #progress(loader: HistoryLoader): HistoryProgress {
    return { ...loader.progress, reading: this.#reading };
  }

  #tellProgress(loader: HistoryLoader): void {
    const now = performance.now();
    if (now - this.#toldAt < PROGRESS_MS) return;
    this.#toldAt = now;
    this.#tell({ progress: this.#progress(loader) });
  }

  async #verify(): Promise<HistoryVerdict> {
    let records = 0;
    let torn = 0;
    let broken: HistoryVerdict['broken'];
    for (const file of await journalFiles(this.#folder)) {
      const [report] = (await verifyJournal([file])).files;
      if (!report) continue;
      if (report.broken && !broken) {
        const { line, reason } = report.broken;
        broken = { file: path.basename(file), line, record: records + line, reason };
      }
      records += report.lines;
      if (report.tornLine !== undefined) torn++;
      this.#tell({ verified: records });
    }
    return { records, torn, checkedAt: Date.now(), ...(broken && { broken }) };
  }
}

function placeOf({ reading, bytes, torn, unreadable }: HistoryProgress): string {
  return [reading, bytes, torn, unreadable].join();
}

/** Beside the program when it is built, in its package when it runs from source. */
async function sqlWasm(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = path.dirname(fileURLToPath(import.meta.url));
  const places = ['.', '..', '../../../node_modules/sql.js/dist'];
  for (const place of places) {
    const bytes = await readFile(path.join(folder, place, 'sql-wasm.wasm')).catch(() => undefined);
    if (bytes) return new Uint8Array(bytes);
  }
  throw new Error('sql-wasm.wasm is missing from the installation');
}
