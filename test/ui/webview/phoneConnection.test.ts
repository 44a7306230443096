import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { PHONE_PROTOCOL, type Resolved } from '../../../src/protocol/phone/payloads.ts';
import { onPhones } from '../../support/onPhones.ts';
import { type PhoneDesktop, resolved } from '../../support/phoneDesktop.ts';
import { type Phone, type PhoneHarness, phoneCard, picture } from '../../support/phoneHarness.ts';
import { waitFor } from '../../support/waitFor.ts';
import { PNPM_TEST } from '../../support/webviewHarnessCards.ts';

describe('the page for phones, when connections come and go', function () {
  this.timeout(60_000);
  let harness: PhoneHarness;
  let phone: Phone;
  let desktop: PhoneDesktop;

  onPhones((stage) => {
    ({ harness, phone, desktop } = stage);
  });

  it('reads, but does not answer, while it is not connected; then everything that waits is there once', async () => {
    const page = await phone.paired(desktop);
    const [kept, ended, missed] = [
      phoneCard(PNPM_TEST),
      phoneCard(PNPM_TEST),
      phoneCard(PNPM_TEST),
    ];
    desktop.raise(kept);
    desktop.raise(ended);
    await page.locator('.cs-card').nth(1).waitFor();
    await page.locator('.allow:not([aria-disabled=true])').first().waitFor();
    harness.mailboxes.cutAll('cut');
    await page.getByText('Reconnecting…').waitFor();
    // Longer than any card takes to arm.
    await sleep(800);
    assert.equal(await page.locator('.allow[aria-disabled=true]').count(), 2);
    await page.locator('.allow').first().click({ force: true });
    await picture(page, 'reconnecting');
    // Meanwhile one ends, unheard, and one more comes.
    desktop.open.delete(ended.id);
    desktop.late.push(lateEnd(ended.id));
    desktop.open.set(missed.id, missed);
    harness.mailboxes.mood = 'good';
    await page.locator('[data-connection=connected]').waitFor();
    await page.locator(`#card-${missed.id}`).waitFor();
    assert.equal(await page.locator('.cs-card:not(.is-done)').count(), 2);
    assert.equal(await page.locator(`#card-${kept.id}`).count(), 1);
    await page.getByText('While you were away').waitFor();
    await page.getByText('Denied by you in the inbox').waitFor();
    assert.deepEqual(desktop.answers, []);
    assert.equal(await page.getByText('Reconnecting…').count(), 0);
  });

  it('does not keep on show what the browser could not keep, and asks for it again', async () => {
    const page = await phone.paired(desktop);
    const card = phoneCard(PNPM_TEST);
    await page.evaluate(REFUSE_ONE);
    desktop.raise(card);
    await waitFor(() => page.evaluate('window.refused'), 'the transaction that fails');
    await waitFor(async () => (await page.locator('.cs-card').count()) === 0, 'a list without it');
    await page.locator('.cs-card .allow:not([aria-disabled=true])').click();
    await waitFor(() => desktop.answers.length === 1, 'the answer');
    assert.equal(desktop.answers[0]?.card, card.id);
  });

  it('is told by a new page of what happened while none was open', async () => {
    const page = await phone.paired(desktop);
    const card = phoneCard(PNPM_TEST);
    desktop.raise(card);
    await page.locator('.cs-card').waitFor();
    await page.close();
    desktop.open.delete(card.id);
    desktop.late.push(lateEnd(card.id));
    const again = await phone.open();
    await again.getByText('While you were away').waitFor();
    await again.getByText('Denied by you in the inbox').waitFor();
    await picture(again, 'away');
    await again.getByRole('button', { name: 'Clear this list' }).click();
    assert.equal(await again.getByText('While you were away').count(), 0);
  });

  it('closes what the desktop does not name any more, though it never said how it ended', async () => {
    const page = await phone.paired(desktop);
    desktop.raise(phoneCard(PNPM_TEST));
    await page.locator('.cs-card').waitFor();
    desktop.open.clear();
    await page.reload();
    await page.getByText('Nothing is waiting').waitFor();
    await sleep(300);
    assert.equal(await page.locator('.allow').count(), 0);
  });

  it('does not say that it is connected when only the mailbox answers', async () => {
    const page = await phone.paired(desktop);
    desktop.silent = true;
    await page.reload();
    // The page itself waits 10 s for an answer and, where its stream broke first, 20 s before it says so.
    await page.getByText('Mara-desktop cannot be reached.').waitFor({ timeout: 40_000 });
    await page.getByText('VS Code does not answer').waitFor();
    await picture(page, 'unreachable');
    assert.equal(await page.locator('[data-connection=connected]').count(), 0);
    desktop.silent = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('[data-connection=connected]').waitFor();
  });

  it('says so when an answer may not have arrived, and lets it be given again', async () => {
    const page = await phone.paired(desktop);
    desktop.raise(phoneCard(PNPM_TEST));
    await page.locator('.deny:not([aria-disabled=true])').waitFor();
    harness.mailboxes.mood = 'refuse';
    await page.locator('.deny').click();
    await page.locator('.cs-note', { hasText: 'may not have reached the desktop' }).waitFor();
    harness.mailboxes.mood = 'good';
    await page.locator('.deny:not([aria-disabled=true])').click();
    await waitFor(() => desktop.answers.length === 1, 'the answer');
  });

  it('shows the same in two tabs, and sends one answer', async () => {
    const page = await phone.paired(desktop);
    const second = await phone.open();
    await second.locator('[data-connection=connected]').waitFor();
    const cards = Array.from({ length: 5 }, () => phoneCard(PNPM_TEST));
    for (const card of cards) desktop.raise(card);
    for (const tab of [page, second]) {
      await tab.locator('.cs-card').nth(4).waitFor();
      assert.equal(await tab.locator('.cs-card').count(), 5);
      await tab.locator('.allow:not([aria-disabled=true])').nth(4).waitFor();
    }
    const press = `document.querySelector('.allow').click()`;
    await Promise.all([page.evaluate(press), second.evaluate(press)]);
    await waitFor(() => desktop.answers.length === 1, 'one answer');
    await sleep(300);
    assert.equal(desktop.answers.length, 1);
    desktop.resolve(cards[0]?.id ?? '', { mine: true });
    for (const tab of [page, second]) await tab.locator('.cs-card.is-done').waitFor();
  });

  it('holds one stream open however many tabs there are, and each sees what comes', async () => {
    const hidden: Page[] = [];
    let page = await phone.paired(desktop);
    for (let i = 0; i < 7; i++) {
      await look(page, false);
      hidden.push(page);
      page = await phone.open();
      await page.locator('[data-connection=connected]').waitFor();
    }
    await waitFor(() => harness.mailboxes.streams() === 1, 'one stream');
    const card = phoneCard(PNPM_TEST);
    desktop.raise(card);
    for (const tab of [page, ...hidden]) await tab.locator(`#card-${card.id}`).waitFor();
    await page.locator('.allow:not([aria-disabled=true])').click();
    await waitFor(() => desktop.answers.length === 1, 'the answer');
    const [first] = hidden;
    assert.ok(first);
    await look(page, false);
    await look(first, true);
    await first.locator('[data-connection=connected]').waitFor();
    await waitFor(() => harness.mailboxes.streams() === 1, 'one stream again');
  });

  for (const [protocol, older, next] of [
    [99, 'This page is too old.', 'Reload the page'],
    [0, 'The extension is too old.', 'until Countersign is updated in mara-desktop'],
  ] as const) {
    it(`answers nothing of a desktop that speaks version ${protocol}, and says what to do`, async () => {
      const page = await phone.paired(desktop);
      desktop.raise(phoneCard(PNPM_TEST));
      await page.locator('.allow:not([aria-disabled=true])').waitFor();
      desktop.protocol = protocol;
      await page.reload();
      await page.getByText(older).waitFor();
      await page.getByText(next).waitFor();
      await sleep(800);
      assert.equal(await page.locator('.allow:not([aria-disabled=true])').count(), 0);
      desktop.protocol = PHONE_PROTOCOL;
      await page.reload();
      await page.locator('.allow:not([aria-disabled=true])').waitFor();
      assert.equal(await page.getByText(older).count(), 0);
    });
  }

  it('says so while it is paired, too', async () => {
    desktop.protocol = 99;
    const page = await phone.open(desktop.newCode());
    await page.getByText('Type these six digits').waitFor();
    await page.getByText('This page is too old.').waitFor();
  });

  it('says that a mailbox is gone, and goes back with the back button', async () => {
    const page = await phone.paired(desktop);
    desktop.raise(phoneCard(PNPM_TEST));
    await page.getByText('More ways to answer').click();
    await page.locator('.always:not([aria-disabled=true])').click();
    await page.goBack();
    await page.locator('.p-foot .allow').waitFor();
    await page.goBack();
    await page.locator('h1', { hasText: '1 waiting' }).waitFor();
    harness.mailboxes.gone(desktop.device?.mailboxes.toPhone ?? '');
    await page.getByText('does not know this phone any more').waitFor();
    assert.equal(await page.locator('.allow:not([aria-disabled=true])').count(), 0);
  });
});

/** In a test browser every page is looked at. */
async function look(page: Page, isVisible: boolean): Promise<void> {
  await page.evaluate(`Object.defineProperty(document, 'visibilityState', {
    value: '${isVisible ? 'visible' : 'hidden'}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));`);
}

function lateEnd(id: string): Resolved {
  const { outcome, ...rest } = resolved(id, { late: true, decision: 'deny' });
  const denied = { tone: 'no', icon: 'circle-slash', text: 'Denied by you' } as const;
  return { ...rest, outcome: { ...outcome, ...denied, where: 'in the inbox' } };
}

/** The next thing that the page wants to keep fails at the very end, as on a full disk. */
const REFUSE_ONE = `{
  const { commit } = IDBTransaction.prototype;
  window.refused = false;
  IDBTransaction.prototype.commit = function () {
    if (this.mode === 'readonly') return commit.call(this);
    IDBTransaction.prototype.commit = commit;
    window.refused = true;
    this.abort();
  };
}`;
