import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import type { CardView } from '../../../src/protocol/cardView.ts';
import type { RuleOfferView } from '../../../src/protocol/ruleView.ts';
import { CONTRAST, NAMES, REFERENCES } from '../../support/accessChecks.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { resultFile } from '../../support/testFolder.ts';
import { type Webview, WebviewHarness, type WebviewOptions } from '../../support/webviewHarness.ts';
import { card, OFFER, PNPM_TEST, settledCard } from '../../support/webviewHarnessCards.ts';

const ARMED_MS = 600;
const RM = { tool: 'execute', cwd: 'infra', command: 'rm -rf build/ .terraform/' } as const;

describe('rules on cards', function () {
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
    await sleep(ARMED_MS);
  };
  const at = (id = 'r1'): Locator => view.page.locator(`#card-${id}`);
  const button = (name: string): Locator => at().getByRole('button', { name, exact: true });
  const radio = (name: string): Locator => at().getByRole('radio', { name });
  const effect = async () => (await at().locator('.cs-effect p').allTextContents()).join('\n');
  const answers = async () =>
    (await view.sent()).flatMap((message) => (message.type === 'answer' ? [message] : []));
  const openForm = async (offer: RuleOfferView = OFFER) => {
    await button('Always allow').click();
    await view.send({ type: 'ruleOffer', requestId: 'r1', offer });
  };

  describe('the form', () => {
    it('asks the extension what it can offer when it opens, and never before', async () => {
      await open([card(PNPM_TEST)]);
      assert.deepEqual(await view.sent(), []);
      await button('Always allow').click();
      await at().locator('.cs-rule').waitFor();
      assert.deepEqual(await view.sent(), [{ type: 'askRules', requestId: 'r1' }]);
      assert.equal(await button('Save rule and allow').count(), 0);
    });

    it('makes a rule for this workspace and exactly this call unless something else is chosen', async () => {
      await open([card(PNPM_TEST)]);
      await openForm();
      assert.equal(
        await effect(),
        'Any agent may run exactly this command in acme-web without asking. A changed argument asks again.\nWould have answered no other request so far.',
      );
      await button('Save rule and allow').click();
      assert.deepEqual(await answers(), [
        {
          type: 'answer',
          requestId: 'r1',
          argsHash: card(PNPM_TEST).argsHash,
          outcome: 'allow',
          rule: { scope: 'workspace', match: 'exact' },
        },
      ]);
    });

    it('sends the id of a pattern, and the end of a day', async () => {
      await open([card(PNPM_TEST)]);
      await openForm();
      await radio('Commands that start with').check();
      await radio('Everywhere').check({ force: true });
      await radio('Tonight').check({ force: true });
      assert.equal(
        await effect(),
        'Any agent may run pnpm test with any arguments in every folder on this machine without asking. Joined with other commands it still asks, unless each of them has a rule. This also covers folders you have not opened yet.\nWould have answered 11 of the last 50 requests.',
      );
      await button('Save rule and allow').click();
      const rule = (await answers())[0]?.rule;
      const midnight = new Date(rule?.expiresAt ?? 0);
      assert.deepEqual(
        { ...rule, expiresAt: [midnight.getHours(), midnight.getMinutes()] },
        { scope: 'global', match: 'command:pnpm test', expiresAt: [0, 0] },
      );
      assert.ok((rule?.expiresAt ?? 0) > Date.now());
    });

    it('saves no rule that ends on no day, or on one that is over', async () => {
      await open([card(PNPM_TEST)]);
      await openForm();
      await radio('A date').check({ force: true });
      const save = button('Save rule and allow');
      const day = at().getByLabel('The last day on which the rule holds');
      for (const text of ['', '2020-01-31']) {
        await day.fill(text);
        assert.equal(await save.getAttribute('aria-disabled'), 'true', text);
        await save.click({ force: true });
      }
      assert.deepEqual(await answers(), []);
      await day.fill('2199-12-31');
      await save.click();
      const rule = (await answers())[0]?.rule;
      assert.equal(rule?.expiresAt, new Date(2200, 0, 1).getTime());
    });

    it('offers no pattern for what is high risk, and says why', async () => {
      await open([card(RM)]);
      await openForm();
      assert.equal(await radio('Commands that start with').count(), 0);
      assert.match(await effect(), /High-risk calls can only be allowed exactly\./);
      assert.equal(await at().locator('.cs-panel .primary').count(), 0);
    });

    it('makes a rule that denies, from the other ways to answer', async () => {
      await open([card(RM)]);
      await button('More ways to answer').click();
      await at().getByRole('menuitem', { name: 'Always deny…' }).click();
      await view.send({ type: 'ruleOffer', requestId: 'r1', offer: OFFER });
      await radio('This session').check({ force: true });
      assert.match(
        await effect(),
        /^Claude Code may not run exactly this command in acme-web until this session ends: it is denied without asking\./,
      );
      await button('Save rule and deny').click();
      const [answer] = await answers();
      assert.deepEqual(
        [answer?.outcome, answer?.rule],
        ['deny', { scope: 'session', match: 'exact' }],
      );
    });

    it('says why there can be no rule', async () => {
      await open([card(PNPM_TEST)]);
      const whyNot = 'No rule can be made in a workspace that you have not trusted.';
      await openForm({ scopes: [], suggestions: [], whyNot });
      assert.match((await at().locator('.cs-panel').textContent()) ?? '', new RegExp(whyNot));
      assert.equal(await radio('This workspace').count(), 0);
      await button('Cancel').click();
      assert.equal(await at().locator('.cs-panel').count(), 0);
    });

    it('is not answered past: the key for Allow once does nothing in it', async () => {
      await open([card(PNPM_TEST)]);
      await at().focus();
      await sleep(ARMED_MS);
      await openForm();
      await radio('This workspace').focus();
      await sleep(ARMED_MS);
      await view.send({ type: 'key', key: 'allowOnce' });
      assert.deepEqual(await answers(), []);
    });

    it('is used with the keyboard alone', async () => {
      await open([card(PNPM_TEST)]);
      await at().focus();
      await sleep(ARMED_MS);
      await view.send({ type: 'key', key: 'alwaysAllow' });
      await view.send({ type: 'ruleOffer', requestId: 'r1', offer: OFFER });
      const press = async (...keys: readonly string[]) => {
        for (const key of keys) await view.page.keyboard.press(key);
      };
      // Scope, what, until, Cancel, Save.
      await press('ArrowRight', 'Tab', 'ArrowDown', 'Tab', 'ArrowRight', 'ArrowRight');
      await press('Tab', 'Tab', 'Enter');
      const rule = (await answers())[0]?.rule;
      assert.deepEqual([rule?.scope, rule?.match], ['global', 'command:pnpm test']);
      const week = (rule?.expiresAt ?? 0) - Date.now();
      assert.ok(week > 6 * 86_400_000 && week < 8 * 86_400_000, String(week));
    });

    for (const theme of ['dark', 'light', 'hc'] as const) {
      it(`names everything, in text of 4.5:1, down to 300 px: ${theme}`, async () => {
        for (const width of [480, 300]) {
          await open([compound()], { theme, width, height: 1000 });
          await openForm();
          await radio('A date').check({ force: true });
          assert.deepEqual(await view.page.evaluate(NAMES), []);
          assert.deepEqual(await view.page.evaluate(REFERENCES), []);
          assert.deepEqual(await view.page.evaluate(CONTRAST), []);
          const wide = await view.page.evaluate('document.documentElement.scrollWidth');
          assert.ok(Number(wide) <= width, `${wide} px at ${width}`);
          await view.page.screenshot({ path: resultFile(`always-form-${theme}-${width}.png`) });
          if (width !== 300) await view.close();
        }
      });
    }
  });

  describe('why it asks', () => {
    it('dims the parts of a command that have a rule and lights the new one; all of it is there', async () => {
      await open([compound()]);
      const parts = at().locator('.cs-part');
      assert.deepEqual(await parts.evaluateAll((all) => all.map((each) => each.className)), [
        'cs-part old',
        'cs-part new',
        'cs-part old',
      ]);
      assert.deepEqual(
        await parts.locator('pre').allTextContents(),
        ['pnpm test 2>/dev/null', '&& pnpm publish --tag next', '; git log # the end'].map(
          (text) => text,
        ),
      );
      assert.match(
        (await at().locator('.cs-facts').textContent()) ?? '',
        /does not cover "pnpm publish"/,
      );
      await parts.nth(0).getByRole('button', { name: 'rule' }).click();
      assert.deepEqual(await view.sent(), [{ type: 'showRule', ruleId: 'R1' }]);
    });

    it('shows a command as it is where its parts are not found in it', async () => {
      const { verdict, ...rest } = compound();
      assert.ok(verdict);
      const parts = verdict.parts.map((part) => ({ ...part, text: `${part.text} more` }));
      await open([{ ...rest, verdict: { ...verdict, parts } }]);
      assert.equal(await at().locator('.cs-part').count(), 0);
      assert.match(
        (await at().locator('[data-payload]').textContent()) ?? '',
        /; git log # the end$/,
      );
    });

    it('says why a call can have no rule', async () => {
      await open([card({ tool: 'execute', command: 'make' })]);
      assert.equal(await button('Always allow').count(), 0);
      assert.match(
        (await at().locator('.cs-facts').textContent()) ?? '',
        /None can be made\. It is not known in which folder it runs/,
      );
    });
  });

  it('links what a rule answered to the rule, and to its end', async () => {
    await open([card(PNPM_TEST)]);
    const rule = { id: 'R7', scope: 'workspace', label: 'pnpm test …' } as const;
    await view.send({ type: 'changed', cards: [settledCard(PNPM_TEST, {}, { rule })] });
    await button('pnpm test …').click();
    await button('Revoke the rule pnpm test …').click();
    assert.deepEqual(await view.sent(), [
      { type: 'showRule', ruleId: 'R7' },
      { type: 'revokeRule', ruleId: 'R7' },
    ]);
  });
});

/** Two known parts around a new one. */
function compound(): CardView {
  const command = 'pnpm test 2>/dev/null && pnpm publish --tag next; git log # the end';
  const rule = { id: 'R1', label: 'pnpm test …' };
  return {
    ...card({ tool: 'execute', cwd: '.', command }),
    verdict: {
      why: 'A rule (commands that begin with "pnpm test") does not cover "pnpm publish".',
      parts: [
        { text: 'pnpm test', verdict: 'allow', rule },
        { text: 'pnpm publish --tag next', verdict: 'ask' },
        { text: 'git log', verdict: 'allow', rule: { id: 'R2', label: 'git log …' } },
      ],
    },
  };
}
