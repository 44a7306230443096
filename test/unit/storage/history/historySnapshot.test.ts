import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import initSqlJs, { type SqlJsStatic } from 'sql.js';
import type { RowShape } from '../../../../src/storage/history/historyEntry.ts';
import { HistoryIndex } from '../../../../src/storage/history/historyIndex.ts';
import { readSnapshot, writeSnapshot } from '../../../../src/storage/history/historySnapshot.ts';
import { RecordHistory } from '../../../../src/storage/history/recordHistory.ts';
import { journalFileName } from '../../../../src/storage/journalFormat.ts';
import { hasPosix, needs } from '../../../support/needs.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';

const NAME = journalFileName('01ARZ3NDEKTSV4RRFFQ69G5FAV');
const SHAPE: RowShape = {
  ...{ agentId: 'claude', sessionKey: 's', sessionTitle: 'Fix tests', tool: 'execute' },
  ...{ toolName: 'Bash', answer: 'allowed', by: 'person', surface: 'inbox' },
  ...{ ruleId: 'R1', ruleLabel: 'git log', scope: '' },
};
const LINES = `${'x'.repeat(99)}\n`;

function add(index: HistoryIndex, target: string): void {
  index.add(1, 5, index.targets.numberOfText(target), SHAPE);
}

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
    fs.writeFileSync(path.join(folder, NAME), LINES);
  });
  afterEach(() => removeFolder(folder));

  const OPEN = [['r', 't']] as const;
  const TAIL = 70;

  /** Of a record of which all 100 bytes were read. */
  async function save(): Promise<HistoryIndex> {
    const index = new HistoryIndex(sql);
    add(index, 'pnpm test');
    const place = { read: [[NAME, 100, LINES.slice(-TAIL)] as const], unreadable: 3, open: OPEN };
    await writeSnapshot(file, { index: index.save(), place });
    return index;
  }
  /** What the history says that finds the snapshot. */
  async function shown(): Promise<readonly string[]> {
    const history = new RecordHistory(folder, () => {}, file);
    try {
      const page = await history.answer({ kind: 'page', filter: {}, limit: 10 });
      assert.ok(typeof page === 'object' && 'rows' in page);
      return page.rows.map(({ target }) => target);
    } finally {
      history.dispose();
    }
  }
  const targets = (index: HistoryIndex | undefined) =>
    index?.page({ text: 'pnpm' }, 10).rows.map(({ target }) => target);

  it('is as good as the index, which goes on as before', async () => {
    const index = await save();
    // More than are written at once.
    for (let at = 0; at < 130; at++) add(index, 'git log');
    add(index, 'pnpm build');
    index.flush();
    assert.equal(index.page({}, 200).rows.length, 132);
    assert.deepEqual(targets(index), ['pnpm build', 'pnpm test']);
    const saved = await readSnapshot(file);
    assert.ok(saved);
    const restored = new HistoryIndex(sql, saved.index);
    assert.deepEqual(targets(restored), ['pnpm test']);
    assert.deepEqual(saved.place, {
      read: [[NAME, 100, LINES.slice(-TAIL)]],
      unreadable: 3,
      open: OPEN,
    });
    const [first] = restored.page({}, 1).rows;
    assert.deepEqual([first?.sessionTitle, first?.ruleLabel], ['Fix tests', 'git log']);
    add(restored, 'pnpm lint');
    add(restored, 'git log');
    restored.flush();
    assert.deepEqual(targets(restored), ['pnpm lint', 'pnpm test']);
    assert.equal(restored.totals({}).all, 3);
    assert.equal(restored.totals({ text: 'LOG' }).all, 1);
  });

  it('is not used when the record is another one', async () => {
    await save();
    const journal = path.join(folder, NAME);
    assert.deepEqual(await shown(), ['pnpm test']);
    for (const change of [
      () => fs.appendFileSync(journal, 'more\n'),
      () => fs.writeFileSync(journal, `y${LINES}`),
      () => fs.truncateSync(journal, 99),
      () => fs.rmSync(journal),
    ]) {
      change();
      // An added line alone is read on from there.
      assert.deepEqual(await shown(), change.toString().includes('append') ? ['pnpm test'] : []);
    }
  });

  it('is not used when it is damaged: the record is read again', async () => {
    await save();
    const bytes = fs.readFileSync(file);
    for (const at of [0, 70, 100, 1000, 5000, bytes.length - 10]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      fs.writeFileSync(file, damaged);
      assert.equal(await readSnapshot(file), undefined, String(at));
    }
    for (const length of [0, 3, 64, 66, 200, bytes.length - 1]) {
      fs.writeFileSync(file, bytes.subarray(0, length));
      assert.equal(await readSnapshot(file), undefined, String(length));
      // The file of the record holds no entry.
      assert.deepEqual(await shown(), []);
    }
  });

  it('can be read by its owner only', async function () {
    needs(this, 'file modes', hasPosix);
    await save();
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  });
});
