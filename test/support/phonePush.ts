import assert from 'node:assert/strict';
import type { CDPSession, Page, Worker } from 'playwright-core';
import { waitFor } from './waitFor.ts';

export interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly actions: readonly string[];
}

/**
 * Counts, in the worker, which notifications are on their way and which are there. Chromium forgets one that is asked for
 * (`getNotifications`) after it is written down and before it is on show, so nobody may ask in between.
 */
const COUNT_SHOWN = `self.shown ??= (() => {
  const shown = { begun: 0, done: 0 };
  const show = registration.showNotification.bind(registration);
  registration.showNotification = (...all) => {
    shown.begun++;
    return show(...all).finally(() => setTimeout(() => shown.done++, 50));
  };
  return shown;
})()`;

/** What a push service and the notification centre of a phone do, for one registration of the service worker. */
export class PhonePush {
  readonly session: CDPSession;
  readonly #page: Page;
  readonly #scope: string;
  readonly #registration: string;
  /** How many notifications there have been when the one of the last push is there. */
  #expected = 0;

  private constructor(session: CDPSession, page: Page, scope: string, registration: string) {
    this.session = session;
    this.#page = page;
    this.#scope = scope;
    this.#registration = registration;
  }

  /** Waits for the service worker of the registration with this address. */
  static async start(page: Page, scope: string): Promise<PhonePush> {
    const active = `navigator.serviceWorker.getRegistration(${JSON.stringify(scope)})
      .then((found) => found?.scope === ${JSON.stringify(scope)} && found.active?.state === 'activated')`;
    await waitFor(() => page.evaluate<boolean>(active), 'the service worker');
    const session = await page.context().newCDPSession(page);
    const registration = new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const found = registrations.find(({ scopeURL }) => scopeURL === scope);
        if (found) resolve(found.registrationId);
      });
    });
    await session.send('ServiceWorker.enable');
    return new PhonePush(session, page, scope, await registration);
  }

  async deliver(data: string): Promise<void> {
    const worker = await this.#worker();
    this.#expected = (await worker.evaluate<number>(`(${COUNT_SHOWN}).begun`)) + 1;
    await this.session.send('ServiceWorker.deliverPushMessage', {
      origin: new URL(this.#scope).origin,
      registrationId: this.#registration,
      data,
    });
  }

  /** The notifications on show, once there are so many. */
  async shown(count: number): Promise<readonly Shown[]> {
    let found: readonly Shown[] = [];
    await waitFor(async () => {
      const worker = await this.#worker();
      const isOnItsWay = await worker.evaluate<boolean>(
        `self.shown !== undefined && (shown.begun > shown.done || shown.begun < ${this.#expected})`,
      );
      if (isOnItsWay) return false;
      found = await worker.evaluate(`registration.getNotifications()
        .then((all) => all.map(({ title, body, tag, actions }) =>
          ({ title, body, tag, actions: (actions ?? []).map((action) => action.title) })))`);
      return found.length >= count;
    }, 'a notification');
    return found;
  }

  /** DevTools cannot press a notification; the event is the one that the browser makes. */
  async press(action: string): Promise<void> {
    const worker = await this.#worker();
    await worker.evaluate(`registration.getNotifications().then((all) =>
      dispatchEvent(new NotificationEvent('notificationclick', { notification: all[0], action: ${JSON.stringify(action)} })))`);
  }

  /** The button of this title on the notification that is on show. */
  async pressButton(title: string): Promise<void> {
    const worker = await this.#worker();
    const action = await worker.evaluate<string>(`registration.getNotifications().then((all) =>
      all[0].actions.find((each) => each.title === ${JSON.stringify(title)}).action)`);
    await this.press(action);
  }

  async count(): Promise<number> {
    const worker = await this.#worker();
    return worker.evaluate(`registration.getNotifications().then((all) => all.length)`);
  }

  async clear(): Promise<void> {
    const worker = await this.#worker();
    await worker.evaluate(
      `registration.getNotifications().then((all) => all.forEach((each) => each.close()))`,
    );
  }

  async #worker(): Promise<Worker> {
    for (const worker of this.#page.context().serviceWorkers())
      if ((await worker.evaluate<string>('registration.scope')) === this.#scope) return worker;
    return assert.fail(`No service worker runs for ${this.#scope}.`);
  }
}
