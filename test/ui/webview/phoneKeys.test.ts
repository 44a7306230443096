import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { parseEnvelope } from '../../../src/protocol/phone/envelope.ts';
import { onPhones } from '../../support/onPhones.ts';
import type { PhoneDesktop } from '../../support/phoneDesktop.ts';
import { type Phone, type PhoneHarness, phoneCard } from '../../support/phoneHarness.ts';
import { waitFor } from '../../support/waitFor.ts';
import { PNPM_TEST } from '../../support/webviewHarnessCards.ts';

describe('what the page for phones keeps of its keys', function () {
  this.timeout(60_000);
  let harness: PhoneHarness;
  let phone: Phone;
  let desktop: PhoneDesktop;

  onPhones((stage) => {
    ({ harness, phone, desktop } = stage);
  });

  it('has no number twice after the power was lost and what was not on the disk is forgotten', async () => {
    await phone.context.addInitScript(REMEMBER_THE_DISK);
    const page = await phone.paired(desktop);
    await answerCards(page, 3);
    const before = numbersOf(harness, desktop);
    assert.ok(before.length >= 4, `${before.length} messages`);
    // Nothing of the page runs here.
    await page.goto(`${harness.mailboxes.origin}/icons.svg`);
    await page.evaluate(LOSE_POWER);
    const heard = desktop.heard.length;
    await page.goto(`${harness.mailboxes.origin}/`);
    await page.locator('[data-connection=connected]').waitFor();
    await answerCards(page, 2);
    assert.ok(desktop.heard.length >= heard + 3, 'the desktop takes what comes then');
    const numbers = numbersOf(harness, desktop);
    assert.deepEqual(
      numbers.filter((number, at) => numbers.indexOf(number) !== at),
      [],
    );
  });

  it('lets a card be answered again when no number can be set aside for its answer, and says so', async () => {
    const page = await phone.paired(desktop);
    const card = phoneCard(PNPM_TEST);
    desktop.raise(card);
    await page.locator('.deny:not([aria-disabled=true])').waitFor();
    await page.evaluate(REFUSE_NUMBERS);
    await page.evaluate(USE_UP_NUMBERS);
    await page.locator('.deny:not([aria-disabled=true])').click();
    await page.locator('.cs-note', { hasText: 'Your answer was not sent' }).waitFor();
    // Not even for a moment: a page that is closed then would have left it so.
    assert.deepEqual(await page.evaluate('window.phases'), ['open']);
    assert.equal(await page.getByText('Sending your Deny…').count(), 0);
    await page.evaluate('window.takeNumbers()');
    await page.locator('.deny:not([aria-disabled=true])').click();
    await waitFor(() => desktop.answers.length === 1, 'the answer');
    assert.deepEqual([desktop.answers[0]?.card, desktop.answers[0]?.outcome], [card.id, 'deny']);
  });

  for (const [what, script] of [
    ['takes every signature', `SubtleCrypto.prototype.verify = async () => true`],
    ['takes no signature', `SubtleCrypto.prototype.verify = async () => false`],
    [
      'has no signatures',
      `Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })`,
    ],
  ] as const) {
    it(`takes cards of its desktop and no others in a browser that ${what}`, async () => {
      await phone.context.addInitScript(script);
      const page = await phone.paired(desktop);
      const forged = phoneCard(PNPM_TEST);
      desktop.forge(desktop.card(forged));
      await answerCards(page, 1);
      assert.equal(await page.locator(`#card-${forged.id}`).count(), 0);
    });
  }

  async function answerCards(page: Page, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const card = phoneCard(PNPM_TEST);
      const before = desktop.answers.length;
      desktop.raise(card);
      await page.locator(`#card-${card.id} .deny:not([aria-disabled=true])`).click();
      await waitFor(() => desktop.answers.length === before + 1, 'the answer');
      desktop.resolve(card.id, { mine: true });
      await page.locator('.cs-outcome.ok').first().waitFor();
    }
  }
});

/** Sequence numbers of all that the page has left for the desktop, as often as they were used. */
function numbersOf({ mailboxes }: PhoneHarness, { keys }: PhoneDesktop): readonly number[] {
  return mailboxes.seen.flatMap((text) => {
    const header = parseEnvelope(text)?.header;
    return header?.w === keys.id && header.dir === 'd2w' ? [header.s] : [];
  });
}

/** What waits for the disk itself, as numbers that are set aside do, fails until `takeNumbers` is called; the cards as they are then. */
const REFUSE_NUMBERS = `{
  const { transaction } = IDBDatabase.prototype;
  window.takeNumbers = () => { IDBDatabase.prototype.transaction = transaction; };
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const opened = transaction.call(this, stores, mode, options);
    if (options?.durability === 'strict') {
      opened.abort();
      const cards = transaction.call(this, ['cards'], 'readonly').objectStore('cards');
      cards.getAll().onsuccess = ({ target }) => {
        window.phases = target.result.map(({ phase }) => phase.kind);
      };
    }
    return opened;
  };
}`;

/** Other pages have set so many numbers aside that the desktop would not take those of this one any more. */
const USE_UP_NUMBERS = `new Promise((resolve) => {
  indexedDB.open('countersign').onsuccess = ({ target: { result: database } }) => {
    const transaction = database.transaction(['workspaces'], 'readwrite');
    transaction.objectStore('workspaces').openCursor().onsuccess = ({ target: { result: cursor } }) => {
      const { record, ...rest } = cursor.value;
      const link = { ...record.link, sent: record.link.sent + 64 };
      cursor.update({ ...rest, record: { ...record, link } });
    };
    transaction.oncomplete = () => {
      database.close();
      new BroadcastChannel('countersign').postMessage('changed');
      resolve();
    };
  };
})`;

/** Notes what is on the disk itself: what the last transaction wrote that waited for it. */
const REMEMBER_THE_DISK = `(() => {
  const real = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const transaction = real.call(this, stores, mode, options);
    if (this.name !== 'countersign' || options?.durability !== 'strict') return transaction;
    const store = transaction.objectStore('workspaces');
    const { put } = store;
    store.put = (value, key) => {
      transaction.addEventListener('complete', () => {
        sessionStorage.setItem('disk', JSON.stringify({ value, key }));
      });
      return put.call(store, value, key);
    };
    return transaction;
  };
})();`;

/** The database is as the disk has it. */
const LOSE_POWER = `new Promise((resolve) => {
  const { value, key } = JSON.parse(sessionStorage.getItem('disk'));
  const request = indexedDB.open('countersign');
  request.onsuccess = () => {
    const transaction = request.result.transaction(['workspaces'], 'readwrite');
    transaction.objectStore('workspaces').put(value, key);
    transaction.oncomplete = () => {
      request.result.close();
      resolve(undefined);
    };
  };
})`;
