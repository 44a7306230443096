import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { onPhones } from '../../support/onPhones.ts';
import type { PhoneDesktop } from '../../support/phoneDesktop.ts';
import { type Phone, phoneCard, picture } from '../../support/phoneHarness.ts';
import { waitFor } from '../../support/waitFor.ts';
import { PNPM_TEST } from '../../support/webviewHarnessCards.ts';

describe('requests on the page for phones', function () {
  this.timeout(60_000);
  let phone: Phone;
  let desktop: PhoneDesktop;

  onPhones((stage) => {
    ({ phone, desktop } = stage);
  });

  it('shows a request and sends what is answered, bound to what was shown', async () => {
    const page = await phone.paired(desktop);
    const card = phoneCard(PNPM_TEST, { why: 'Check whether the refresh test still fails.' });
    desktop.raise(card);
    await page.locator('.cs-card').waitFor();
    assert.equal(await page.locator('h1').textContent(), '1 waiting');
    await page.locator('.allow:not([aria-disabled=true])').click();
    await waitFor(() => desktop.answers.length === 1, 'the answer');
    const [answer] = desktop.answers;
    assert.deepEqual([answer?.card, answer?.outcome], [card.id, 'allow']);
    await page.getByText('Sending your Allow…').waitFor();
    assert.equal(await page.locator('.allow').count(), 0);
    desktop.resolve(card.id, { mine: true });
    await page.locator('.cs-outcome.ok', { hasText: 'Allowed once by you' }).waitFor();
    assert.equal(await page.locator('h1').textContent(), 'Waiting');
  });

  it('takes no answer for half a second, and not when the page has just come back', async () => {
    const page = await phone.paired(desktop);
    desktop.raise(phoneCard(PNPM_TEST));
    await page.locator('.allow').waitFor();
    const early = await page.evaluate(`(() => {
      const button = document.querySelector('.allow');
      const was = button.getAttribute('aria-disabled');
      button.click();
      return was;
    })()`);
    assert.equal(early, 'true');
    await page.locator('.allow:not([aria-disabled=true])').waitFor();
    await page.evaluate(
      `window.dispatchEvent(new Event('focus')); document.querySelector('.allow').click();`,
    );
    await sleep(200);
    assert.deepEqual(desktop.answers, []);
    assert.equal(await page.evaluate(`document.activeElement.matches('button')`), false);
  });

  it('says who was first, and never takes an answer for a request that is over', async () => {
    const page = await phone.paired(desktop);
    const card = phoneCard(PNPM_TEST);
    desktop.raise(card);
    await page.locator('.cs-card').getByText('More ways to answer').click();
    await page.locator('.p-foot .allow:not([aria-disabled=true])').waitFor();
    desktop.resolve(card.id);
    await page.getByText('Allowed once by you in the chat').waitFor();
    assert.equal(await page.locator('.p-foot .allow').count(), 0);
    await picture(page, 'answered');
    // Told again, late or out of order, it stays over.
    desktop.send(desktop.card(card));
    desktop.send(desktop.card({ ...card, raisedAt: card.raisedAt + 1 }));
    desktop.send({ t: 'refused', card: card.id, text: 'late' });
    desktop.send({ t: 'confirming', card: card.id });
    await sleep(300);
    await page.getByText('Allowed once by you in the chat').waitFor();
    await page.getByRole('button', { name: 'Back to list' }).click();
    await page.getByText('Nothing is waiting').waitFor();
    assert.deepEqual(desktop.answers, []);
  });

  it('shows why an answer did not count, and can be answered again', async () => {
    const page = await phone.paired(desktop);
    const card = phoneCard(PNPM_TEST);
    desktop.onAnswer = ({ card: id }) =>
      desktop.send({ t: 'refused', card: id, text: 'The journal cannot be written. Nothing ran.' });
    desktop.raise(card);
    await page.locator('.deny:not([aria-disabled=true])').click();
    await page.locator('.cs-note', { hasText: 'The journal cannot be written.' }).waitFor();
    await page.locator('.deny:not([aria-disabled=true])').click();
    await waitFor(() => desktop.answers.length === 2, 'the second answer');
  });

  it('says that the answer counts only once it is confirmed at the desktop', async () => {
    const page = await phone.paired(desktop);
    const card = phoneCard(
      { tool: 'execute', command: 'git push --force origin main', cwd: '.' },
      {},
      { mayAllow: 'confirm', mayAlways: 'confirm' },
    );
    desktop.raise(card);
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByText('has to be confirmed at the desktop').first().waitFor();
    assert.equal(await page.locator('.p-foot .primary').count(), 0);
    await picture(page, 'risk');
    await page.locator('.p-foot .allow:not([aria-disabled=true])').click();
    await waitFor(() => desktop.answers.length === 1, 'the answer');
    desktop.send({ t: 'confirming', card: card.id });
    await page.getByText('Confirm this at the desktop.').waitFor();
    assert.equal(await page.locator('.p-foot .allow[aria-disabled=true]').count(), 1);
    desktop.resolve(card.id, { mine: true });
    await page.getByRole('button', { name: 'Back to list' }).waitFor();
  });

  it('makes a rule with a reach and a pattern of the card’s own', async () => {
    const page = await phone.paired(desktop);
    desktop.raise(phoneCard(PNPM_TEST));
    await page.getByText('More ways to answer').click();
    await page.locator('.always:not([aria-disabled=true])').click();
    await page
      .getByText('Any agent may run exactly this command in acme-web without asking.')
      .waitFor();
    await page.getByText('commands that begin with "pnpm test"').click();
    await page.locator('.cs-seg').getByText('Everywhere').click();
    await page.getByText('This also covers folders you have not opened yet.').waitFor();
    await picture(page, 'always');
    await page.locator('.p-foot .primary:not([aria-disabled=true])').click();
    await waitFor(() => desktop.answers.length === 1, 'the answer');
    assert.deepEqual(desktop.answers[0]?.rule, { scope: 'global', match: 'command:pnpm test' });
  });

  it('sends one of the agent’s own options, and a deny with a sentence', async () => {
    const page = await phone.paired(desktop);
    desktop.raise(phoneCard(PNPM_TEST));
    desktop.raise(phoneCard(PNPM_TEST));
    await page.getByText('More ways to answer').first().click();
    await page.locator('.cs-more:not([aria-disabled=true])').click();
    await page.getByText('Wider than this call: will be sent as once').waitFor();
    await picture(page, 'options');
    await page.getByRole('menuitem', { name: /tell Claude/ }).click();
    await page.locator('.cs-feedback input').fill('Use the other test');
    await page.getByRole('button', { name: 'Deny and send' }).click();
    await waitFor(() => desktop.answers.length === 1, 'the deny');
    assert.deepEqual(
      [desktop.answers[0]?.outcome, desktop.answers[0]?.feedback],
      ['deny', 'Use the other test'],
    );
    desktop.resolve(desktop.answers[0]?.card ?? '', { mine: true, decision: 'deny' });
    await page.getByRole('button', { name: 'Next request' }).click();
    await page.locator('.cs-more:not([aria-disabled=true])').click();
    await page
      .locator('[role=menuitem]:not([aria-disabled=true])', { hasText: 'Yes' })
      .first()
      .click();
    await waitFor(() => desktop.answers.length === 2, 'the option');
    assert.equal(desktop.answers[1]?.optionId, 'yes');
  });

  it('answers a question', async () => {
    const page = await phone.paired(desktop);
    desktop.raise(
      phoneCard(PNPM_TEST, {
        source: 'agent_question',
        questions: [
          {
            id: 'q',
            text: 'Which browsers must the new build still support?',
            multiSelect: false,
            choices: [
              { label: 'Chrome 109', description: 'The last for Windows 7' },
              { label: 'Only current ones', description: 'Smaller' },
            ],
          },
        ],
      }),
    );
    await page.getByRole('button', { name: 'Answer' }).click();
    await page.getByText('Only current ones').click();
    await picture(page, 'question');
    await page.locator('.p-foot .allow:not([aria-disabled=true])').click();
    await waitFor(() => desktop.answers.length === 1, 'the answer');
    assert.deepEqual(desktop.answers[0]?.answers, { q: 'Only current ones' });
  });

  it('fills in a form, and says at the field what does not fit', async () => {
    const page = await phone.paired(desktop);
    const field = { type: 'integer', required: true, description: 'For you', max: 9 } as const;
    desktop.raise(
      phoneCard(PNPM_TEST, {
        source: 'mcp_elicitation',
        elicitation: { server: 'lab' },
        why: 'How many seats?',
        questions: [{ id: 'n', text: 'Seats', multiSelect: false, choices: [], field }],
      }),
    );
    await page.getByRole('button', { name: 'Answer' }).click();
    const send = page.locator('.p-foot .allow:not([aria-disabled=true])');
    await page.getByRole('textbox', { name: /^Seats/ }).fill('10');
    await send.click();
    await page.getByText('This needs a whole number of at most 9.').waitFor();
    await picture(page, 'form');
    assert.equal(desktop.answers.length, 0);
    await page.getByRole('textbox', { name: /^Seats/ }).fill('9');
    await send.click();
    await waitFor(() => desktop.answers.length === 1, 'the answer');
    assert.deepEqual(desktop.answers[0]?.answers, { n: '9' });
  });

  it('offers no Allow for what it does not show', async () => {
    const page = await phone.paired(desktop);
    desktop.raise(phoneCard(PNPM_TEST, {}, { shortened: true, mayAllow: 'no', mayAlways: 'no' }));
    desktop.raise(phoneCard(PNPM_TEST, {}, { mayAllow: 'confirm' }));
    await page.locator('.p-card-acts').nth(1).waitFor();
    assert.equal(await page.locator('.p-card-acts .allow').count(), 0);
    await page.getByRole('button', { name: 'Review' }).first().click();
    await page.getByText('Open it at the desktop to allow it').waitFor();
    await page.locator('.deny:not([aria-disabled=true])').waitFor();
    assert.equal(await page.locator('.p-foot .allow[aria-disabled=true]').count(), 1);
    assert.equal(await page.locator('.always').count(), 0);
  });

  it('lights the new part of a command, and names the rule of the others without a link', async () => {
    const page = await phone.paired(desktop);
    const rule = { id: 'r1', label: 'pnpm test …' };
    const parts = [
      { text: 'pnpm test', verdict: 'allow', rule },
      { text: 'git status', verdict: 'ask' },
    ] as const;
    const command = { tool: 'execute', command: 'pnpm test && git status', cwd: '.' } as const;
    desktop.raise(phoneCard(command, {}, { verdict: { why: 'No rule covers it.', parts } }));
    await page.locator('.cs-card .cs-part.new', { hasText: 'git status' }).waitFor();
    await page.getByText('More ways to answer').click();
    await page.locator('.p-foot').waitFor();
    assert.deepEqual(await page.locator('.cs-part').allTextContents(), [
      'pnpm testallowed by rule pnpm test …',
      '&& git statusnew',
    ]);
    assert.equal(await page.locator('.cs-part button').count(), 0);
  });
});
