import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatEntry } from '../../../src/protocol/chatView.ts';
import { CONTRAST, NAMES, REFERENCES } from '../../support/accessChecks.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { type Theme, type Webview, WebviewHarness } from '../../support/webviewHarness.ts';
import { card, FOLDER, settledCard } from '../../support/webviewHarnessCards.ts';

const THEMES: readonly Theme[] = ['dark', 'light', 'hc'];
const TOKEN = `ghp_${'a1B2'.repeat(9)}`;

describe('usable by everyone', function () {
  // A browser starts, and the machine may be busy.
  this.timeout(60_000);
  let harness: WebviewHarness;
  let view: Webview;

  inBrowser(async () => {
    harness = await WebviewHarness.start();
    return harness;
  });

  const openCards = async (theme: Theme, width = 480) => {
    view = await harness.open('cards', { theme, width, height: 3500 });
    await view.send({ type: 'cards', cards: everyKind() });
    await sleep(600);
    await view.page.locator('#card-a .always').click();
    await sleep(600);
    await view.page.locator('#card-b .cs-more').click();
    await sleep(600);
  };
  const openChat = async (theme: Theme, width = 480) => {
    view = await harness.open('chat', { theme, width, height: 1600 });
    await view.send(
      {
        type: 'session',
        session: {
          key: 's',
          title: 'Fix flaky auth tests',
          agent: { id: 'claude', name: 'Claude Code', monogram: 'CC' },
          folder: 'acme-web',
          asksFor: 'everything',
          controls: { commands: [] },
          canResume: false,
          state: 'failed',
        },
      },
      { type: 'entries', from: 0, entries: everyEntry() },
      { type: 'elsewhere', requests: 2, sessions: ['a', 'b'] },
      { type: 'cards', cards: everyKind().slice(0, 1) },
    );
    await sleep(600);
  };

  for (const theme of THEMES) {
    it(`names everything and refers to what is there: cards, ${theme}`, async () => {
      await openCards(theme);
      assert.deepEqual(await view.page.evaluate(NAMES), []);
      assert.deepEqual(await view.page.evaluate(REFERENCES), []);
    });

    it(`has text of 4.5:1 and more: cards, ${theme}`, async () => {
      await openCards(theme);
      assert.deepEqual(await view.page.evaluate(CONTRAST), []);
    });

    it(`names everything, in text of 4.5:1 and more: chat, ${theme}`, async () => {
      await openChat(theme);
      assert.deepEqual(await view.page.evaluate(NAMES), []);
      assert.deepEqual(await view.page.evaluate(REFERENCES), []);
      assert.deepEqual(await view.page.evaluate(CONTRAST), []);
    });
  }

  it('fits in 300 px, with letters of 20 px as well', async () => {
    for (const open of [openCards, openChat]) {
      await open('dark', 300);
      assert.deepEqual(await view.page.evaluate(TOO_WIDE), []);
      await view.page.evaluate(`document.body.style.setProperty('--vscode-font-size', '20px')`);
      assert.deepEqual(await view.page.evaluate(TOO_WIDE), []);
      if (open === openCards) await view.close();
    }
  });

  it('has targets of 26 px and more', async () => {
    await openCards('dark');
    const small =
      await view.page.evaluate(`[...document.querySelectorAll('.cs-card > .cs-decide > *')]
      .map((each) => each.getBoundingClientRect()).filter(({ height }) => height > 2 && height < 26).length`);
    assert.equal(small, 0);
  });

  it('reads a card as its title, then risk, payload and why', async () => {
    await openCards('dark');
    const article = view.page.locator('#card-c');
    assert.equal(await article.getAttribute('aria-describedby'), 'risk-c payload-c facts-c');
    assert.equal(await article.getAttribute('aria-labelledby'), 'what-c');
  });

  it('does not move when the person wants less motion', async () => {
    view = await harness.open('cards');
    await view.page.emulateMedia({ reducedMotion: 'reduce' });
    await view.sendThen(
      [{ type: 'cards', cards: everyKind() }],
      `window.moving = document.getAnimations().length;`,
    );
    assert.equal(await view.page.evaluate('moving'), 0);
  });
});

const TOO_WIDE = `[document.documentElement, ...document.querySelectorAll('.cs-view, .cs-list, .cs-log, .cs-card, .cs-payload')]
  .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => (each.className || 'page') + ' ' + each.textContent.slice(0, 40))`;

function everyKind() {
  const ask = {
    id: 'q',
    text: 'Which browsers?',
    multiSelect: false,
    choices: [{ label: 'All', description: 'of them' }],
  };
  const change = { kind: 'write', oldText: 'a\nb', newText: 'a\nc' } as const;
  const at = { raisedAt: 1, why: 'To see.' };
  return [
    card({ tool: 'execute', cwd: 'a', command: 'pnpm test' }, { ...at, id: 'a' }),
    card({ tool: 'edit', path: `${FOLDER}/a.ts`, change }, { ...at, id: 'b' }),
    card({ tool: 'execute', cwd: 'a', command: 'rm -rf x' }, { ...at, id: 'c' }),
    card({ tool: 'fetch', url: 'https://a.b/c?d=e' }, { ...at, id: 'd' }),
    card({ tool: 'mcp', server: 's', toolName: 't', arguments: { a: [1] } }, { ...at, id: 'e' }),
    card({ tool: 'execute', cwd: 'a', command: `x ${TOKEN} \u202E` }, { ...at, id: 'f' }),
    card(
      { tool: 'other', toolName: 'Ask', input: {} },
      { ...at, id: 'g', source: 'agent_question', questions: [ask] },
    ),
    settledCard({ tool: 'execute', cwd: 'a', command: 'ls' }, { ...at, id: 'h' }),
  ];
}

function everyEntry(): ChatEntry[] {
  return [
    { kind: 'user', id: '1', text: ['Fix it.'] },
    {
      kind: 'agent',
      id: '2',
      markdown: 'A `code` and [a link](https://a.b).\n\n> quote\n\n```\nx\n```',
      streaming: false,
    },
    { kind: 'thought', id: '3', text: 'Hm.' },
    { kind: 'tool', id: '4', title: ['Read a'], icon: 'eye', status: 'completed', by: 'you, once' },
    { kind: 'card', id: '5', requestId: 'a' },
    { kind: 'notice', id: '6', level: 'error', text: 'It stopped.', detail: 'exit 1' },
  ];
}
