import type { Database, SqlJsStatic, Statement } from 'sql.js';
import type {
  HistoryCursor,
  HistoryFilter,
  HistoryPage,
  HistoryRow,
  HistoryTotals,
} from '../../protocol/historyView.ts';
import { dayOf, startOfDay } from './historyDays.ts';
import { Where } from './historyWhere.ts';
import type { SavedIndex } from './savedIndex.ts';

const BATCH = 50;
const MAX_LISTED = 2000;
/** Rules and waits are looked at among so many rows: the newest are what a person wants to know, all take a moment. */
const NEWEST = 10_000;

/** Columns that hold the number of a word. */
const WORDS = [
  'agentId',
  'sessionKey',
  'tool',
  'toolName',
  'target',
  'answer',
  '"by"',
  'surface',
  'ruleId',
  'scope',
];
const COLUMNS = ['at', 'day', 'latencyMs', ...WORDS];

const SCHEMA = `
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;
CREATE TABLE request (id INTEGER PRIMARY KEY, ${COLUMNS.map((name) => `${name} INTEGER`).join(', ')});
CREATE TABLE daily (day INTEGER, agentId INTEGER, tool INTEGER, answer INTEGER, "by" INTEGER, scope INTEGER,
  times INTEGER, PRIMARY KEY (day, agentId, tool, answer, "by", scope)) WITHOUT ROWID;
`;

/**
 * The requests of the record in a database in memory, to be thrown away and made anew. Texts are kept once each, and rows
 * hold their numbers: a million rows are scanned in a moment, and a text is searched in what differs only.
 */
export class HistoryIndex {
  readonly #db: Database;
  readonly #insert: Statement;
  readonly #words: string[] = [''];
  readonly #numbers = new Map([['', 0]]);
  /** Targets apart from the other words: these are few and looked up for each row, those are many and mostly new. */
  readonly #targetNumbers = new Map([['', 0]]);
  /** Each target in lower case, with its number. */
  readonly #targets: { readonly number: number; readonly lower: string }[] = [];
  readonly #agents = new Set<string>();
  /** Titles of sessions and labels of rules, by key: the last that was read counts, for all rows. */
  readonly #sessions = new Map<string, string>();
  readonly #rules = new Map<string, string>();
  /** By the number of a target: whether the text that is searched for is in it. */
  #wanted = new Uint8Array();
  #batch: number[] = [];
  #daily = new Map<string, number>();
  #count = 0;
  /** Rows that are a change of a rule, no request. */
  #changes = 0;
  readonly #last = new Map<keyof HistoryRow, { readonly word: string; readonly number: number }>();

  /** `saved` is what {@link save} gave. */
  constructor(sql: SqlJsStatic, saved?: SavedIndex) {
    this.#db = new sql.Database(saved?.database);
    if (saved) this.#restore(saved);
    else this.#db.exec(SCHEMA);
    this.#db.create_function('wanted', (target: number) => this.#wanted[target] ?? 0);
    this.#insert = this.#prepareInsert(BATCH);
  }

  /** What {@link save} gave as an index again; `undefined` when it is damaged. */
  static restored(sql: SqlJsStatic, saved: SavedIndex): HistoryIndex | undefined {
    try {
      const index = new HistoryIndex(sql, saved);
      const [found] = index.#db.exec('SELECT COUNT(*) FROM request; PRAGMA quick_check(1)');
      return found?.values[0]?.[0] === saved.count ? index : undefined;
    } catch {
      return undefined;
    }
  }

  /** Everything that is in the index, to go on with it later. */
  save(): SavedIndex {
    this.flush();
    const database = this.#db.export();
    const targets = this.#targets.map(({ number }) => number);
    return {
      ...{ database, words: this.#words, targets, agents: this.agents },
      ...{ count: this.#count, changes: this.#changes },
      ...{ sessions: [...this.#sessions], rules: [...this.#rules] },
    };
  }

  #restore({ words, targets, agents, count, changes, sessions, rules }: SavedIndex): void {
    this.#words.length = 0;
    const areTargets = new Set(targets);
    for (const [number, word] of words.entries()) {
      this.#words.push(word);
      if (areTargets.has(number)) this.#rememberTarget(word, number);
      else this.#numbers.set(word, number);
    }
    for (const agent of agents) this.#agents.add(agent);
    for (const [key, title] of sessions) this.#sessions.set(key, title);
    for (const [id, label] of rules) this.#rules.set(id, label);
    this.#count = count;
    this.#changes = changes;
  }

  get count(): number {
    return this.#count;
  }

  get requests(): number {
    return this.#count - this.#changes;
  }

  get agents(): string[] {
    return [...this.#agents].sort();
  }

  /** Takes a row in; it is found after the next {@link flush}. */
  add(row: Omit<HistoryRow, 'id'>): void {
    const day = dayOf(row.at);
    const target = this.#targetNumber(row.target);
    if (row.agentId !== '') this.#agents.add(row.agentId);
    if (row.sessionTitle !== '') this.#sessions.set(row.sessionKey, row.sessionTitle);
    if (row.ruleLabel !== '') this.#rules.set(row.ruleId, row.ruleLabel);
    const agentId = this.#again('agentId', row.agentId);
    const tool = this.#again('tool', row.tool);
    const answer = this.#again('answer', row.answer);
    const by = this.#again('by', row.by);
    const scope = this.#again('scope', row.scope);
    const session = this.#again('sessionKey', row.sessionKey);
    const toolName = this.#again('toolName', row.toolName);
    const surface = this.#again('surface', row.surface);
    const ruleId = this.#again('ruleId', row.ruleId);
    this.#batch.push(
      ++this.#count,
      row.at,
      day,
      row.latencyMs,
      agentId,
      session,
      tool,
      toolName,
      target,
    );
    this.#batch.push(answer, by, surface, ruleId, scope);
    if (row.answer === 'changed') this.#changes++;
    else {
      const key = `${day},${agentId},${tool},${answer},${by},${scope}`;
      this.#daily.set(key, (this.#daily.get(key) ?? 0) + 1);
    }
    if (this.#batch.length === BATCH * (COLUMNS.length + 1)) this.#write();
  }

  /** Makes everything that was added visible. */
  flush(): void {
    const width = COLUMNS.length + 1;
    const rest = this.#prepareInsert(1);
    for (let at = 0; at < this.#batch.length; at += width)
      rest.run(this.#batch.slice(at, at + width));
    rest.free();
    this.#batch = [];
    const upsert = this.#db.prepare(
      'INSERT INTO daily VALUES (?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET times = times + excluded.times',
    );
    for (const [key, times] of this.#daily) upsert.run([...key.split(',').map(Number), times]);
    upsert.free();
    this.#daily = new Map();
  }

  /**
   * Called once when most rows are in: they are found faster, and new ones are added more slowly. The first index holds all
   * that a filter asks for, so that even what is rare is found without going to the rows.
   */
  order(): void {
    this.#db.exec(`
      CREATE INDEX IF NOT EXISTS request_at ON request
        (at DESC, id DESC, target, agentId, tool, answer, "by", scope, day, latencyMs, ruleId);
      CREATE INDEX IF NOT EXISTS request_target ON request (target);`);
  }

  page(filter: HistoryFilter, limit: number, before?: HistoryCursor): HistoryPage {
    const where = this.#where(filter, true);
    if (before) where.add('(at, id) < (?, ?)', before.at, before.id);
    const rows = this.#rows(where, limit + 1);
    const last = rows[limit - 1];
    if (rows.length <= limit || !last) return { rows };
    return { rows: rows.slice(0, limit), next: { at: last.at, id: last.id } };
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
    const hasText = (filter.text ?? '') !== '';
    // Without a text, the sums of each day are all that is needed.
    const where = hasText ? this.#whereRequests(filter) : this.#where(filter, false);
    const [table, times] = hasText ? ['request', '1'] : ['daily', 'times'];
    const person = this.#number('person');
    const rule = this.#number('rule');
    const denied = this.#number('denied');
    const days: { day: number; person: number; rule: number }[] = [];
    let all = 0;
    let deniedCount = 0;
    const sums = this.#db.prepare(
      `SELECT day, SUM(${times}), SUM(${times} * ("by" = ${person})), SUM(${times} * ("by" = ${rule})),
         SUM(${times} * (answer = ${denied} AND "by" = ${person}))
       FROM ${table} ${where.sql} GROUP BY day ORDER BY day`,
      where.values,
    );
    while (sums.step()) {
      const [day = 0, sum = 0, byPerson = 0, byRule = 0, denials = 0] = sums.get().map(Number);
      all += sum;
      deniedCount += denials;
      days.push({ day, person: byPerson, rule: byRule });
    }
    sums.free();
    const byPerson = days.reduce((total, each) => total + each.person, 0);
    const byRule = days.reduce((total, each) => total + each.rule, 0);
    const busiestRule = this.#busiestRule(filter);
    const medianWaitMs = this.#medianWait(filter);
    return {
      all,
      byPerson,
      byRule,
      denied: deniedCount,
      days,
      ...(busiestRule && { busiestRule }),
      ...(medianWaitMs !== undefined && { medianWaitMs }),
    };
  }

  close(): void {
    this.#insert.free();
    this.#db.close();
  }

  #busiestRule(filter: HistoryFilter): HistoryTotals['busiestRule'] {
    const where = this.#whereRequests({ ...filter, by: 'rule' });
    const found = this.#db.prepare(
      `SELECT ruleId, COUNT(*) AS times FROM
         (SELECT ruleId FROM request ${where.sql} ORDER BY at DESC, id DESC LIMIT ${NEWEST})
       GROUP BY ruleId ORDER BY times DESC LIMIT 1`,
      where.values,
    );
    const row = found.step() ? found.get().map(Number) : undefined;
    found.free();
    if (!row) return undefined;
    const id = this.#words[row[0] ?? 0] ?? '';
    return { id, label: this.#rules.get(id) ?? '', times: row[1] ?? 0 };
  }

  #medianWait(filter: HistoryFilter): number | undefined {
    const where = this.#whereRequests({ ...filter, by: 'person' });
    const found = this.#db.prepare(
      `SELECT latencyMs FROM request ${where.sql} ORDER BY at DESC, id DESC LIMIT ${NEWEST}`,
      where.values,
    );
    const waits: number[] = [];
    while (found.step()) waits.push(Number(found.get()[0]));
    found.free();
    return waits.sort((a, b) => a - b)[Math.floor(waits.length / 2)];
  }

  /** Without the changes of rules: sums are of requests. */
  #whereRequests(filter: HistoryFilter): Where {
    const where = this.#where(filter, true);
    if (this.#changes > 0) where.add('answer <> ?', this.#known('changed'));
    return where;
  }

  #where(filter: HistoryFilter, isRequest: boolean): Where {
    const where = new Where();
    const { days, agentId, tool, answer, by, text } = filter;
    if (days !== undefined) {
      const first = dayOf(Date.now()) - days + 1;
      if (isRequest) where.add('at >= ?', startOfDay(first));
      else where.add('day >= ?', first);
    }
    if (agentId !== undefined) where.add('agentId = ?', this.#known(agentId));
    if (tool !== undefined) where.add('tool = ?', this.#known(tool));
    if (answer !== undefined) where.add('answer = ?', this.#known(answer));
    if (by === 'person' || by === 'rule') where.add('"by" = ?', this.#known(by));
    else if (by !== undefined) where.add('scope = ?', this.#known(by));
    if (isRequest && text) where.add(this.#isTarget(text));
    return where;
  }

  /** Few targets are looked up. Of many, a list would take longer than the search: each row that is met asks for its own. */
  #isTarget(text: string): string {
    const wanted = text.toLowerCase();
    const found: number[] = [];
    for (const { number, lower } of this.#targets) if (lower.includes(wanted)) found.push(number);
    if (found.length <= MAX_LISTED) return `target IN (${found.join(',')})`;
    this.#wanted = new Uint8Array(this.#words.length);
    for (const number of found) this.#wanted[number] = 1;
    return 'wanted(target)';
  }

  #rows(where: Where, limit: number): HistoryRow[] {
    const statement = this.#db.prepare(
      `SELECT id, at, latencyMs, ${WORDS.join(', ')} FROM request WHERE id IN
         (SELECT id FROM request ${where.sql} ORDER BY at DESC, id DESC LIMIT ${limit})
       ORDER BY at DESC, id DESC`,
      where.values,
    );
    const rows: HistoryRow[] = [];
    while (statement.step()) rows.push(this.#row(statement.get().map(Number)));
    statement.free();
    return rows;
  }

  #row([id = 0, at = 0, latencyMs = 0, ...numbers]: readonly number[]): HistoryRow {
    const words = numbers.map((number) => this.#words[number] ?? '');
    const [agentId = '', sessionKey = '', tool = '', toolName = '', target = ''] = words;
    const [answer = '', by = '', surface = '', ruleId = '', scope = ''] = words.slice(5);
    const sessionTitle = this.#sessions.get(sessionKey) ?? '';
    const who = { agentId, sessionKey, sessionTitle, tool, toolName, target };
    const rule = { ruleId, ruleLabel: this.#rules.get(ruleId) ?? '', scope };
    return { id, at, latencyMs, ...who, answer: answerOf(answer), by, surface, ...rule };
  }

  /** The same as the row before has, more often than not. */
  #again(column: keyof HistoryRow, word: string): number {
    const last = this.#last.get(column);
    if (last?.word === word) return last.number;
    const number = this.#number(word);
    this.#last.set(column, { word, number });
    return number;
  }

  #targetNumber(target: string): number {
    const known = this.#targetNumbers.get(target);
    if (known !== undefined) return known;
    const number = this.#words.push(target) - 1;
    this.#rememberTarget(target, number);
    return number;
  }

  #rememberTarget(target: string, number: number): void {
    this.#targetNumbers.set(target, number);
    this.#targets.push({ number, lower: target.toLowerCase() });
  }

  #number(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    const number = this.#words.push(word) - 1;
    this.#numbers.set(word, number);
    return number;
  }

  /** -1 for a word that is in no row. */
  #known(word: string): number {
    return this.#numbers.get(word) ?? -1;
  }

  #write(): void {
    this.#insert.run(this.#batch);
    this.#batch = [];
  }

  #prepareInsert(rows: number): Statement {
    const row = `(${Array(COLUMNS.length + 1)
      .fill('?')
      .join(',')})`;
    return this.#db.prepare(`INSERT INTO request VALUES ${Array(rows).fill(row).join(',')}`);
  }
}

function answerOf(word: string): HistoryRow['answer'] {
  return word === 'allowed' || word === 'denied' || word === 'changed' ? word : 'nothing';
}
