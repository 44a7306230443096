import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import type { CardView } from '../../../src/protocol/cardView.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { type Webview, WebviewHarness, type WebviewOptions } from '../../support/webviewHarness.ts';
import { card, OFFER, PNPM_TEST, settledCard } from '../../support/webviewHarnessCards.ts';

const ARMED_MS = 600;
const RM = { tool: 'execute', cwd: 'infra', command: 'rm -rf build/ .terraform/' } as const;
/** A press in the page itself, at once. */
const pressAllow = `document.querySelector('#card-r1 .allow').click();`;
const command = (text: string) => ({ tool: 'execute', cwd: '.', command: text }) as const;

describe('card panel', function () {
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
  const at = (id: string): Locator => view.page.locator(`#card-${id}`);
  const button = (id: string, name: string): Locator =>
    at(id).getByRole('button', { name, exact: true });
  /** Where a hand would press, whether the button is off or not. */
  const press = (id: string, name: string) => button(id, name).click({ force: true });
  const focused = (): Promise<string> => view.page.evaluate('document.activeElement.id');
  const answers = async () =>
    (await view.sent()).flatMap((message) => (message.type === 'answer' ? [message] : []));

  describe('takes no answer too early', () => {
    it('ignores a click in the first half second, then takes it', async () => {
      await open([]);
      await view.sendThen([{ type: 'changed', cards: [card(PNPM_TEST)] }], pressAllow);
      assert.deepEqual(await answers(), []);

      await sleep(ARMED_MS);
      await press('r1', 'Allow once');
      const { argsHash } = card(PNPM_TEST);
      assert.deepEqual(await answers(), [
        { type: 'answer', requestId: 'r1', argsHash, outcome: 'allow' },
      ]);
    });

    it('shows that it is off without leaving the tab order', async () => {
      await open([]);
      await view.sendThen(
        [{ type: 'changed', cards: [card(PNPM_TEST)] }],
        `window.state = [...document.querySelectorAll('.cs-btn, .cs-more')].map(
          (each) => each.getAttribute('aria-disabled') + ' ' + each.disabled);
         window.line = document.querySelectorAll('.cs-arming').length;`,
      );
      assert.deepEqual(await view.page.evaluate('state'), Array(4).fill('true false'));
      assert.equal(await view.page.evaluate('line'), 1);
      await view.page.locator('.cs-arming').waitFor({ state: 'detached' });
      assert.equal(await view.page.locator('[aria-disabled=true]').count(), 0);
    });

    it('starts again when the payload changes', async () => {
      await open([card(PNPM_TEST)]);
      await sleep(ARMED_MS);
      const changed = card(command('pnpm publish'));
      await view.sendThen([{ type: 'changed', cards: [changed] }], pressAllow);
      assert.deepEqual(await answers(), []);
    });

    it('starts again when the window gets the focus', async () => {
      await open([card(PNPM_TEST)]);
      await sleep(ARMED_MS);
      await view.sendThen([{ type: 'windowFocused' }], pressAllow);
      assert.deepEqual(await answers(), []);
    });

    it('starts again when something above made the buttons move', async () => {
      await open([
        card(command(lines(30)), { id: 'long', raisedAt: 1 }),
        card(PNPM_TEST, { raisedAt: 2 }),
      ]);
      await sleep(ARMED_MS);
      await view.sendThen(
        [],
        `document.querySelector('.cs-fold').click();
         await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
         ${pressAllow}`,
      );
      assert.deepEqual(await answers(), []);
    });

    it('stays armed when a card is added below', async () => {
      await open([card(PNPM_TEST)]);
      await sleep(ARMED_MS);
      await view.send({ type: 'changed', cards: [card(RM, { id: 'r2' })] });
      await press('r1', 'Deny');
      assert.equal((await answers())[0]?.outcome, 'deny');
    });

    it('sends one answer only, however often it is pressed', async () => {
      await open([card(PNPM_TEST)]);
      await sleep(ARMED_MS);
      await button('r1', 'Allow once').dblclick();
      assert.equal((await answers()).length, 1);
    });
  });

  describe('focus and keys', () => {
    const three = () => [
      card(PNPM_TEST, { id: 'r1', raisedAt: 1 }),
      card(RM, { id: 'r2', raisedAt: 2 }),
      card(command('ls'), { id: 'r3', raisedAt: 3 }),
    ];
    const key = (name: 'allowOnce' | 'deny' | 'next' | 'alwaysAllow' | 'more') =>
      view.send({ type: 'key', key: name });

    it('puts the focus on a card, never on a button', async () => {
      await open(three());
      assert.equal(await focused(), '');
      await view.send({ type: 'reveal', requestId: 'r2' });
      assert.equal(await focused(), 'card-r2');
    });

    it('goes through fold, Open diff, Deny, Allow once, Always allow, more, in this order', async () => {
      const oldText = lines(30);
      const edit = {
        tool: 'edit',
        path: '/home/mara/acme-web/a.ts',
        change: { kind: 'write', oldText, newText: oldText.replaceAll('line', 'row') },
      } as const;
      await open([card(edit)]);
      await sleep(ARMED_MS);
      await view.send({ type: 'reveal', requestId: 'r1' });
      const names: unknown[] = [];
      for (let step = 0; step < 6; step++) {
        await view.page.keyboard.press('Tab');
        names.push(
          await view.page.evaluate(
            `(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()`,
          ),
        );
      }
      assert.deepEqual(names.slice(2), [
        'Deny',
        'Allow once',
        'Always allow',
        'More ways to answer',
      ]);
      assert.deepEqual(
        names
          .slice(0, 2)
          .map(String)
          .map((name) => name.slice(0, 4))
          .sort(),
        ['Open', 'Show'],
      );
    });

    it('moves with the arrows and with the commands', async () => {
      await open(three());
      await key('next');
      assert.equal(await focused(), 'card-r1');
      await view.page.keyboard.press('ArrowDown');
      await key('next');
      assert.equal(await focused(), 'card-r3');
      await view.page.keyboard.press('ArrowUp');
      assert.equal(await focused(), 'card-r2');
    });

    it('answers by key only half a second after the focus came', async () => {
      await open(three());
      await sleep(ARMED_MS);
      await view.send({ type: 'reveal', requestId: 'r1' }, { type: 'key', key: 'allowOnce' });
      assert.deepEqual(await answers(), []);
      await sleep(ARMED_MS);
      await key('allowOnce');
      assert.equal((await answers())[0]?.outcome, 'allow');
    });

    it('does not take a key that is held down', async () => {
      await open(three());
      await view.send({ type: 'reveal', requestId: 'r1' });
      await sleep(ARMED_MS);
      await view.sendThen(
        [],
        `document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, repeat: true }));
         await testHost.deliver({ type: 'key', key: 'allowOnce' });`,
      );
      assert.deepEqual(await answers(), []);
    });

    it('needs two presses for a high risk, and shows no primary button', async () => {
      await open(three());
      await view.send({ type: 'reveal', requestId: 'r2' });
      await sleep(ARMED_MS);
      assert.equal(await at('r2').locator('.primary').count(), 0);
      assert.equal(await at('r1').locator('.primary').count(), 1);
      await view.send({ type: 'key', key: 'allowOnce' }, { type: 'key', key: 'allowOnce' });
      assert.deepEqual(await answers(), []);
      assert.equal(await view.page.evaluate('document.activeElement.textContent'), 'Allow once');
      await sleep(ARMED_MS);
      await key('allowOnce');
      assert.equal((await answers())[0]?.requestId, 'r2');
    });

    it('has no single-letter keys', async () => {
      await open(three());
      await view.send({ type: 'reveal', requestId: 'r1' });
      await sleep(ARMED_MS);
      for (const letter of 'aAdDyYnN1 ') await view.page.keyboard.press(letter);
      await view.page.keyboard.press('Backspace');
      assert.deepEqual(await answers(), []);
    });

    it('closes a form with Escape, then leaves the card', async () => {
      await open(three());
      await view.send({ type: 'reveal', requestId: 'r1' });
      await sleep(ARMED_MS);
      await key('alwaysAllow');
      await view.send({ type: 'ruleOffer', requestId: 'r1', offer: OFFER });
      assert.equal(await at('r1').getByText('Save rule and allow').count(), 1);
      await view.page.keyboard.press('Escape');
      assert.equal(await at('r1').getByText('Save rule and allow').count(), 0);
      assert.equal(await focused(), 'card-r1');
      await view.page.keyboard.press('Escape');
      assert.equal(await view.page.evaluate(`document.activeElement.className`), 'cs-list');
    });

    it('unfolds with Enter', async () => {
      await open([card(command(lines(30)))]);
      await view.send({ type: 'reveal', requestId: 'r1' });
      await view.page.keyboard.press('Enter');
      assert.equal(await at('r1').getByText('line 15').count(), 1);
      assert.deepEqual(await answers(), []);
    });

    it('does not deny while a text is written', async () => {
      await open([...three(), card(command('x'), { id: 'r4' })]);
      await sleep(ARMED_MS);
      await view.page.getByRole('textbox', { name: /Filter/ }).focus();
      await key('deny');
      assert.deepEqual(await answers(), []);
    });
  });

  describe('an answered card', () => {
    const two = () => [
      card(PNPM_TEST, { id: 'r1', raisedAt: 1 }),
      card(command('ls'), { id: 'r2', raisedAt: 2 }),
    ];

    it('keeps its place and height until the pointer leaves the list', async () => {
      await open(two());
      await sleep(ARMED_MS);
      const before = await at('r2').boundingBox();
      await button('r1', 'Allow once').click();
      await view.send({
        type: 'changed',
        cards: [settledCard(PNPM_TEST, { id: 'r1', raisedAt: 1 })],
      });
      assert.equal(await at('r1').getByText('Allowed once by you').count(), 1);
      assert.equal(await at('r1').getByRole('button').count(), 0);
      assert.equal((await at('r2').boundingBox())?.y, before?.y);
      await view.page.evaluate('document.activeElement.blur()');
      await view.page.mouse.move(5, 5);
      await at('r1').waitFor({ state: 'detached' });
    });

    it('shrinks at once when no card below could come under the pointer', async () => {
      await open(two());
      await at('r2').hover();
      const before = await at('r2').boundingBox();
      await view.send({
        type: 'changed',
        cards: [settledCard(command('ls'), { id: 'r2', raisedAt: 2 })],
      });
      assert.ok(((await at('r2').boundingBox())?.height ?? 0) < (before?.height ?? 0) - 20);
    });

    it('hands the focus to the next card', async () => {
      await open(two());
      await view.send({ type: 'reveal', requestId: 'r1' });
      await view.send({
        type: 'changed',
        cards: [settledCard(PNPM_TEST, { id: 'r1', raisedAt: 1 })],
      });
      assert.equal(await focused(), 'card-r2');
      await view.send({ type: 'changed', cards: [settledCard(command('ls'), { id: 'r2' })] });
      assert.equal(await view.page.evaluate(`document.activeElement.className`), 'cs-list');
    });

    it('says why an answer did not count', async () => {
      await open(two());
      await sleep(ARMED_MS);
      await button('r1', 'Allow once').click();
      const text = 'Already answered on Pixel 8.';
      await view.send({ type: 'refused', requestId: 'r1', text });
      assert.equal(await at('r1').getByRole('alert').textContent(), text);
      assert.equal(await view.page.locator('body > [role=alert]').textContent(), text);
    });

    it('is dismissed by hand when nobody answered it', async () => {
      await open(two());
      const decision = { outcome: 'deny', by: { kind: 'agentGone', reason: 'exit' } } as const;
      const gone = settledCard(PNPM_TEST, { id: 'r1', raisedAt: 1 }, decision);
      await view.send({ type: 'changed', cards: [gone] });
      await button('r1', 'Dismiss').click();
      assert.equal(await at('r1').count(), 0);
      assert.deepEqual(await view.sent(), [{ type: 'dismiss', requestId: 'r1' }]);
    });

    it('never appears when a rule answered at once', async () => {
      await open(two());
      await view.send({ type: 'changed', cards: [settledCard(RM, { id: 'r9' })] });
      assert.equal(await at('r9').count(), 0);
    });
  });

  describe('ways to answer', () => {
    it('offers no rule where none can be made', async () => {
      await open([{ ...card(PNPM_TEST), canHaveRule: false }]);
      assert.equal(await button('r1', 'Always allow').count(), 0);
    });

    it('shows the agent’s own options word for word, and what they come to', async () => {
      await open([card(PNPM_TEST)]);
      await sleep(ARMED_MS);
      await button('r1', 'More ways to answer').click();
      assert.deepEqual(await at('r1').getByRole('menuitem').allTextContents(), [
        'YesSame as Allow once',
        "Yes, and don't ask again for pnpm test commandsWider than this call: will be sent as once",
        'No, and tell Claude what to do differentlyAsks you for a text first',
        'Always deny…Makes a rule; asks how far it reaches',
        'Copy request as text',
        'Open the whole request',
      ]);
      assert.match((await view.page.locator(':focus').textContent()) ?? '', /^No, and tell Claude/);
      await view.page.keyboard.press('ArrowUp');
      await view.page.keyboard.press('Enter');
      assert.equal((await answers())[0]?.optionId, 'always');
    });

    it('asks for a text and sends it with the deny', async () => {
      await open([card(PNPM_TEST)]);
      await sleep(ARMED_MS);
      await button('r1', 'More ways to answer').click();
      await at('r1')
        .getByRole('menuitem', { name: /differently/ })
        .click();
      await view.page.keyboard.type('Use the fixed clock.');
      await view.send({ type: 'key', key: 'allowOnce' });
      await view.page.keyboard.press('Enter');
      const [answer] = await answers();
      assert.equal(answer?.outcome, 'deny');
      assert.equal(answer?.feedback, 'Use the fixed clock.');
    });

    it('says before the click what an agent cannot do', async () => {
      await open([{ ...card(PNPM_TEST), canAllow: false, denyEndsTurn: true }]);
      await sleep(ARMED_MS);
      await press('r1', 'Allow once');
      assert.deepEqual(await answers(), []);
      assert.deepEqual(await at('r1').locator('.cs-note').allTextContents(), [
        'Claude Code offers no way to allow only this call. It can only be denied here.',
        'Claude Code ends its turn when this is denied.',
      ]);
    });

    it('copies, and opens the diff or the whole request', async () => {
      const change = { kind: 'replace', oldText: 'a', newText: 'b', all: false } as const;
      await open([card({ tool: 'edit', path: '/home/mara/acme-web/a.ts', change })]);
      await sleep(ARMED_MS);
      await button('r1', 'Open diff').click();
      for (const name of ['Copy request as text', 'Open the whole request']) {
        await button('r1', 'More ways to answer').click();
        await at('r1').getByRole('menuitem', { name }).click();
      }
      assert.deepEqual(
        (await view.sent()).map(({ type }) => type),
        ['openDiff', 'copy', 'openWhole'],
      );
    });
  });
});

function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index}`).join('\n');
}
