import assert from 'node:assert/strict';
import path from 'node:path';
import { createSampleWorkspace } from '../../src/demo/sampleWorkspace.ts';
import type { PushSubscriptionInfo } from '../../src/protocol/phone/payloads.ts';
import { Relay } from '../support/nginx.ts';
import { PhoneBrowser, pairOnWorkbench, type TestPhone } from '../support/phoneBrowser.ts';
import { PhonePush } from '../support/phonePush.ts';
import { PushService, type ReceivedPush } from '../support/pushService.ts';
import { pushVendorExtension, VENDOR_ENDPOINT } from '../support/pushVendor.ts';
import { ROOT, removeFolder, resultFile, temporaryFolder } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const COMMAND = 'node test/brew.test.js';
const WITHIN_MS = 20_000;

/** Only two things are not real: the subscription in the browser, and the vendor between it and the extension. */
describe('push notifications from VS Code itself', () => {
  let folder: string;
  let vendor: string;
  let service: PushService;
  let relay: Relay;
  let workbench: Workbench;
  let browser: PhoneBrowser;
  let phone: TestPhone;
  let push: PhonePush;

  before(async () => {
    folder = temporaryFolder();
    await createSampleWorkspace(folder);
    service = await PushService.start();
    vendor = pushVendorExtension(new URL(service.origin).port);
    relay = await Relay.start({ page: path.join(ROOT, 'dist/phone') });
    browser = await PhoneBrowser.launch();
    phone = await browser.phone('Pixel 8', { permissions: ['notifications'] });
    await phone.page.addInitScript(
      subscribed({ ...service.subscription, endpoint: VENDOR_ENDPOINT }),
    );
    workbench = await openWorkbench({
      workspace: folder,
      beside: [vendor],
      env: { COUNTERSIGN_DEMO: '1' },
      settings: { 'countersign.phone.relay': relay.url },
    });
  });

  after(async () => {
    await browser.close();
    await workbench.close();
    await relay.dispose();
    await service.close();
    for (const each of [folder, vendor]) removeFolder(each);
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) {
      await workbench.screenshot('phone-push-failed');
      await phone.page.screenshot({ path: resultFile('phone-push-failed-phone.png') });
    }
    assert.deepEqual(phone.complaints, []);
  });

  it('go to a phone that is paired, and it is listed so', async () => {
    await pairOnWorkbench(workbench, phone, 'Anywhere');
    await workbench.runCommand('Countersign: Show Devices');
    await workbench.treeItem('Pixel 8').getByText('relay and push').waitFor();
    const scope = await phone.page.evaluate<string>(
      `navigator.serviceWorker.getRegistrations().then((all) =>
        all.map(({ scope }) => scope).find((scope) => scope.includes('/push/')))`,
    );
    push = await PhonePush.start(phone.page, scope);
  });

  it('bring the card while the page is closed, and Deny answers the agent', async () => {
    await phone.card(COMMAND).waitFor();
    await phone.page.goto('about:blank');
    await workbench.runCommand('Countersign: Run Demo Session');
    const received = await pushed(1);
    assert.doesNotMatch(service.read(received), /brew/);
    await push.deliver(service.read(received));
    const [shown] = await push.shown(1);
    assert.deepEqual([shown?.title, shown?.actions], ['Demo agent asks', ['Deny', 'Allow once']]);
    await workbench.treeItem(COMMAND).nth(1).waitFor();
    await push.pressButton('Deny');
    await workbench.treeItem('brew.js').waitFor();
    await workbench.treeItem(COMMAND).nth(1).waitFor({ state: 'detached' });
    const outcome = await replacing(received);
    await push.deliver(service.read(outcome));
    await waitFor(
      async () => (await push.shown(1)).some(({ body }) => body === 'Denied by you on Pixel 8'),
      'the outcome in place of the card',
    );
    assert.equal(await push.count(), 1);
  });

  it('that fail leave the card to the stream, and the devices say so', async () => {
    service.answer = { status: 500 };
    await phone.page.goto(relay.url);
    await phone.allow(COMMAND);
    await phone.card('brew.js').nth(1).waitFor();
    const failed = /The last push notification did not arrive; requests go the other way/;
    await waitFor(() => deviceSays(failed), 'the word on the failed push', WITHIN_MS);
    service.answer = { status: 201 };
    await phone.card('brew.js').first().getByRole('button', { name: 'Review' }).click();
    await phone.page.locator('.p-foot .deny:not([aria-disabled=true])').click();
    await workbench.treeItem('Pixel 8').getByText('relay and push').waitFor();
  });

  it('that the browser has ended are forgotten, and the card still comes', async () => {
    service.answer = { status: 410 };
    await phone.page.goto(relay.url);
    await phone.allow('127.0.0.1');
    await phone.card('add_note').waitFor();
    await waitFor(() => deviceSays(/Push notifications are off/), 'push to be off', WITHIN_MS);
    const before = service.received.length;
    await workbench.runCommand('Countersign: Run Demo Session');
    await phone.card(COMMAND).waitFor();
    assert.equal(service.received.length, before);
  });

  /** The push of this number, counted from one. */
  async function pushed(number: number): Promise<ReceivedPush> {
    await waitFor(() => service.received.length >= number, `push ${number}`, WITHIN_MS);
    return service.received[number - 1] ?? assert.fail();
  }

  /** The push that takes the place of this one. */
  async function replacing({ headers }: ReceivedPush): Promise<ReceivedPush> {
    const replaces = (each: ReceivedPush) => each.headers['topic'] === headers['topic'];
    await waitFor(() => service.received.filter(replaces).length > 1, 'a second push', WITHIN_MS);
    return service.received.filter(replaces).at(-1) ?? assert.fail();
  }

  async function deviceSays(words: RegExp): Promise<boolean> {
    const label = await workbench.treeItem('Pixel 8').getAttribute('aria-label');
    return words.test(label ?? '');
  }
});

/** In the page: a browser that has a push service. The worker's part stays as it is. */
function subscribed({ endpoint, keys }: PushSubscriptionInfo): string {
  return `(() => {
    const subscriptions = new WeakMap();
    PushManager.prototype.getSubscription = async function () {
      return subscriptions.get(this) ?? null;
    };
    PushManager.prototype.subscribe = async function (options) {
      const info = ${JSON.stringify({ endpoint, keys })};
      const subscription = { options, toJSON: () => info, unsubscribe: async () => true };
      subscriptions.set(this, subscription);
      return subscription;
    };
  })()`;
}
