import assert from 'node:assert/strict';
import type { SessionView } from '../../../src/protocol/chatView.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { type Webview, WebviewHarness } from '../../support/webviewHarness.ts';

const NOT_ASKING = 'It does not ask before it acts in this mode.';
const SESSION: SessionView = {
  key: 's1',
  title: 'Fix flaky auth tests',
  agent: { id: 'gemini', name: 'Gemini CLI', monogram: 'GE' },
  folder: 'acme-web',
  asksFor: 'everything',
  state: 'ready',
  canResume: false,
  controls: {
    modes: {
      current: 'default',
      options: [
        { id: 'default', name: 'Default', description: 'Asks' },
        { id: 'plan', name: 'Plan', description: 'Reads only' },
        { id: 'yolo', name: 'YOLO', description: 'Runs all', whyNot: NOT_ASKING },
      ],
    },
    models: {
      current: 'a',
      options: [
        { id: 'a', name: 'Model A', description: '' },
        { id: 'b', name: 'Model B', description: '' },
      ],
    },
    commands: [
      { name: 'compact', description: 'Summarize', hint: 'focus' },
      { name: 'commit', description: 'Commit' },
      { name: 'allow-all', description: 'Enable all', whyNot: 'It could run calls unasked.' },
    ],
  },
};

describe('what can be chosen in the chat', function () {
  // A browser starts, and the machine may be busy.
  this.timeout(60_000);
  let harness: WebviewHarness;
  let view: Webview;

  inBrowser(async () => {
    harness = await WebviewHarness.start();
    return harness;
  });

  const open = async (session: Partial<SessionView> = {}) => {
    view = await harness.open('chat', {});
    await view.send(
      { type: 'session', session: { ...SESSION, ...session } },
      { type: 'entries', from: 0, entries: [] },
    );
  };
  const box = () => view.page.getByRole('textbox', { name: 'Message' });
  const options = () => view.page.getByRole('option', { includeHidden: true });
  const listed = () => view.page.locator('.cs-commands [role=option] b').allTextContents();

  it('is the mode and the model, and stays as it is until the agent took another', async () => {
    await open();
    const mode = view.page.getByRole('combobox', { name: 'Mode', exact: true });
    await mode.selectOption('plan');
    assert.equal(await mode.inputValue(), 'default');
    await view.page.getByRole('combobox', { name: 'Model' }).selectOption('b');
    assert.deepEqual(await view.sent(), [
      { type: 'setMode', id: 'plan' },
      { type: 'setModel', id: 'b' },
    ]);
  });

  it('is no mode in which the agent does not ask: that is off, with the reason', async () => {
    await open();
    const loose = options().filter({ hasText: 'YOLO' });
    assert.equal(await loose.isDisabled(), true);
    assert.match((await loose.textContent()) ?? '', /does not ask before it acts/);
  });

  it('is nothing where the agent offers nothing', async () => {
    await open({ controls: { commands: [] } });
    assert.equal(await view.page.getByRole('combobox').count(), 0);
    await box().fill('/c');
    assert.deepEqual(await listed(), []);
  });

  it('is a command after a slash, by keys, with the focus in the field', async () => {
    await open();
    await box().fill('/co');
    assert.deepEqual(await listed(), ['/compact', '/commit']);
    await box().press('ArrowDown');
    const active = await box().getAttribute('aria-activedescendant');
    const chosen = view.page.locator('.cs-commands [aria-selected=true]');
    assert.deepEqual(
      [await chosen.getAttribute('id'), await chosen.locator('b').textContent()],
      [active, '/commit'],
    );
    await box().press('Enter');
    assert.equal(await box().inputValue(), '/commit ');
    assert.deepEqual([await listed(), await view.sent()], [[], []]);
    await box().press('Enter');
    assert.deepEqual(await view.sent(), [{ type: 'prompt', text: '/commit' }]);
  });

  it('is no command after which the agent would not ask, and Escape closes the list', async () => {
    await open();
    await box().fill('/allow');
    const item = view.page.locator('.cs-commands [role=option]');
    assert.equal(await item.getAttribute('aria-disabled'), 'true');
    assert.match((await item.textContent()) ?? '', /unasked/);
    await box().press('Enter');
    assert.equal(await box().inputValue(), '/allow');
    await box().press('Escape');
    assert.deepEqual([await listed(), await view.sent()], [[], []]);
  });

  it('is to go on with a session that ended, where the agent can', async () => {
    await open({ state: 'ended', canResume: true });
    await view.page.getByRole('button', { name: 'Resume session' }).click();
    assert.deepEqual(await view.sent(), [{ type: 'resumeSession' }]);
    assert.equal(await view.page.getByRole('button', { name: 'Start again' }).count(), 1);
  });

  it('is only to start again where it cannot', async () => {
    await open({ state: 'ended' });
    assert.equal(await view.page.getByRole('button', { name: 'Resume session' }).count(), 0);
    assert.equal(await view.page.getByRole('button', { name: 'Start again' }).count(), 1);
  });
});
