import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { onPhones } from '../../support/onPhones.ts';
import { PhoneDesktop } from '../../support/phoneDesktop.ts';
import { type Phone, type PhoneHarness, phoneCard, picture } from '../../support/phoneHarness.ts';
import { waitFor } from '../../support/waitFor.ts';
import { PNPM_TEST } from '../../support/webviewHarnessCards.ts';

describe('pairing on the page for phones', function () {
  this.timeout(60_000);
  let harness: PhoneHarness;
  let phone: Phone;
  let desktop: PhoneDesktop;

  onPhones((stage) => {
    ({ harness, phone, desktop } = stage);
  });

  it('pairs: the secret leaves the address bar, the digits are the desktop’s, then it is ready', async () => {
    const code = desktop.newCode();
    const page = await phone.open(code);
    await page.getByText('Type these six digits in VS Code.').waitFor();
    assert.equal(await page.evaluate('location.href'), `${harness.mailboxes.origin}/`);
    assert.equal(await page.locator('.p-code').textContent(), desktop.device?.digits);
    await picture(page, 'pairing');
    await sleep(300);
    assert.equal(await page.getByText('Nothing is waiting').count(), 0);
    desktop.confirm();
    await page.getByText('Nothing is waiting').waitFor();
    await page.getByText('mara-desktop').first().waitFor();
    assert.ok(!harness.mailboxes.seen.some((text) => text.includes('mara-desktop')));
  });

  it('goes on with the digits when the page was closed before they were typed', async () => {
    const page = await phone.open(desktop.newCode());
    await page.getByText('Type these six digits').waitFor();
    const digits = await page.locator('.p-code').textContent();
    await page.reload();
    await page.getByText('Type these six digits').waitFor();
    assert.equal(await page.locator('.p-code').textContent(), digits);
    desktop.confirm();
    await page.getByText('Nothing is waiting').waitFor();
  });

  it('explains what is wrong with a code, and keeps nothing of it', async () => {
    const code = desktop.newCode();
    const first = await phone.open(code);
    await first.getByText('Type these six digits').waitFor();
    const other = await harness.phone();
    const second = await other.open(code);
    await second.getByText('This code was used by another phone.').waitFor();
    await other.close();
    for (const [reason, words] of [
      ['expired', 'This code is too old'],
      ['cancelled', 'The pairing was cancelled'],
      ['tooMany', 'Wrong digits were typed too often'],
    ] as const) {
      const fresh = desktop.newCode();
      desktop.endPairing(reason);
      const third = await harness.phone();
      const page = await third.open(fresh);
      await page.getByText(words).waitFor();
      await third.close();
    }
    const page = await phone.open('1.nonsense');
    await page.getByText('This link holds no pairing code').waitFor();
  });

  it('sends nothing to another computer that answers in the place of the one with the code', async () => {
    const code = desktop.newCode();
    const [version, workspace, print, secret] = code.split('.');
    const wrong = `${print?.startsWith('A') ? 'B' : 'A'}${print?.slice(1)}`;
    const page = await phone.open([version, workspace, wrong, secret].join('.'));
    await page.getByText('Another computer answered').waitFor();
    assert.equal(desktop.device, undefined);
  });

  it('says how to pair when it is not paired, and takes a pasted link', async () => {
    const page = await phone.open();
    await page.getByText('Scan the code').waitFor();
    await picture(page, 'unpaired');
    await page.getByLabel('Pairing link').fill(`https://192.168.1.20:41337/#${desktop.newCode()}`);
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await page.getByText('Type these six digits').waitFor();
  });

  it('keeps two desktops apart', async () => {
    const page = await phone.paired(desktop);
    const other = new PhoneDesktop(harness.mailboxes, 'ben-laptop');
    await page.evaluate(`location.hash = ${JSON.stringify(other.newCode())}`);
    await page.getByText('Type these six digits').waitFor();
    other.confirm();
    await page.getByText('ben-laptop').first().waitFor();
    desktop.raise(phoneCard(PNPM_TEST));
    other.raise(phoneCard({ tool: 'fetch', url: 'https://example.org/x', method: 'GET' }));
    await page.locator('section[aria-label=ben-laptop] .cs-card').waitFor();
    await page.locator('section[aria-label=mara-desktop] .cs-card').waitFor();
    await page.locator('section[aria-label=ben-laptop] .deny:not([aria-disabled=true])').click();
    await waitFor(() => other.answers.length === 1, 'the answer');
    assert.deepEqual(desktop.answers, []);
    await picture(page, 'two desktops');
  });

  it('forgets everything at once when it is removed at the desktop, and says so', async () => {
    const page = await phone.paired(desktop);
    desktop.raise(phoneCard(PNPM_TEST));
    await page.locator('.cs-card').waitFor();
    desktop.send({ t: 'revoked', reason: 'removed' });
    await page.getByText('This phone was removed in mara-desktop.').waitFor();
    assert.equal(await page.locator('.cs-card').count(), 0);
    assert.deepEqual(await page.evaluate(STORED), [0, 0]);
    assert.equal(harness.mailboxes.streams(), 0);
  });

  it('deletes its keys when the person unpairs, and tells the desktop', async () => {
    const page = await phone.paired(desktop);
    await page.getByLabel('Settings and paired desktops').click();
    await picture(page, 'settings');
    await page.getByRole('button', { name: 'Unpair' }).click();
    await page.getByRole('button', { name: 'Delete its keys here' }).click();
    await waitFor(() => desktop.heard.some(({ t }) => t === 'bye'), 'the farewell');
    assert.deepEqual(await page.evaluate(STORED), [0, 0]);
  });
});

/** How many workspaces and cards the page keeps. */
const STORED = `new Promise((resolve) => {
  const request = indexedDB.open('countersign');
  request.onsuccess = () => {
    const transaction = request.result.transaction(['workspaces', 'cards']);
    const counts = ['workspaces', 'cards'].map((name) => transaction.objectStore(name).count());
    transaction.oncomplete = () => { request.result.close(); resolve(counts.map(({ result }) => result)); };
  };
})`;
