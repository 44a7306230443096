import assert from 'node:assert/strict';
import type { HistoryRow, ToHistory } from '../../../src/protocol/historyView.ts';
import { CONTRAST, NAMES, REFERENCES } from '../../support/accessChecks.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { type Webview, WebviewHarness } from '../../support/webviewHarness.ts';

const TODAY = Date.now();
const DAY = Math.floor(TODAY / 86_400_000);

const row = (id: number, more: Partial<HistoryRow> = {}): HistoryRow => ({
  id,
  at: TODAY - id * 1000,
  agentId: 'claude',
  sessionKey: 's',
  sessionTitle: 'Fix tests',
  tool: 'execute',
  toolName: 'Bash',
  target: `pnpm test ${id}`,
  answer: 'allowed',
  by: 'person',
  surface: 'inbox',
  ruleId: '',
  ruleLabel: '',
  scope: '',
  latencyMs: 1000,
  ...more,
});
const progress = {
  reading: 1,
  bytes: 9,
  ofBytes: 10,
  requests: 3,
  agents: ['claude', 'codex'],
  torn: 0,
  unreadable: 0,
};
const page = (
  request: number,
  rows: readonly HistoryRow[],
  part: 'all' | 'more' | 'added' = 'all',
): ToHistory => ({
  type: 'page',
  request,
  page: {
    rows,
    upTo: 500,
    ...(rows.length > 0 && { next: { at: rows.at(-1)?.at ?? 0, id: rows.at(-1)?.id ?? 0 } }),
  },
  part,
});

describe('history page', function () {
  // A browser starts, and the machine may be busy.
  this.timeout(60_000);
  let harness: WebviewHarness;
  let view: Webview;
  inBrowser(async () => {
    harness = await WebviewHarness.start();
    return harness;
  });
  beforeEach(async () => {
    view = await harness.open('history', { width: 900, height: 660 });
  });

  const sent = async () => (await view.sent()) as unknown as Record<string, unknown>[];
  const rowTexts = () => view.page.locator('.cs-table tbody tr:not(.day)').allInnerTexts();

  it('shows the newest while the record is read, and asks once all of it is', async () => {
    await view.send(page(0, [row(1)]), { type: 'progress', progress, isComplete: false });
    assert.match((await rowTexts())[0] ?? '', /pnpm test 1/);
    assert.match(
      (await view.page.locator('.cs-chain').textContent()) ?? '',
      /Reading the record… 90 %/,
    );
    assert.deepEqual(await sent(), []);
    await view.send({ type: 'progress', progress, isComplete: true });
    assert.deepEqual(await sent(), [{ type: 'filter', request: 1, filter: { days: 14 } }]);
  });

  it('says for each request what was answered and by whom', async () => {
    await view.send(
      page(0, [
        row(1, { by: 'rule', ruleId: 'R1', ruleLabel: 'pnpm test …', scope: 'workspace' }),
        row(2, { answer: 'denied', surface: 'phone' }),
        row(3, { ruleId: 'R2', ruleLabel: 'git log', scope: 'session' }),
        row(4, { answer: 'nothing', by: 'agentGone', surface: '' }),
        row(5, { answer: 'changed', tool: 'rule', toolName: 'revoked', agentId: '', ruleId: 'R2' }),
      ]),
    );
    const texts = (await rowTexts()).map((text) => text.replace(/\s+/g, ' '));
    assert.match(texts[0] ?? '', /Fix tests .* Allowed rule pnpm test …$/);
    assert.match(texts[1] ?? '', /Denied you, on the phone/);
    assert.match(texts[2] ?? '', /Always allowed you, made git log$/);
    assert.match(texts[3] ?? '', /Nothing ran agent stopped/);
    assert.match(texts[4] ?? '', /Rule revoked you$/);
    await view.page.getByRole('button', { name: 'pnpm test …' }).click();
    assert.deepEqual(await sent(), [{ type: 'showRule', ruleId: 'R1' }]);
  });

  it('calls agents by their names, and one that is gone by its id', async () => {
    const names = [
      ['claude', 'Claude Code'],
      ['mine', 'My Agent'],
    ] as const;
    const rows = ['mine', 'claude', 'constructor'].map((agentId, at) =>
      row(at, { agentId, sessionTitle: '' }),
    );
    const agents = ['claude', 'constructor', 'mine'];
    await view.send({ type: 'agents', names }, page(0, rows), {
      type: 'progress',
      progress: { ...progress, agents },
      isComplete: false,
    });
    const choices = view.page.getByLabel('Agent', { exact: true }).locator('option');
    assert.deepEqual(await choices.allTextContents(), [
      'Any agent',
      'Claude Code',
      'constructor',
      'My Agent',
    ]);
    const cells = (await view.page.locator('.cs-table .c-who').allInnerTexts()).slice(1);
    assert.deepEqual(
      cells.map((text) => text.replace(/\s+/g, ' ').trim()),
      ['MY My Agent', 'CC Claude Code', 'CO constructor'],
    );
  });

  it('drops an answer to an older question', async () => {
    await view.send({ type: 'progress', progress, isComplete: true });
    await view.page.getByLabel('Answer', { exact: true }).selectOption('denied');
    await view.send(page(1, [row(1)]), page(2, [row(2)]));
    assert.equal((await rowTexts()).length, 1);
    assert.match((await rowTexts())[0] ?? '', /pnpm test 2/);
    const [, last] = await sent();
    assert.deepEqual(last, { type: 'filter', request: 2, filter: { days: 14, answer: 'denied' } });
  });

  it('takes a part of the filter out again', async () => {
    await view.send({ type: 'progress', progress, isComplete: true });
    await view.page.getByLabel('Time', { exact: true }).selectOption('');
    await view.page.getByLabel('Agent', { exact: true }).selectOption('codex');
    await view.page.getByLabel('Agent', { exact: true }).selectOption('');
    const filters = (await sent()).map(({ filter }) => filter);
    assert.deepEqual(filters.slice(1), [{}, { agentId: 'codex' }, {}]);
  });

  it('fetches the next page near the end, once', async () => {
    await view.send({ type: 'progress', progress, isComplete: true });
    await view.send(
      page(
        1,
        Array.from({ length: 100 }, (_, i) => row(i)),
      ),
    );
    await view.page.evaluate(`new Promise((done) => {
      const list = document.querySelector('.cs-rows');
      list.scrollTop = list.scrollHeight;
      requestAnimationFrame(() => { list.scrollTop -= 1; setTimeout(done, 100); });
    })`);
    assert.equal((await sent()).filter(({ type }) => type === 'more').length, 1);
    await view.send(page(1, [row(200)], 'more'));
    assert.equal((await rowTexts()).length, 101);
  });

  it('shows what is added by itself, and leaves what is read and selected where it is', async () => {
    const grown: ToHistory = { type: 'progress', progress, isComplete: true };
    const rows = Array.from({ length: 100 }, (_, i) => row(i + 100));
    await view.send(grown, page(1, rows), grown);
    const [, asked] = await sent();
    assert.deepEqual(asked, { type: 'added', request: 1, filter: { days: 14 }, after: 500 });
    const seen = `(() => {
      const rows = [...document.querySelectorAll('.cs-table tbody tr:not(.day)')];
      const row = rows.find((each) => each.textContent.includes('pnpm test 140'));
      return [Math.round(row.getBoundingClientRect().top), String(getSelection())];
    })()`;
    await view.page.evaluate(`(() => {
      const rows = [...document.querySelectorAll('.cs-table tbody tr:not(.day)')];
      const row = rows.find((each) => each.textContent.includes('pnpm test 140'));
      row.scrollIntoView({ block: 'start' });
      getSelection().selectAllChildren(row.querySelector('code'));
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    })()`);
    const before = await view.page.evaluate(seen);
    // Two newer ones, one between, one that is there already, one that comes with the next page.
    const added = [row(1), row(2), row(110, { id: 900 }), row(120), row(9000)];
    await view.send(page(1, added, 'added'));
    await view.page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))',
    );
    const texts = await rowTexts();
    assert.equal(texts.length, 103);
    assert.match(texts[0] ?? '', /pnpm test 1\b/);
    assert.deepEqual(await view.page.evaluate(seen), before);
    assert.equal((before as string[])[1], 'pnpm test 140');
  });

  it('asks anew when the record was read anew: its rows have other numbers', async () => {
    const complete = (reading: number): ToHistory => ({
      type: 'progress',
      progress: { ...progress, reading },
      isComplete: true,
    });
    await view.send(complete(1), page(1, [row(1)]), complete(2));
    assert.deepEqual(
      (await sent()).map(({ type, request }) => [type, request]),
      [
        ['filter', 1],
        ['filter', 2],
      ],
    );
  });

  it('shows sums and a bar for each day', async () => {
    await view.send(
      { type: 'progress', progress, isComplete: true },
      {
        type: 'totals',
        request: 1,
        totals: {
          ...{ all: 10, byPerson: 3, byRule: 7, denied: 1, medianWaitMs: 9000 },
          busiestRule: { id: 'R1', label: 'pnpm test …', times: 7 },
          days: [
            { day: DAY - 2, person: 1, rule: 2 },
            { day: DAY, person: 2, rule: 5 },
          ],
        },
      },
    );
    const text = (await view.page.locator('.cs-sum').textContent()) ?? '';
    assert.match(text, /70 %/);
    assert.match(text, /3, of which 1 denied/);
    assert.match(text, /9 s/);
    // The days of the filter, whatever happened on them.
    assert.equal(await view.page.locator('.cs-bars li').count(), 14);
    assert.match(text, /10 in 14 days/);
    assert.match(text, /pnpm test … 7 times/);
    const height = await view.page.evaluate(
      `document.querySelector('.cs-bars li:last-child .r').offsetHeight`,
    );
    assert.ok(Number(height) > 40, String(height));
  });

  it('names the first altered record', async () => {
    await view.page.getByRole('button', { name: 'Verify' }).click();
    assert.deepEqual(await sent(), [{ type: 'verify' }]);
    await view.send({ type: 'verifying', records: 8200 });
    assert.match(
      (await view.page.locator('.cs-chain').textContent()) ?? '',
      /Verifying… 8,200 records/,
    );
    const broken = {
      file: 'journal-X.ndjson',
      line: 70,
      record: 9870,
      reason: 'its hash does not fit',
    };
    await view.send({
      type: 'verdict',
      verdict: { records: 9869, torn: 0, checkedAt: TODAY, broken },
    });
    const text = (await view.page.locator('.cs-chain').textContent()) ?? '';
    assert.match(text, /Chain broken at record 9,870\. Records after it cannot be trusted\./);
    assert.match(text, /Line 70 of journal-X\.ndjson/);
  });

  it('does not take a text of a request for markup', async () => {
    await view.send(page(0, [row(1, { target: '<img src=x onerror=alert(1)>' })]));
    assert.match((await rowTexts())[0] ?? '', /<img src=x/);
    assert.equal(await view.page.locator('.cs-table img').count(), 0);
  });

  for (const theme of ['dark', 'light', 'hc'] as const)
    it(`can be read and named in the ${theme} theme`, async () => {
      await view.close();
      view = await harness.open('history', { width: 900, height: 660, theme });
      // VS Code does not tell the browser's own controls whether it is dark.
      await view.page.evaluate(
        `for (const each of [document.documentElement, document.body]) each.style.colorScheme = 'normal'`,
      );
      await view.send(
        page(0, [row(1, { ruleId: 'R1', ruleLabel: 'git log' }), row(2, { answer: 'nothing' })]),
        { type: 'progress', progress, isComplete: false },
      );
      for (const check of [CONTRAST, NAMES, REFERENCES])
        assert.deepEqual(await view.page.evaluate(check), []);
    });

  it('fits a narrow panel', async () => {
    await view.page.setViewportSize({ width: 480, height: 820 });
    await view.send(page(0, [row(1, { target: 'x'.repeat(300) })]));
    const overflow = await view.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    assert.equal(overflow, 0);
  });
});
