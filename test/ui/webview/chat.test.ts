import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatEntry, SessionView } from '../../../src/protocol/chatView.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { type Webview, WebviewHarness, type WebviewOptions } from '../../support/webviewHarness.ts';
import { card, PNPM_TEST, settledCard } from '../../support/webviewHarnessCards.ts';

const SESSION: SessionView = {
  key: 's1',
  title: 'Fix flaky auth tests',
  agent: { id: 'claude', name: 'Claude Code', monogram: 'CC' },
  folder: 'acme-web',
  asksFor: 'everything',
  controls: { commands: [] },
  canResume: false,
  state: 'ready',
};

describe('chat panel', function () {
  // A browser starts, and the machine may be busy.
  this.timeout(60_000);
  let harness: WebviewHarness;
  let view: Webview;

  inBrowser(async () => {
    harness = await WebviewHarness.start();
    return harness;
  });

  const open = async (
    entries: readonly ChatEntry[] = [],
    session: Partial<SessionView> = {},
    options: WebviewOptions = {},
  ) => {
    view = await harness.open('chat', options);
    await view.send(
      { type: 'session', session: { ...SESSION, ...session } },
      { type: 'entries', from: 0, entries },
    );
  };
  const agent = (markdown: string, streaming = false, id = 'a'): ChatEntry => ({
    kind: 'agent',
    id,
    markdown,
    streaming,
  });
  const box = () => view.page.getByRole('textbox', { name: 'Message' });

  describe('the head', () => {
    it('names the session, the agent and what it asks for', async () => {
      await open();
      assert.equal(
        await view.page.locator('.cs-chat-h').textContent(),
        'CCFix flaky auth testsClaude CodeAsks for: everything',
      );
      await view.page.getByRole('button', { name: 'New session' }).click();
      assert.deepEqual(await view.sent(), [{ type: 'newSession' }]);
    });

    it('names the files that can let calls through, and opens them', async () => {
      const path = '/home/dev/.claude/settings.json';
      const doors = [
        { label: '.claude/settings.json', path: '/ws/.claude/settings.json' },
        { label: '~/.claude/settings.json', path },
      ];
      await open([], { asksFor: 'what its own settings do not allow', doors });
      assert.equal(
        await view.page.locator('.cs-chat-h .sub').textContent(),
        'Claude CodeAsks for: what its own settings do not allowIts own settings: .claude/settings.json, ~/.claude/settings.json',
      );
      await view.page.getByRole('button', { name: '~/.claude/settings.json' }).click();
      assert.deepEqual(await view.sent(), [{ type: 'openDoor', path }]);
    });

    it('says that requests wait elsewhere', async () => {
      await open();
      await view.send({ type: 'elsewhere', requests: 1, sessions: ['Upgrade to Vite 7'] });
      const strip = view.page.locator('.cs-strip span');
      assert.equal(await strip.textContent(), '1 more request waits in Upgrade to Vite 7');
      await view.send({ type: 'elsewhere', requests: 3, sessions: ['a', 'b'] });
      assert.equal(await strip.textContent(), '3 more requests wait in 2 sessions');
      await view.page.getByRole('button', { name: 'Show' }).click();
      assert.deepEqual(await view.sent(), [{ type: 'showInbox' }]);
    });
  });

  describe('the conversation', () => {
    it('draws markdown as elements of its own', async () => {
      await open([
        agent('# One\n\nTwo **three** `four`\n\n- five\n\n1. six\n\n```js\nseven\n```\n'),
      ]);
      assert.equal(
        (await view.page.locator('.cs-md').innerHTML()).replace(/<!--.*?-->/g, ''),
        '<h1>One</h1><p>Two <strong>three</strong> <code>four</code></p><ul><li>five</li></ul>' +
          '<ol><li>six</li></ol><pre class="cs-pre"><code>seven\n</code></pre>',
      );
    });

    it('shows HTML as text, loads no image and follows no link by itself', async () => {
      const bad = '<img src=x onerror="hacked=1"><script>hacked=1</script>';
      await open([
        agent(
          `${bad}\n\n${bad} ![a](https://a.b/c.png)\n\n[x](javascript:hacked=1) [y](https://a.b/c)`,
        ),
        { kind: 'thought', id: 't', text: bad },
        { kind: 'user', id: 'u', text: [bad] },
        { kind: 'notice', id: 'n', level: 'error', text: bad, detail: bad },
        { kind: 'tool', id: 'o', title: [bad], icon: 'x', status: 'completed', by: bad },
      ]);
      const made = `document.querySelectorAll('#root :is(img, script, [href], [src], [style])').length`;
      assert.equal(await view.page.evaluate(made), 0);
      assert.equal(await view.page.evaluate('window.hacked'), undefined);
      assert.match((await view.page.locator('.cs-md').textContent()) ?? '', /\[image: a\]/);
      await view.page.getByRole('link').click();
      assert.deepEqual(await view.sent(), [{ type: 'openLink', href: 'https://a.b/c' }]);
    });

    it('aligns a table without a style attribute', async () => {
      await open([agent('| a | b |\n|---|--:|\n| 1 | 2 |')]);
      assert.equal(await view.page.locator('td.cs-right').textContent(), '2');
    });

    it('draws only the message that grows', async () => {
      await open([agent('first', false, 'a'), agent('second', true, 'b')]);
      await view.page.evaluate(`
        window.first = document.querySelector('.cs-md');
        window.changes = 0;
        new MutationObserver((all) => (changes += all.length)).observe(first,
          { subtree: true, childList: true, characterData: true, attributes: true });`);
      await view.send({ type: 'entries', from: 1, entries: [agent('second grows', true, 'b')] });
      assert.deepEqual(await view.page.locator('.cs-md').allTextContents(), [
        'first',
        'second grows',
      ]);
      assert.equal(await view.page.evaluate('changes'), 0);
      assert.equal(await view.page.evaluate(`first === document.querySelector('.cs-md')`), true);
    });

    it('keeps what is selected while a message grows', async () => {
      await open([agent('one\n\ntwo', true)]);
      await view.page.evaluate(
        `getSelection().selectAllChildren(document.querySelector('.cs-md p'))`,
      );
      await view.send({ type: 'entries', from: 0, entries: [agent('one\n\ntwo three', true)] });
      assert.equal(await view.page.evaluate('String(getSelection())'), 'one');
    });

    it('draws once per frame, however many messages come', async () => {
      await open([agent('0', true)]);
      await view.page.evaluate(`
        window.draws = 0;
        new MutationObserver(() => draws++).observe(document.querySelector('.cs-entries'),
          { subtree: true, childList: true, characterData: true });
        for (let i = 1; i <= 50; i++) testHost.deliver({ type: 'entries', from: 0, entries:
          [{ kind: 'agent', id: 'a', markdown: String(i), streaming: true }] });`);
      await view.page.getByText('50').waitFor();
      assert.equal(await view.page.evaluate('draws'), 1);
    });

    it('shows what tools do and by whose leave', async () => {
      const tool = (id: string, status: 'completed' | 'denied', by: string): ChatEntry => ({
        kind: 'tool',
        id,
        title: ['Read ', { secret: 'password' }],
        icon: 'eye',
        status,
        by,
      });
      await open([
        tool('1', 'completed', 'reading never asks'),
        tool('2', 'denied', 'denied by you'),
      ]);
      assert.deepEqual(await view.page.locator('.cs-tools > .cs-tool').allTextContents(), [
        'done: Read redacted: passwordreading never asks',
        'denied: Read redacted: passworddenied by you',
      ]);
    });

    it('folds thoughts and the details of an error, and offers to start again', async () => {
      await open(
        [
          { kind: 'thought', id: 't', text: 'Hm.' },
          { kind: 'notice', id: 'n', level: 'error', text: 'It stopped.', detail: 'exit 1' },
        ],
        { state: 'failed' },
      );
      assert.equal(await view.page.getByText('Hm.').isVisible(), false);
      assert.equal(await view.page.getByText('exit 1').isVisible(), false);
      await view.page.getByText('What the agent wrote last').click();
      assert.equal(await view.page.getByText('exit 1').isVisible(), true);
      await view.page.getByRole('button', { name: 'Start again' }).click();
      assert.deepEqual(await view.sent(), [{ type: 'startAgain' }]);
    });

    it('shows a card where it was raised and answers it there', async () => {
      await open([agent('a'), { kind: 'card', id: 'c', requestId: 'r1' }]);
      await view.send({ type: 'cards', cards: [card(PNPM_TEST)] });
      await sleep(600);
      await view.page.getByRole('button', { name: 'Allow once' }).click();
      assert.equal((await view.sent())[0]?.type, 'answer');
      await view.send({ type: 'changed', cards: [settledCard(PNPM_TEST, {})] });
      assert.equal(
        await view.page.locator('.cs-outcome > span:not(.cs-where)').textContent(),
        'Allowed once by you',
      );
    });
  });

  describe('scrolling', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => agent(`message ${index}`, false, `m${index}`));
    const fromEnd = () =>
      view.page.evaluate(
        `(() => { const log = document.querySelector('.cs-log'); return Math.round(log.scrollHeight - log.scrollTop - log.clientHeight); })()`,
      );

    it('stays at the end while the conversation grows', async () => {
      await open(many(100));
      assert.equal(await fromEnd(), 0);
      await view.send({
        type: 'entries',
        from: 100,
        entries: [agent('x\n\n'.repeat(30), true, 'z')],
      });
      assert.equal(await fromEnd(), 0);
    });

    it('stays at the end when more comes before the browser tells that it has moved there', async () => {
      await open(many(100));
      await view.page.evaluate(`new Promise((done) => {
        const log = document.querySelector('.cs-log');
        const more = document.createElement('div');
        more.style.height = '300px';
        log.querySelector('.cs-entries').append(more);
        log.dispatchEvent(new Event('scroll'));
        requestAnimationFrame(() => requestAnimationFrame(done));
      })`);
      assert.equal(await fromEnd(), 0);
    });

    it('leaves the person where they scrolled to, and remembers it', async () => {
      await open(many(100));
      await view.page.locator('.cs-log').hover();
      await view.page.mouse.wheel(0, -600);
      await sleep(300);
      await view.send({ type: 'entries', from: 100, entries: [agent('new', false, 'z')] });
      assert.notEqual(await fromEnd(), 0);
      assert.notEqual(await view.state(), null);
    });

    it('does not move a card away from under the pointer', async () => {
      await open([...many(60), { kind: 'card', id: 'c', requestId: 'r1' }]);
      await view.send({ type: 'cards', cards: [card(PNPM_TEST)] });
      const deny = view.page.getByRole('button', { name: 'Deny' });
      await deny.hover();
      const before = await deny.boundingBox();
      await view.send({
        type: 'entries',
        from: 61,
        entries: [agent('x\n\n'.repeat(30), true, 'z')],
      });
      assert.deepEqual(await deny.boundingBox(), before);
    });
  });

  describe('the prompt', () => {
    it('sends with Enter and starts a line with Shift+Enter', async () => {
      await open();
      await box().focus();
      await view.page.keyboard.type('Fix');
      await view.page.keyboard.press('Shift+Enter');
      await view.page.keyboard.type('it');
      await view.page.keyboard.press('Enter');
      assert.deepEqual(await view.sent(), [{ type: 'prompt', text: 'Fix\nit' }]);
      assert.equal(await box().inputValue(), '');
    });

    it('takes a message while the session starts, says when it is sent, and takes it back', async () => {
      await open([], { state: 'starting' });
      assert.equal(
        await box().getAttribute('placeholder'),
        'Claude Code is starting. What you write now is sent when it has started.',
      );
      await box().fill('Fix it');
      await view.page.keyboard.press('Enter');
      assert.equal(await box().inputValue(), '');
      const waiting = { ...SESSION, state: 'starting', waitsToSend: true } as const;
      await view.send({ type: 'session', session: waiting });
      await view.page.getByText('Sent when Claude Code has started').waitFor();
      await view.page.getByRole('button', { name: 'Don’t send' }).click();
      assert.deepEqual(await view.sent(), [{ type: 'prompt', text: 'Fix it' }, { type: 'stop' }]);
      await view.send({ type: 'session', session: { ...SESSION, state: 'starting' } });
      await view.page.getByRole('button', { name: 'Send' }).waitFor();
      assert.equal(await view.page.getByText('Sent when').count(), 0);
    });

    it('sends nothing when the session is over, and keeps the draft', async () => {
      await open([], { state: 'failed' });
      await box().fill('Fix it');
      await view.page.keyboard.press('Enter');
      assert.deepEqual(await view.sent(), []);
      assert.deepEqual(await view.state(), { draft: 'Fix it' });
      await view.close();
      await open([], {}, { state: { draft: 'Fix it' } });
      assert.equal(await box().inputValue(), 'Fix it');
    });

    it('offers to stop while the agent works', async () => {
      await open([], { state: 'running' });
      assert.equal(
        await box().getAttribute('placeholder'),
        'Type to steer Claude Code. It reads this after the current step.',
      );
      await view.page.getByRole('button', { name: 'Stop' }).click();
      assert.deepEqual(await view.sent(), [{ type: 'stop' }]);
    });

    it('is idle when nothing happens', async () => {
      await open([agent('done')], { state: 'ready' });
      await sleep(600);
      assert.equal(await view.page.evaluate('testHost.timers()'), 0);
    });
  });
});
