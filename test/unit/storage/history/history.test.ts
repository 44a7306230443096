import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ulidSource } from '../../../../src/base/ulid.ts';
import type { DecidedBy } from '../../../../src/permission/decision.ts';
import type { JournalEntry } from '../../../../src/permission/journalPort.ts';
import type {
  HistoryFilter,
  HistoryProgress,
  HistoryRow,
} from '../../../../src/protocol/historyView.ts';
import type { HistoryReply } from '../../../../src/storage/history/historyCalls.ts';
import { RecordHistory } from '../../../../src/storage/history/recordHistory.ts';
import { FileJournal } from '../../../../src/storage/journal.ts';
import { journalFiles } from '../../../../src/storage/journalReader.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';
import { waitFor } from '../../../support/waitFor.ts';

const NOW = Date.now();
const HOUR = 3_600_000;
const PERSON: DecidedBy = { kind: 'person', surface: 'inbox' };
const RULE: DecidedBy = { kind: 'rule', id: 'R12', scope: 'workspace' };

interface Given {
  readonly target: string;
  readonly by?: DecidedBy;
  readonly deny?: true;
  readonly agentId?: string;
  readonly hoursAgo?: number;
  readonly latency?: number;
}

function entriesOf(given: Given, index: number): JournalEntry[] {
  const { target, by = PERSON, deny, agentId = 'claude', hoursAgo = 0, latency = 1000 } = given;
  const at = NOW - hoursAgo * HOUR;
  const requestId = `request${index}`;
  const base = {
    requestId,
    agentId,
    sessionKey: 's',
    tool: 'execute',
    toolName: 'Bash',
    argsHash: 'a',
  } as const;
  return [
    { type: 'raised', ...base, raisedAt: at - latency, target },
    {
      type: 'settled',
      ...base,
      decision: deny ? 'deny' : 'allow',
      decidedBy: by,
      decidedAt: at,
      channel: by.kind === 'person' ? by.surface : by.kind,
      decisionLatencyMs: latency,
    },
  ];
}

describe('The history of a record', () => {
  let folder: string;
  let news: HistoryReply[];
  let history: RecordHistory;
  beforeEach(() => {
    folder = temporaryFolder();
    news = [];
    history = new RecordHistory(folder, (each) => news.push(each));
  });
  afterEach(() => {
    history.dispose();
    removeFolder(folder);
  });

  async function record(requests: readonly Given[], from = 0): Promise<string> {
    const journal = new FileJournal({ folder, newId: ulidSource(() => NOW + from) });
    for (const [index, given] of requests.entries())
      for (const entry of entriesOf(given, from + index)) await journal.append(entry);
    const file = journal.file ?? '';
    await journal.close();
    return file;
  }

  async function rows(filter: HistoryFilter = {}): Promise<readonly HistoryRow[]> {
    const page = await history.answer({ kind: 'page', filter, limit: 100 });
    assert.ok(typeof page === 'object' && 'rows' in page);
    return page.rows;
  }
  /** What is told when the record has grown. */
  async function grown(): Promise<HistoryProgress> {
    await waitFor(() => news.some((each) => 'grown' in each), 'news', 20_000);
    const told = news.find((each) => 'grown' in each);
    assert.ok(told && 'grown' in told);
    return told.grown;
  }
  const targets = async (filter?: HistoryFilter) =>
    (await rows(filter)).map(({ target }) => target);

  it('lists what was settled, newest first, whichever window wrote it', async () => {
    await record([
      { target: 'a', hoursAgo: 3 },
      { target: 'c', hoursAgo: 1 },
    ]);
    await record([{ target: 'b', hoursAgo: 2, by: RULE }], 10);
    assert.deepEqual(await targets(), ['c', 'b', 'a']);
    const [, byRule] = await rows();
    assert.deepEqual(
      { ...byRule, id: 0, at: 0 },
      {
        ...{ id: 0, at: 0, agentId: 'claude', sessionKey: 's', sessionTitle: '' },
        ...{ tool: 'execute', toolName: 'Bash', ruleLabel: '' },
        ...{
          target: 'b',
          answer: 'allowed',
          by: 'rule',
          surface: '',
          ruleId: 'R12',
          scope: 'workspace',
        },
        latencyMs: 1000,
      },
    );
  });

  it('shows the newest from the ends of the files, before all is read', async () => {
    await record(Array.from({ length: 300 }, (_, i) => ({ target: `t${i}`, hoursAgo: 300 - i })));
    const page = await history.answer({ kind: 'newest', limit: 2 });
    assert.ok(typeof page === 'object' && 'rows' in page);
    // Their lines carry no target here: only the line of the beginning does.
    assert.deepEqual(
      page.rows.map(({ at }) => at),
      [NOW - HOUR, NOW - 2 * HOUR],
    );
  });

  it('filters by agent, tool, answer, who answered, days and text', async () => {
    await record([
      { target: 'pnpm test', by: RULE },
      { target: 'rm -rf build', deny: true },
      { target: 'PNPM build', agentId: 'codex', hoursAgo: 24 * 40 },
      { target: 'gone', deny: true, by: { kind: 'agentGone', reason: 'x' } },
    ]);
    const ask = async (filter: HistoryFilter) => (await targets(filter)).sort();
    assert.deepEqual(await ask({ agentId: 'codex' }), ['PNPM build']);
    assert.deepEqual(await ask({ agentId: 'nobody' }), []);
    assert.deepEqual(await ask({ tool: 'fetch' }), []);
    assert.deepEqual(await ask({ answer: 'denied' }), ['rm -rf build']);
    assert.deepEqual(await ask({ answer: 'nothing' }), ['gone']);
    assert.deepEqual(await ask({ by: 'rule' }), ['pnpm test']);
    assert.deepEqual(await ask({ by: 'workspace' }), ['pnpm test']);
    assert.deepEqual(await ask({ by: 'global' }), []);
    assert.deepEqual(await ask({ text: 'pnpm' }), ['PNPM build', 'pnpm test']);
    assert.deepEqual(await ask({ text: 'pnpm', days: 2 }), ['pnpm test']);
    assert.deepEqual(await ask({ text: "'; DROP TABLE request; --" }), []);
  });

  it('pages through everything once', async () => {
    await record(Array.from({ length: 120 }, (_, i) => ({ target: `t${i}`, hoursAgo: i % 7 })));
    const seen = new Set<number>();
    let before: { at: number; id: number } | undefined;
    let count = 0;
    do {
      const page = await history.answer({
        kind: 'page',
        filter: {},
        limit: 13,
        ...(before && { before }),
      });
      assert.ok(typeof page === 'object' && 'rows' in page);
      for (const { id } of page.rows) seen.add(id);
      count += page.rows.length;
      before = page.next;
    } while (before);
    assert.deepEqual([count, seen.size], [120, 120]);
  });

  it('sums up by day, with and without a text alike', async () => {
    await record([
      { target: 'x', by: RULE },
      { target: 'x', by: RULE },
      { target: 'x', deny: true, latency: 5000 },
      { target: 'x', hoursAgo: 48, latency: 9000 },
    ]);
    const all = await history.answer({ kind: 'totals', filter: {} });
    assert.deepEqual(await history.answer({ kind: 'totals', filter: { text: 'x' } }), all);
    assert.ok(typeof all === 'object' && 'byRule' in all);
    assert.deepEqual(
      [all.all, all.byPerson, all.byRule, all.denied, all.medianWaitMs, all.busiestRule],
      [4, 2, 2, 1, 9000, { id: 'R12', label: '', times: 2 }],
    );
    assert.deepEqual(
      all.days.map(({ person, rule }) => [person, rule]),
      [
        [1, 0],
        [1, 2],
      ],
    );
  });

  it('finds a text that is in very many requests', async () => {
    await record(
      Array.from({ length: 2100 }, (_, i) => ({ target: `${i % 2 ? 'git' : 'git show'} ${i}` })),
    );
    assert.equal((await rows({ text: 'git' })).length, 100);
    const totals = await history.answer({ kind: 'totals', filter: { text: 'git ' } });
    assert.ok(typeof totals === 'object' && 'byRule' in totals);
    assert.equal(totals.all, 2100);
    assert.deepEqual(await targets({ text: 'show 2098' }), ['git show 2098']);
  }).timeout(30_000);

  it('calls sessions and rules what the record calls them last', async () => {
    const journal = new FileJournal({ folder, newId: ulidSource(() => NOW) });
    const made = { id: 'R12', scope: 'workspace', label: 'pnpm test', effect: 'allow' } as const;
    const [begun, asked] = entriesOf({ target: 'pnpm test', hoursAgo: 1 }, 1);
    const [, answered] = entriesOf({ target: 'pnpm test', by: RULE }, 2);
    assert.ok(
      begun?.type === 'raised' && asked?.type === 'settled' && answered?.type === 'settled',
    );
    await journal.append({ ...begun, sessionTitle: 'New session' });
    await journal.append({ ...asked, sessionTitle: 'New session', rule: made });
    await journal.append({ ...answered, sessionTitle: 'Fix ,"target":tests', target: 'pnpm test' });
    await journal.close();
    const names = await rows();
    assert.deepEqual(
      names.map((row) => [row.by, row.sessionTitle, row.ruleLabel]),
      [
        ['rule', 'Fix ,"target":tests', 'pnpm test'],
        ['person', 'Fix ,"target":tests', 'pnpm test'],
      ],
    );
    const totals = await history.answer({ kind: 'totals', filter: {} });
    assert.ok(typeof totals === 'object' && 'byRule' in totals);
    assert.deepEqual(totals.busiestRule, { id: 'R12', label: 'pnpm test', times: 1 });
  });

  it('reads what a request is about though its session is called like a field', async () => {
    const journal = new FileJournal({ folder, newId: ulidSource(() => NOW) });
    const [begun, end] = entriesOf({ target: 'ls' }, 1);
    assert.ok(begun?.type === 'raised' && end);
    await journal.append({ ...begun, sessionTitle: ',"target":"x"},"hash":' });
    await journal.append(end);
    await journal.close();
    assert.deepEqual(await targets(), ['ls']);
  });

  it('lists who revoked a rule, and does not count that as a request', async () => {
    await record([{ target: 'pnpm test', hoursAgo: 1 }]);
    const journal = new FileJournal({ folder, newId: ulidSource(() => NOW + 10) });
    const rule = { id: 'R12', scope: 'workspace', effect: 'allow', label: 'pnpm test' } as const;
    await journal.append({ type: 'rule', change: 'revoked', rule, by: PERSON, at: NOW });
    await journal.close();
    const [revoked] = await rows({ tool: 'rule' });
    const { answer, toolName, target, by, surface, ruleId } = revoked ?? {};
    assert.deepEqual(
      [answer, toolName, target, by, surface, ruleId],
      ['changed', 'revoked', 'pnpm test', 'person', 'inbox', 'R12'],
    );
    assert.deepEqual(await targets({ text: 'pnpm' }), ['pnpm test', 'pnpm test']);
    const progress = await history.answer({ kind: 'update' });
    assert.ok(typeof progress === 'object' && 'requests' in progress);
    assert.deepEqual([progress.requests, progress.agents], [1, ['claude']]);
    for (const filter of [{}, { text: 'pnpm' }]) {
      const totals = await history.answer({ kind: 'totals', filter });
      assert.ok(typeof totals === 'object' && 'byRule' in totals);
      assert.deepEqual([totals.all, totals.byPerson, totals.medianWaitMs], [1, 1, 1000]);
    }
  });

  it('takes in what is added later', async () => {
    await record([{ target: 'a', hoursAgo: 2 }]);
    assert.deepEqual(await targets(), ['a']);
    await record([{ target: 'b' }], 10);
    await history.answer({ kind: 'update' });
    assert.deepEqual(await targets(), ['b', 'a']);
  });

  it('tells by itself what is added, and says which rows came', async () => {
    await record([{ target: 'a', hoursAgo: 3 }]);
    const first = await history.answer({ kind: 'page', filter: {}, limit: 10 });
    assert.ok(typeof first === 'object' && 'upTo' in first);
    assert.equal(first.upTo, 1);
    // Older than what is there, and of another window.
    await record([{ target: 'b', hoursAgo: 5 }, { target: 'c' }, { target: 'd', deny: true }], 10);
    const told = await grown();
    assert.deepEqual([told.requests, told.reading], [4, 1]);
    const added = async (filter: HistoryFilter, after: number) => {
      const page = await history.answer({ kind: 'added', filter, limit: 10, after });
      assert.ok(typeof page === 'object' && 'upTo' in page);
      assert.equal(page.upTo, 4);
      return page.rows.map(({ target }) => target);
    };
    assert.deepEqual(await added({}, first.upTo), ['d', 'c', 'b']);
    assert.deepEqual(await added({ answer: 'denied' }, first.upTo), ['d']);
    assert.deepEqual(await added({ text: 'B' }, 2), []);
    assert.deepEqual(await added({}, 4), []);
    const some = await history.answer({ kind: 'added', filter: {}, limit: 2, after: 1 });
    assert.ok(typeof some === 'object' && 'rows' in some);
    assert.deepEqual([some.rows.length, some.next !== undefined], [2, true]);
  });

  it('notices a record that begins while nothing is there to watch', async () => {
    const later = path.join(folder, 'later');
    history = new RecordHistory(later, (each) => news.push(each));
    await history.answer({ kind: 'update' });
    const journal = new FileJournal({ folder: later, newId: ulidSource(() => NOW) });
    for (const entry of entriesOf({ target: 'a' }, 1)) await journal.append(entry);
    await journal.close();
    const told = await grown();
    assert.equal(told.requests, 1);
  }).timeout(30_000);

  it('begins anew when lines are gone that were read', async () => {
    const file = await record([{ target: 'a' }, { target: 'refused' }]);
    assert.equal((await targets()).length, 2);
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    // What could not be written for sure is cut off, and the file goes on, longer than before.
    const next = entriesOf({ target: 'b' }, 7).map((entry) => JSON.stringify({ entry }));
    fs.writeFileSync(file, [...lines.slice(0, 2), ...next, ...next, ...next, ''].join('\n'));
    const progress = await history.answer({ kind: 'update' });
    assert.ok(typeof progress === 'object' && 'reading' in progress);
    assert.deepEqual([progress.reading, progress.requests], [2, 4]);
    assert.deepEqual((await targets()).sort(), ['a', 'b', 'b', 'b']);
    fs.rmSync(file);
    await history.answer({ kind: 'update' });
    assert.deepEqual(await targets(), []);
  });

  it('reads lines whose times no calendar has', async () => {
    const file = await record([{ target: 'a', hoursAgo: 1 }]);
    for (const at of ['1e999', '-1e300', '8.64e15', '0.5', '-1']) {
      const end = `"decision":"allow","decidedBy":{},"decidedAt":${at},"target":"t${at}"`;
      fs.appendFileSync(file, `{"entry":{"type":"settled",${end}}}\n`);
    }
    assert.deepEqual(await targets(), ['t1e999', 't8.64e15', 'a', 't0.5', 't-1', 't-1e300']);
    assert.deepEqual(await targets({ text: 'T', days: 3 }), ['t1e999', 't8.64e15']);
    const totals = await history.answer({ kind: 'totals', filter: {} });
    assert.ok(typeof totals === 'object' && 'byRule' in totals);
    assert.deepEqual([totals.all, totals.byPerson], [6, 1]);
  });

  it('leaves a torn last line out, says so, and reads it when it is whole', async () => {
    const file = await record([{ target: 'a', hoursAgo: 1 }, { target: 'b' }]);
    const bytes = fs.readFileSync(file);
    fs.writeFileSync(file, bytes.subarray(0, -20));
    const progress = await history.answer({ kind: 'update' });
    assert.ok(typeof progress === 'object' && 'torn' in progress && 'unreadable' in progress);
    assert.deepEqual([progress.torn, progress.unreadable, await targets()], [1, 0, ['a']]);
    fs.writeFileSync(file, bytes);
    await history.answer({ kind: 'update' });
    assert.deepEqual(await targets(), ['b', 'a']);
  });

  it('names the first altered line', async () => {
    const first = await record([{ target: 'a' }]);
    await record([{ target: 'rm -rf build' }], 10);
    const [, second = ''] = await journalFiles(folder);
    assert.notEqual(first, second);
    fs.writeFileSync(second, fs.readFileSync(second, 'utf8').replace('rm -rf build', 'ls'));
    const verdict = await history.answer({ kind: 'verify' });
    assert.ok(typeof verdict === 'object' && 'checkedAt' in verdict);
    assert.deepEqual(
      [verdict.records, verdict.broken?.record, verdict.broken?.line, verdict.broken?.file],
      [2, 3, 1, path.basename(second)],
    );
    assert.ok(news.some((each) => 'verified' in each));
  });

  it('exports what the filter shows, and no cell of the CSV is a formula', async () => {
    await record([
      { target: '=HYPERLINK("http://x")' },
      { target: 'a,"b"' },
      { target: 'c', deny: true },
    ]);
    const csv = path.join(folder, 'out.csv');
    assert.equal(
      await history.answer({ kind: 'export', filter: { answer: 'allowed' }, file: csv }),
      2,
    );
    const text = fs.readFileSync(csv, 'utf8');
    assert.ok(text.includes('"\'=HYPERLINK(""http://x"")"') && text.includes('"a,""b"""'), text);
    assert.doesNotMatch(text, /(?:^|,)"?[=+@-]/m);
    const json = path.join(folder, 'out.json');
    await history.answer({ kind: 'export', filter: {}, file: json });
    const parsed = JSON.parse(fs.readFileSync(json, 'utf8')) as { target: string }[];
    assert.deepEqual(parsed.map(({ target }) => target).sort(), [
      '=HYPERLINK("http://x")',
      'a,"b"',
      'c',
    ]);
  });

  it('says why an export could not be written', async () => {
    await record([{ target: 'a' }]);
    const file = path.join(folder, 'missing', 'out.json');
    await assert.rejects(history.answer({ kind: 'export', filter: {}, file }), /ENOENT/);
  });

  it('is empty where there is no record', async () => {
    assert.deepEqual(await targets(), []);
    assert.deepEqual(await history.answer({ kind: 'newest', limit: 5 }), { rows: [], upTo: 0 });
  });
});
