import assert from 'node:assert/strict';
import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { RelayTransport } from '../../src/phone/relay/transport.ts';
import { MailboxClient } from '../support/mailboxClient.ts';
import { Relay } from '../support/nginx.ts';
import { PhoneBrowser, type TestPhone } from '../support/phoneBrowser.ts';
import { type PhoneStage, phoneStage } from '../support/phoneStage.ts';
import { ROOT } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';

const WITHIN_MS = 30_000;

describe('the relay after the last phone was removed', () => {
  let relay: Relay;
  let transport: RelayTransport;
  let stage: PhoneStage;
  let browser: PhoneBrowser;
  let phone: TestPhone;

  before(async () => {
    relay = await Relay.start({
      page: path.join(ROOT, 'dist/phone'),
      // Beside the page, for this test alone: who listens, and what is kept.
      replace: { 'location = / {': 'location = /status { nchan_stub_status; }\nlocation = / {' },
    });
    transport = new RelayTransport({ relay: new URL(relay.url), firstDelayMs: 50 });
    stage = await phoneStage({ clock: systemClock, transports: [transport] });
    browser = await PhoneBrowser.launch();
    phone = await browser.phone();
  });

  after(async () => {
    stage.phone.dispose();
    transport.dispose();
    await browser.close();
    await relay.dispose();
  });

  /** Streams that are open at the relay, and messages that it keeps. */
  async function status(): Promise<{ readonly streams: number; readonly messages: number }> {
    const { body } = await new MailboxClient(relay.url).ask('/status');
    const numberOf = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(body)?.[1]);
    return { streams: numberOf('subscribers'), messages: numberOf('stored messages') };
  }

  async function pair(): Promise<void> {
    const pairing = await stage.phone.pair('relay');
    const digits = await phone.scan(pairing.url);
    assert.ok((await pairing.confirm(digits)).ok);
    await phone.connected();
  }

  it('is listened at by nobody and holds nothing, and is there for the next one', async () => {
    for (const round of ['first', 'second']) {
      await pair();
      assert.ok((await status()).streams >= 2, 'the extension and the phone');
      const { request } = stage.raise();
      await phone.page.locator(`#card-${request.id}`).waitFor();
      await stage.phone.revoke(stage.phone.devices[0]?.id ?? '');
      await phone.page.getByText('This phone was removed').waitFor();
      // So long who is removed has to hear of it; with nobody left the code that was used ends as well.
      stage.timers.advance(10_000);
      const isEmpty = async () => {
        const { streams, messages } = await status();
        return streams === 0 && messages === 0;
      };
      await waitFor(isEmpty, `nothing after the ${round} phone`, WITHIN_MS);
    }
    assert.deepEqual(stage.errors, []);
  });
});
