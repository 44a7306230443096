import type { Database, SqlJsStatic, Statement } from 'sql.js';
import type {
  HistoryCursor,
  HistoryFilter,
  HistoryPage,
  HistoryRow,
  HistoryTotals,
} from '../../protocol/historyView.ts';
import { ByteTexts } from './byteTexts.ts';
import { dayOf, startOfDay } from './historyDays.ts';
import type { RowShape } from './historyEntry.ts';
import { totalsOf, type Wanted } from './historyTotals.ts';
import { Where } from './historyWhere.ts';
import type { RowSink } from './lineReader.ts';
import { RowColumns } from './rowColumns.ts';
import { RowShapes } from './rowShapes.ts';
import type { SavedIndex } from './savedIndex.ts';

/** So many rows are inserted at once. */
const BATCH = 100;
const PRAGMAS = `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;
  PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536;`;
/** In the order of time, and nothing else to be kept in order: rows are taken in fast. */
const SCHEMA = `CREATE TABLE request (at INTEGER, id INTEGER, target INTEGER, shape INTEGER,
  PRIMARY KEY (at, id)) WITHOUT ROWID;`;
const COLUMNS = 4;

/**
 * The requests of the record, to be thrown away and made anew: all that is known of rows in columns of numbers, and a
 * database in memory that finds them by time. What rows are about and what they have in common is kept once each, and a
 * filter looks at that before it looks at rows.
 */
export class HistoryIndex implements RowSink {
  readonly targets: ByteTexts;
  readonly #db: Database;
  readonly #insert: Statement;
  readonly #rows: RowColumns;
  readonly #shapes: RowShapes;
  /** Titles of sessions and labels of rules, by key: the last that was read counts, for all rows. */
  readonly #sessions: Map<string, string>;
  readonly #rules: Map<string, string>;
  /** Targets in lower case, by number; made when somebody searches. */
  readonly #lower: string[] = [];
  #found: { readonly text: string; readonly marks: Uint8Array } | undefined;
  #batch: number[] = [];
  #isWriting = false;
  /** Rows that are a change of a rule, no request. */
  #changes: number;

  /** `saved` is what {@link save} gave. Throws when its database is damaged. */
  constructor(sql: SqlJsStatic, saved?: SavedIndex) {
    this.#db = new sql.Database(saved?.database);
    this.#db.exec(saved ? PRAGMAS : PRAGMAS + SCHEMA);
    this.targets = new ByteTexts(saved?.targets);
    this.#rows = new RowColumns(saved?.rows);
    this.#shapes = new RowShapes(saved?.shapes ?? []);
    this.#sessions = new Map(saved?.sessions ?? []);
    this.#rules = new Map(saved?.rules ?? []);
    this.#changes = saved?.changes ?? 0;
    this.#insert = this.#prepareInsert(BATCH);
  }

  /** How many rows there are. */
  get count(): number {
    return this.#rows.count;
  }

  get requests(): number {
    return this.count - this.#changes;
  }

  get agents(): string[] {
    const ids = new Set(this.#shapes.all.map(({ agentId }) => agentId));
    ids.delete('');
    return [...ids].sort();
  }

  /** Everything that is in the index, to go on with it later. */
  save(): SavedIndex {
    this.flush();
    return {
      database: this.#db.export(),
      targets: this.targets.save(),
      rows: this.#rows.all,
      shapes: this.#shapes.all,
      sessions: [...this.#sessions],
      rules: [...this.#rules],
      changes: this.#changes,
    };
  }

  /** Takes a row in; it is found after the next {@link flush}. */
  add(at: number, latencyMs: number, target: number, shape: RowShape): void {
    const number = this.#shapes.numberOf(shape);
    if (shape.sessionTitle !== '') this.#sessions.set(shape.sessionKey, shape.sessionTitle);
    if (shape.ruleLabel !== '') this.#rules.set(shape.ruleId, shape.ruleLabel);
    if (shape.answer === 'changed') this.#changes++;
    const id = this.#rows.add(at, latencyMs, target, number);
    this.#batch.push(at, id, target, number);
    if (this.#batch.length === BATCH * COLUMNS) this.#write();
  }

  /** Makes everything that was added visible. */
  flush(): void {
    if (this.#batch.length > 0) {
      const rest = this.#prepareInsert(this.#batch.length / COLUMNS);
      rest.run(this.#batch);
      rest.free();
      this.#batch = [];
    }
    if (this.#isWriting) this.#db.exec('COMMIT');
    this.#isWriting = false;
  }

  page(filter: HistoryFilter, limit: number, before?: HistoryCursor): HistoryPage {
    const where = this.#where(filter);
    if (before) where.add('(at, id) < (?, ?)', before.at, before.id);
    return this.#page(where, limit);
  }

  /** Rows that were read after the row `after`, wherever they are in time. */
  added(filter: HistoryFilter, limit: number, after: number): HistoryPage {
    const where = this.#where(filter);
    const oldest = this.#rows.all.at.subarray(after).reduce((a, b) => Math.min(a, b), Infinity);
    where.add('at >= ?', oldest);
    where.add('id > ?', after);
    return this.#page(where, limit);
  }

  /** All rows of a filter, newest first, some thousand at once. */
  *pages(filter: HistoryFilter): Generator<readonly HistoryRow[]> {
    let before: HistoryCursor | undefined;
    do {
      const { rows, next } = this.page(filter, 5000, before);
      yield rows;
      before = next;
    } while (before);
  }

  totals(filter: HistoryFilter): HistoryTotals {
    const { busiestRule, ...totals } = totalsOf(
      this.#rows.all,
      this.#shapes.all,
      this.#wanted(filter),
    );
    if (!busiestRule) return totals;
    return {
      ...totals,
      busiestRule: { ...busiestRule, label: this.#rules.get(busiestRule.id) ?? '' },
    };
  }

  close(): void {
    this.#insert.free();
    this.#db.close();
  }

  #wanted(filter: HistoryFilter): Wanted {
    const { days, text } = filter;
    return {
      shapes: this.#shapes.fitting(filter),
      targets: text ? this.#containing(text) : undefined,
      since:
        days === undefined ? Number.NEGATIVE_INFINITY : startOfDay(dayOf(Date.now()) - days + 1),
    };
  }

  #where(filter: HistoryFilter): Where {
    const { shapes, targets, since } = this.#wanted(filter);
    const where = new Where();
    where.add('at >= ?', since);
    where.addMarked('shape', shapes);
    if (targets) where.addMarked('target', targets);
    return where;
  }

  /** By number of a target: 1 where the text, in any case of letters, is a part of it. Rows and sums ask for the same. */
  #containing(text: string): Uint8Array {
    const { count } = this.targets;
    if (this.#found?.text === text && this.#found.marks.length === count) return this.#found.marks;
    for (let number = this.#lower.length; number < count; number++)
      this.#lower.push(this.targets.text(number).toLowerCase());
    const wanted = text.toLowerCase();
    const marks = new Uint8Array(count);
    for (let number = 0; number < count; number++)
      if (this.#lower[number]?.includes(wanted)) marks[number] = 1;
    this.#found = { text, marks };
    return marks;
  }

  #page(where: Where, limit: number): HistoryPage {
    const rows = this.#ids(where, limit + 1).map((id) => this.#row(id));
    const upTo = this.count - this.#batch.length / COLUMNS;
    const last = rows[limit - 1];
    if (rows.length <= limit || !last) return { rows, upTo };
    return { rows: rows.slice(0, limit), upTo, next: { at: last.at, id: last.id } };
  }

  /** Newest first. */
  #ids(where: Where, limit: number): number[] {
    const statement = this.#db.prepare(
      `SELECT id FROM request ${where.sql} ORDER BY at DESC, id DESC LIMIT ${limit}`,
      where.values,
    );
    const ids: number[] = [];
    while (statement.step()) ids.push(Number(statement.get()[0]));
    statement.free();
    return ids;
  }

  #row(id: number): HistoryRow {
    const { at, latencyMs, target, shape } = this.#rows.row(id);
    const common = this.#shapes.all[shape];
    if (!common) throw new Error('the index of the history is damaged');
    const sessionTitle = this.#sessions.get(common.sessionKey) ?? '';
    const ruleLabel = this.#rules.get(common.ruleId) ?? '';
    return {
      ...common,
      id,
      at,
      latencyMs,
      target: this.targets.text(target),
      sessionTitle,
      ruleLabel,
    };
  }

  #write(): void {
    // One for many rows: with each of them, what has changed goes to where the database is.
    if (!this.#isWriting) this.#db.exec('BEGIN');
    this.#isWriting = true;
    this.#insert.run(this.#batch);
    this.#batch = [];
  }

  #prepareInsert(rows: number): Statement {
    const row = `(${Array(COLUMNS).fill('?').join(',')})`;
    return this.#db.prepare(`INSERT INTO request VALUES ${Array(rows).fill(row).join(',')}`);
  }
}
