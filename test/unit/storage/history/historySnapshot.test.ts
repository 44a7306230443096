import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import initSqlJs, { type SqlJsStatic } from 'sql.js';
import type { HistoryRow } from '../../../../src/protocol/historyView.ts';
import { HistoryIndex } from '../../../../src/storage/history/historyIndex.ts';
import { readSnapshot, writeSnapshot } from '../../../../src/storage/history/historySnapshot.ts';
import { RecordHistory } from '../../../../src/storage/history/recordHistory.ts';
import { journalFileName } from '../../../../src/storage/journalFormat.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';

const NAME = journalFileName('01ARZ3NDEKTSV4RRFFQ69G5FAV');
const row = (target: string): Omit<HistoryRow, 'id'> => ({
  ...{
    at: 1,
    agentId: 'claude',
    sessionKey: 's',
    sessionTitle: 'Fix tests',
    tool: 'execute',
    toolName: 'Bash',
    target,
  },
  ...{
    answer: 'allowed',
    by: 'person',
    surface: 'inbox',
    ruleId: 'R1',
    ruleLabel: 'git log',
    scope: '',
    latencyMs: 5,
  },
});

describe('A snapshot of the history', () => {
  let sql: SqlJsStatic;
  let folder: string;
  let file: string;
  before(async () => {
    sql = await initSqlJs();
  });
  beforeEach(() => {
    folder = temporaryFolder();
    file = path.join(folder, 'snapshot');
    fs.writeFileSync(path.join(folder, NAME), 'x'.repeat(100));
  });
  afterEach(() => removeFolder(folder));

  /** Of a record of which all 100 bytes were read. */
  async function save(): Promise<HistoryIndex> {
    const index = new HistoryIndex(sql);
    index.add(row('pnpm test'));
    const place = { read: [[NAME, 100] as const], unreadable: 0, targets: [['r', 't'] as const] };
    await writeSnapshot(file, { index: index.save(), place });
    return index;
  }
  const targets = (index: HistoryIndex | undefined) =>
    index?.page({ text: 'pnpm' }, 10).rows.map(({ target }) => target);

  it('is as good as the index, which goes on as before', async () => {
    const index = await save();
    // More than are written at once.
    for (let at = 0; at < 60; at++) index.add(row('git log'));
    index.add(row('pnpm build'));
    index.flush();
    assert.equal(index.page({}, 100).rows.length, 62);
    assert.deepEqual(targets(index), ['pnpm build', 'pnpm test']);
    const saved = await readSnapshot(file, folder);
    assert.ok(saved);
    const restored = HistoryIndex.restored(sql, saved.index);
    assert.deepEqual(targets(restored), ['pnpm test']);
    assert.deepEqual(saved.place, { read: [[NAME, 100]], unreadable: 0, targets: [['r', 't']] });
    const [first] = restored?.page({}, 1).rows ?? [];
    assert.deepEqual([first?.sessionTitle, first?.ruleLabel], ['Fix tests', 'git log']);
    restored?.add(row('pnpm lint'));
    restored?.flush();
    assert.deepEqual(targets(restored), ['pnpm lint', 'pnpm test']);
    assert.equal(restored?.totals({}).all, 2);
  });

  it('is not used when the record is another one', async () => {
    await save();
    fs.truncateSync(path.join(folder, NAME), 99);
    assert.equal(await readSnapshot(file, folder), undefined);
    fs.rmSync(path.join(folder, NAME));
    assert.equal(await readSnapshot(file, folder), undefined);
  });

  it('is not used when it is damaged: the record is read again', async () => {
    await save();
    const bytes = fs.readFileSync(file);
    for (const broken of [
      bytes.subarray(0, 3),
      bytes.subarray(0, 200),
      Buffer.from(bytes).fill(7, bytes.length - 9000),
    ]) {
      fs.writeFileSync(file, broken);
      const history = new RecordHistory(folder, () => {}, file);
      const page = await history.answer({ kind: 'page', filter: {}, limit: 10 });
      // The file of the record holds no entry.
      assert.deepEqual(page, { rows: [] });
    }
  });

  it('can be read by its owner only', async () => {
    if (process.platform === 'win32') return;
    await save();
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  });
});
