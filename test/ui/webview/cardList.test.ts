import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CardView } from '../../../src/protocol/cardView.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { type Webview, WebviewHarness, type WebviewOptions } from '../../support/webviewHarness.ts';
import { card, PNPM_TEST } from '../../support/webviewHarnessCards.ts';

const ARMED_MS = 600;
const command = (text: string) => ({ tool: 'execute', cwd: '.', command: text }) as const;

describe('card list', function () {
  // A browser starts, and the machine may be busy.
  this.timeout(60_000);
  let harness: WebviewHarness;
  let view: Webview;

  inBrowser(async () => {
    harness = await WebviewHarness.start();
    return harness;
  });

  const open = async (cards: readonly CardView[], options: WebviewOptions = {}) => {
    view = await harness.open('cards', options);
    await view.send({ type: 'cards', cards });
  };
  const shown = (): Promise<string[]> =>
    view.page.evaluate(
      `[...document.querySelectorAll('.cs-card')].map((each) => each.dataset.request)`,
    );
  const vite = {
    agent: { id: 'codex', name: 'Codex', version: '' },
    session: { key: 's2', title: 'Upgrade to Vite 7', cwd: '/x', workspaceFolder: '/x' },
  };
  const three = () => [
    card(command('pnpm build'), { id: 'b', raisedAt: 2, ...vite }),
    card(PNPM_TEST, { id: 'a', raisedAt: 1 }),
    card(command('git push --force origin main'), { id: 'c', raisedAt: 3, ...vite }),
  ];

  it('shows the oldest first and adds new ones below', async () => {
    await open(three());
    await view.send({ type: 'changed', cards: [card(command('ls'), { id: 'd', raisedAt: 0 })] });
    assert.deepEqual(await shown(), ['a', 'b', 'c', 'd']);
    assert.equal(await view.page.locator('[role=feed] article').count(), 4);
  });

  it('says in words that a request came', async () => {
    await open(three());
    assert.equal(await view.page.locator('body > [role=status]').textContent(), '');
    await view.send({ type: 'changed', cards: [card(command('ls'), { id: 'd' })] });
    assert.equal(
      await view.page.locator('body > [role=status]').textContent(),
      'Claude Code wants to run a command. 4 waiting.',
    );
    await view.send({ type: 'changed', cards: [card(command('rm -rf /'), { id: 'e' })] });
    assert.equal(
      await view.page.locator('body > [role=alert]').textContent(),
      'High risk. Deletes files and folders for good. Claude Code wants to run a command. 5 waiting.',
    );
  });

  it('filters by agent, command and path', async () => {
    await open(three());
    const filter = view.page.getByRole('textbox', { name: /Filter/ });
    await filter.fill('codex push');
    assert.deepEqual(await shown(), ['c']);
    assert.equal(
      await view.page.locator('.cs-below').textContent(),
      '2 requests are hidden by the filter. Clear filter',
    );
    await filter.fill('terraform');
    assert.equal(
      await view.page.locator('.cs-empty h3').textContent(),
      'No waiting request matches “terraform”',
    );
    await view.page.getByText('Clear filter').click();
    assert.deepEqual(await shown(), ['a', 'b', 'c']);
  });

  it('shows one session at a time when asked to', async () => {
    await open(three());
    assert.deepEqual(await view.page.locator('.cs-tab').allTextContents(), [
      'All sessions 3',
      'CCFix flaky auth tests 1',
      'CXUpgrade to Vite 7 2',
    ]);
    await view.page.locator('.cs-tab').nth(2).click();
    assert.deepEqual(await shown(), ['b', 'c']);
    assert.deepEqual(await view.state(), { session: 's2' });
  });

  it('starts with the filter it had before it was hidden', async () => {
    await open(three(), { state: { filter: 'build' } });
    assert.deepEqual(await shown(), ['b']);
  });

  it('says what to expect when nothing waits, and is idle then', async () => {
    await open([]);
    assert.equal(await view.page.locator('.cs-empty h3').textContent(), 'Nothing is waiting');
    await sleep(ARMED_MS);
    assert.equal(await view.page.evaluate('testHost.timers()'), 0);
  });

  it('keeps one timer for the ages of all cards, and none while it is hidden', async () => {
    await open(three());
    await sleep(ARMED_MS);
    assert.equal(await view.page.evaluate('testHost.timers()'), 1);
    await view.page.evaluate(`
      Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
      document.dispatchEvent(new Event('visibilitychange'));`);
    assert.equal(await view.page.evaluate('testHost.timers()'), 0);
  });

  it('holds 1,000 cards, each of which can be found and reached', async () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      card(command(`echo number-${index}`), { id: `m${index}`, raisedAt: index }),
    );
    await open(many);
    await view.page.locator('#card-m999').waitFor({ state: 'attached' });
    assert.equal(await view.page.evaluate(`window.find('number-987')`), true);
    await view.send({ type: 'reveal', requestId: 'm990' });
    await view.page.locator('#card-m990 .allow').waitFor();
    assert.equal(await view.page.evaluate('document.activeElement.id'), 'card-m990');
    assert.ok((await view.page.locator('vscode-button').count()) < 200);
  });

  it('draws nothing but the card that changed', async () => {
    await open(three());
    // What is drawn when the cards take answers is drawn before.
    await sleep(ARMED_MS);
    await view.page.evaluate(`
      window.changed = new Set();
      new MutationObserver((all) => all.forEach(({ target }) => {
        const element = target.closest ? target : target.parentElement;
        changed.add(element.closest('.cs-slot')?.querySelector('.cs-card')?.dataset.request ?? 'outside');
      })).observe(document.querySelector('.cs-cards'), { subtree: true, childList: true, characterData: true });`);
    await view.send({ type: 'refused', requestId: 'c', text: 'Already answered.' });
    assert.deepEqual(await view.page.evaluate('[...changed]'), ['c']);
  });
});
