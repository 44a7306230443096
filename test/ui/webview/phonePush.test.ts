import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page, Worker } from 'playwright-core';
import type { PhoneCard } from '../../../src/protocol/phone/payloads.ts';
import { PhoneDesktop, resolved } from '../../support/phoneDesktop.ts';
import { type Phone, PhoneHarness, phoneCard } from '../../support/phoneHarness.ts';
import { waitFor } from '../../support/waitFor.ts';
import { PNPM_TEST } from '../../support/webviewHarnessCards.ts';

/** P-256 public key of a sender, as VAPID has it. */
const VAPID_KEY =
  'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4';

/** A push comes without any vendor, through the DevTools protocol; everything else is as on a phone. */
describe('notifications of the page for phones', function () {
  this.timeout(60_000);
  let harness: PhoneHarness;
  let phone: Phone;
  let desktop: PhoneDesktop;
  let page: Page;
  let push: Push;

  before(async () => {
    harness = await PhoneHarness.start();
  });
  after(() => harness.stop());
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
    push = await Push.start(page, harness.mailboxes.origin);
  });
  afterEach(async () => {
    assert.deepEqual(phone.complaints, []);
    harness.mailboxes.mood = 'good';
    // Chromium may close one of the same name in the next phone, when it closes those of this one.
    await push.clear();
    await phone.close();
  });

  /** As while the phone is in a pocket: the mailbox is not listened to, so the push brings the card. */
  const pushCard = async (card: PhoneCard) => {
    desktop.open.set(card.id, card);
    await push.deliver(desktop.seal(desktop.card(card)));
    const [shown] = await push.shown(1);
    assert.ok(shown);
    return shown;
  };

  it('shows a sealed card with Deny and Allow once', async () => {
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

  for (const [action, outcome] of [
    ['deny', 'deny'],
    ['allow', 'allow'],
  ] as const) {
    it(`sends ${action} from the notification, once`, async () => {
      const card = phoneCard(PNPM_TEST);
      await pushCard(card);
      await push.press(action);
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

  it('offers Allow once only for what stands in the notification as a whole', async () => {
    const risky = phoneCard({ tool: 'execute', command: 'git push --force origin main', cwd: '.' });
    assert.deepEqual((await pushCard(risky)).actions, ['Deny', 'Show']);
    await push.clear();
    const asked = phoneCard(PNPM_TEST, {}, { mayAllow: 'confirm' });
    assert.deepEqual((await pushCard(asked)).actions, ['Deny', 'Show']);
  });

  it('shows nothing of the request, and offers no Allow, when the person does not want it on the lock screen', async () => {
    await page.getByLabel('Settings and paired desktops').click();
    await page.getByLabel('Show the request in notifications').uncheck();
    await sleep(200);
    const shown = await pushCard(phoneCard(PNPM_TEST));
    assert.equal(shown.body, 'Run a command in packages/auth');
    assert.deepEqual(shown.actions, ['Deny', 'Show']);
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
    await page.locator(`#card-${card.id}.is-done`).waitFor();
    await push.press('allow');
    await sleep(300);
    assert.deepEqual(desktop.answers, []);
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

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly actions: readonly string[];
}

/** What a push service and the notification centre of a phone do. */
class Push {
  readonly session: CDPSession;
  readonly #page: Page;
  readonly #origin: string;
  readonly #registration: string;

  private constructor(session: CDPSession, page: Page, origin: string, registration: string) {
    this.session = session;
    this.#page = page;
    this.#origin = origin;
    this.#registration = registration;
  }

  /** Waits for the page's own service worker. */
  static async start(page: Page, origin: string): Promise<Push> {
    const controlled = `navigator.serviceWorker.controller?.state === 'activated'`;
    await waitFor(() => page.evaluate<boolean>(controlled), 'the service worker');
    const session = await page.context().newCDPSession(page);
    const registration = new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const found = registrations.find(({ scopeURL }) => scopeURL === `${origin}/`);
        if (found) resolve(found.registrationId);
      });
    });
    await session.send('ServiceWorker.enable');
    return new Push(session, page, origin, await registration);
  }

  async deliver(data: string): Promise<void> {
    await this.session.send('ServiceWorker.deliverPushMessage', {
      origin: this.#origin,
      registrationId: this.#registration,
      data,
    });
  }

  /** The notifications on show, once there are so many. */
  async shown(count: number): Promise<readonly Shown[]> {
    let found: readonly Shown[] = [];
    await waitFor(async () => {
      found = await this.#page.evaluate(`navigator.serviceWorker.ready
        .then((registration) => registration.getNotifications())
        .then((all) => all.map(({ title, body, tag, actions }) =>
          ({ title, body, tag, actions: (actions ?? []).map((action) => action.title) })))`);
      return found.length >= count;
    }, 'a notification');
    return found;
  }

  /** DevTools cannot press a notification; the event is the one that the browser makes. */
  async press(action: string): Promise<void> {
    await this.#worker().evaluate(`registration.getNotifications().then((all) =>
      dispatchEvent(new NotificationEvent('notificationclick', { notification: all[0], action: ${JSON.stringify(action)} })))`);
  }

  async clear(): Promise<void> {
    await this.#worker().evaluate(
      `registration.getNotifications().then((all) => all.forEach((each) => each.close()))`,
    );
  }

  #worker(): Worker {
    const [worker] = this.#page.context().serviceWorkers();
    assert.ok(worker);
    return worker;
  }
}
