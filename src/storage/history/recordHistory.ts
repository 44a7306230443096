import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import initSqlJs, { type SqlJsStatic } from 'sql.js';
import type { HistoryProgress, HistoryVerdict } from '../../protocol/historyView.ts';
import { journalFiles, verifyJournal } from '../journalReader.ts';
import type { HistoryCall, HistoryReply, HistoryResults } from './historyCalls.ts';
import { exportRows } from './historyExport.ts';
import { HistoryIndex } from './historyIndex.ts';
import { HistoryLoader, newestRows } from './historyLoader.ts';
import { readSnapshot, writeSnapshot } from './historySnapshot.ts';

interface Loaded {
  readonly index: HistoryIndex;
  readonly loader: HistoryLoader;
}

/** How often a person is told how far it is. */
const PROGRESS_MS = 100;
/** So many new requests are worth a new snapshot. */
const WORTH_SAVING = 20_000;

/** The history of one record: answers calls, one thread for all. */
export class RecordHistory {
  readonly #folder: string;
  readonly #snapshot: string | undefined;
  readonly #tell: (news: HistoryReply) => void;
  #loaded: Promise<Loaded> | undefined;
  /** Updates come one after the other. */
  #updating: Promise<unknown> = Promise.resolve();
  #toldAt = 0;

  /** `snapshot` is a file where the index may be kept for the next time. */
  constructor(folder: string, tell: (news: HistoryReply) => void, snapshot?: string) {
    this.#snapshot = snapshot;
    this.#folder = folder;
    this.#tell = tell;
  }

  async answer(call: HistoryCall): Promise<HistoryResults[HistoryCall['kind']]> {
    switch (call.kind) {
      case 'newest':
        return { rows: await newestRows(this.#folder, call.limit) };
      case 'update':
        return this.#update();
      case 'page':
        return (await this.#ready()).index.page(call.filter, call.limit, call.before);
      case 'totals':
        return (await this.#ready()).index.totals(call.filter);
      case 'verify':
        return this.#verify();
      case 'export':
        return exportRows(call.file, (await this.#ready()).index.pages(call.filter));
    }
  }

  #ready(): Promise<Loaded> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  async #load(): Promise<Loaded> {
    const wasm = await sqlWasm();
    const sql = await initSqlJs({ wasmBinary: wasm.buffer });
    const { index, loader } = await this.#start(sql);
    const before = index.count;
    await loader.update(() => this.#tellProgress(loader));
    index.order();
    // Fewer are read faster than written.
    if (this.#snapshot && index.count - before >= WORTH_SAVING) {
      const snapshot = { index: index.save(), place: loader.place };
      // Without it the next time takes as long as this.
      void writeSnapshot(this.#snapshot, snapshot).catch(() => {});
    }
    return { index, loader };
  }

  /** Where the last time ended, if that is known and whole. */
  async #start(sql: SqlJsStatic): Promise<Loaded> {
    const saved = this.#snapshot ? await readSnapshot(this.#snapshot, this.#folder) : undefined;
    const index = saved && HistoryIndex.restored(sql, saved.index);
    if (saved && index)
      return { index, loader: new HistoryLoader(this.#folder, index, saved.place) };
    const empty = new HistoryIndex(sql);
    return { index: empty, loader: new HistoryLoader(this.#folder, empty) };
  }

  async #update(): Promise<HistoryProgress> {
    const isFirst = this.#loaded === undefined;
    const { loader } = await this.#ready();
    if (!isFirst) {
      const next = this.#updating.then(() => loader.update(() => this.#tellProgress(loader)));
      this.#updating = next.catch(() => {});
      await next;
    }
    return loader.progress;
  }

  #tellProgress(loader: HistoryLoader): void {
    const now = performance.now();
    if (now - this.#toldAt < PROGRESS_MS) return;
    this.#toldAt = now;
    this.#tell({ progress: loader.progress });
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
