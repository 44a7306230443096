import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { PhoneCard } from '../../../src/protocol/phone/payloads.ts';
import { WAKE_UP } from '../../../src/protocol/phone/pushMessage.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { PhoneDesktop, resolved } from '../../support/phoneDesktop.ts';
import { type Phone, PhoneHarness, phoneCard } from '../../support/phoneHarness.ts';
import { PhonePush } from '../../support/phonePush.ts';
import { waitFor } from '../../support/waitFor.ts';
import { PNPM_TEST } from '../../support/webviewHarnessCards.ts';

/** P-256 public key of a sender, as VAPID has it. */
const VAPID_KEY =
  'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4';

const FORCE_PUSH = { tool: 'execute', command: 'git push --force origin main', cwd: '.' } as const;

/** A push comes without any vendor, through the DevTools protocol; everything else is as on a phone. */
describe('notifications of the page for phones', function () {
  this.timeout(60_000);
  let harness: PhoneHarness;
  let phone: Phone;
  let desktop: PhoneDesktop;
  let page: Page;
  let push: PhonePush;

  // Before the phone is closed: Chromium may close one of the same name in the next phone, when it closes those of this one.
  afterEach(() => push.clear());
  inBrowser(async () => {
    harness = await PhoneHarness.start();
    return harness;
  });
  beforeEach(async () => {
    phone = await harness.phone({
      serviceWorkers: 'allow',
      permissions: ['notifications'],
      isMobile: false,
      hasTouch: false,
    });
    desktop = new PhoneDesktop(harness.mailboxes);
    desktop.vapidKey = VAPID_KEY;
    page = await phone.paired(desktop);
    push = await PhonePush.start(page, `${harness.mailboxes.origin}/`);
  });

  /** As while the phone is in a pocket: the mailbox is not listened to, so the push brings the card. */
  const pushCard = async (card: PhoneCard) => {
    desktop.open.set(card.id, card);
    await push.deliver(desktop.seal(desktop.card(card)));
    const [shown] = await push.shown(1);
    assert.ok(shown);
    return shown;
  };

  /** The person wants to see requests in notifications, on the lock screen as well. */
  const showRequests = async () => {
    await page.getByLabel('Settings and paired desktops').click();
    await page.getByLabel('Show the request in notifications').check();
    await sleep(200);
    await page.getByLabel('Back').click();
  };

  it('shows nothing of the request by itself, and opens the card to allow it', async () => {
    // More of them than fit, so that the card is far from where the list is scrolled to.
    for (let i = 0; i < 12; i++) desktop.raise(phoneCard(PNPM_TEST));
    await page.locator('.cs-card').nth(11).waitFor();
    await page.locator('.cs-card').nth(11).scrollIntoViewIfNeeded();
    const card = phoneCard(PNPM_TEST);
    const { title, body, actions } = await pushCard(card);
    assert.deepEqual(
      { title, body, actions },
      {
        title: 'Claude Code asks',
        body: 'Run a command in packages/auth',
        actions: ['Deny', 'Allow once'],
      },
    );
    await push.pressButton('Allow once');
    await page.locator('.p-foot .allow').waitFor();
    const focused = page.locator(`article[data-request="${card.id}"]:focus`);
    await focused.waitFor();
    const { y = -1 } = (await focused.boundingBox()) ?? {};
    assert.ok(y >= 0 && y < 200, `the card begins at ${y}`);
    await sleep(300);
    assert.deepEqual(desktop.answers, []);
    await page.locator('.p-foot .allow:not([aria-disabled=true])').click();
    await waitFor(() => desktop.answers.length === 1, 'the answer on the card');
    assert.deepEqual(outcomesOf(desktop), [[card.id, 'allow']]);
  });

  it('denies without showing the request, since a deny is always safe', async () => {
    const card = phoneCard(PNPM_TEST);
    await pushCard(card);
    await push.pressButton('Deny');
    await waitFor(() => desktop.answers.length === 1, 'the deny');
    assert.deepEqual([desktop.answers[0]?.card, desktop.answers[0]?.outcome], [card.id, 'deny']);
  });

  it('shows all of a request where the person wants that, with Deny and Allow once', async () => {
    await showRequests();
    const card = phoneCard(PNPM_TEST);
    const shown = await pushCard(card);
    assert.deepEqual(
      { title: shown.title, body: shown.body, actions: shown.actions },
      {
        title: 'Claude Code asks',
        body: 'Run a command in packages/auth\npnpm test --run session.refresh.test.ts',
        actions: ['Deny', 'Allow once'],
      },
    );
    await page.locator(`#card-${card.id}`).waitFor();
  });

  for (const [button, outcome] of [
    ['Deny', 'deny'],
    ['Allow once', 'allow'],
  ] as const) {
    it(`sends ${outcome} from a notification that shows the request, once`, async () => {
      await showRequests();
      const card = phoneCard(PNPM_TEST);
      await pushCard(card);
      await push.pressButton(button);
      await waitFor(() => desktop.answers.length === 1, 'the answer');
      assert.deepEqual([desktop.answers[0]?.card, desktop.answers[0]?.outcome], [card.id, outcome]);
      await page.getByText('Sending your').waitFor();
      assert.equal(await page.locator('.allow').count(), 0);
      // The page's own messages go on with the next number.
      const next = phoneCard(PNPM_TEST);
      desktop.raise(next);
      await page.locator(`#card-${next.id} .deny:not([aria-disabled=true])`).click();
      await waitFor(() => desktop.answers.length === 2, 'the answer of the page');
    });
  }

  for (const [what, card] of [
    ['is high-risk', () => phoneCard(FORCE_PUSH)],
    ['the desktop is asked about', () => phoneCard(PNPM_TEST, {}, { mayAllow: 'confirm' })],
    ['is shortened', () => phoneCard(PNPM_TEST, {}, { shortened: true })],
  ] as const) {
    it(`does not allow from the notification what ${what}, but opens it`, async () => {
      await showRequests();
      const shown = await pushCard(card());
      assert.deepEqual(shown.actions, ['Deny', 'Allow once']);
      await push.pressButton('Allow once');
      await page.locator('.p-foot .allow').waitFor();
      await sleep(300);
      assert.deepEqual(desktop.answers, []);
    });
  }

  it('says that a request is waiting when it was too large for a push, and opens the page', async () => {
    await push.deliver(WAKE_UP);
    const [shown] = await push.shown(1);
    assert.deepEqual(
      [shown?.title, shown?.body, shown?.actions],
      ['Countersign', 'A request is waiting.', []],
    );
    const opened = page.evaluate(
      `new Promise((done) => navigator.serviceWorker.addEventListener('message', () => done(true)))`,
    );
    await push.press('');
    assert.equal(await opened, true);
    assert.equal(await push.count(), 0);
  });

  it('takes the place of the card’s notification when it is answered elsewhere', async () => {
    const card = phoneCard(PNPM_TEST);
    const before = await pushCard(card);
    await push.deliver(desktop.seal(resolved(card.id)));
    await waitFor(
      async () => (await push.shown(1))[0]?.body === 'Allowed once by you',
      'the outcome',
    );
    const [after] = await push.shown(1);
    assert.equal(after?.tag, before.tag);
    assert.deepEqual(after?.actions, []);
    await page.locator('.cs-outcome.ok').waitFor();
    // A press that was on its way.
    await push.press('allow');
    await sleep(300);
    assert.deepEqual(desktop.answers, []);
  });

  it('says how a request ended whose push was slower than that', async () => {
    const card = phoneCard(PNPM_TEST);
    desktop.raise(card);
    await page.locator(`#card-${card.id}`).waitFor();
    desktop.resolve(card.id);
    await page.locator('.cs-outcome.ok').waitFor();
    await push.deliver(desktop.seal(desktop.card(card)));
    const [shown] = await push.shown(1);
    assert.deepEqual([shown?.body, shown?.actions], ['Allowed once by you', []]);
  });

  it('takes a card once, whether it comes by push, by the stream or by both', async () => {
    const card = phoneCard(PNPM_TEST);
    desktop.open.set(card.id, card);
    const envelope = desktop.seal(desktop.card(card));
    harness.mailboxes.publish(desktop.device?.mailboxes.toPhone ?? '', envelope);
    await page.locator(`#card-${card.id}`).waitFor();
    await push.deliver(envelope);
    const [shown] = await push.shown(1);
    assert.equal(shown?.body, '1 request is waiting.');
    assert.equal(await page.locator('.cs-card').count(), 1);
  });

  it('opens nothing that was not sealed by the desktop', async () => {
    await push.deliver('{"h":{"v":1}}');
    const [shown] = await push.shown(1);
    assert.deepEqual([shown?.title, shown?.actions], ['Countersign', []]);
    assert.equal(await page.locator('.cs-card').count(), 0);
  });

  it('opens the card in the page when the notification itself is pressed', async () => {
    const card = phoneCard(PNPM_TEST);
    await pushCard(card);
    await push.press('');
    await page.locator('.p-foot .allow').waitFor();
    assert.deepEqual(desktop.answers, []);
  });

  it('says so when an answer from the notification may not have arrived', async () => {
    await pushCard(phoneCard(PNPM_TEST));
    harness.mailboxes.mood = 'refuse';
    await push.press('deny');
    await waitFor(
      async () => (await push.shown(1)).some(({ title }) => title === 'Not answered'),
      'the failure',
    );
    await page.locator('.cs-note', { hasText: 'may not have reached the desktop' }).waitFor();
  });

  it('opens without a network, with what is known, and can be installed', async () => {
    desktop.raise(phoneCard(PNPM_TEST));
    await page.locator('.cs-card').waitFor();
    await waitFor(() => page.evaluate<boolean>(`caches.has('countersign-page')`), 'the cache');
    const picture = await phone.context.newPage();
    await picture.goto(`${harness.mailboxes.origin}/icon-192.png`);
    await picture.close();
    await phone.context.setOffline(true);
    await page.reload();
    await page.locator('.cs-card').waitFor();
    await page
      .getByText(/Reconnecting|cannot be reached/)
      .first()
      .waitFor({ timeout: 25_000 });
    assert.equal(await page.locator('.allow:not([aria-disabled=true])').count(), 0);
    await phone.context.setOffline(false);
    await page.locator('[data-connection=connected]').waitFor({ timeout: 40_000 });
    const { errors } = await push.session.send('Page.getAppManifest');
    assert.deepEqual(errors, []);
    const { installabilityErrors } = await push.session.send('Page.getInstallabilityErrors');
    assert.deepEqual(
      installabilityErrors.map(({ errorId }) => errorId).filter((each) => each !== 'in-incognito'),
      [],
    );
  });
});

function outcomesOf({ answers }: PhoneDesktop): readonly (readonly [string, string])[] {
  return answers.map(({ card, outcome }) => [card, outcome]);
}
