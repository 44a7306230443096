import assert from 'node:assert/strict';
import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { RelayTransport } from '../../src/phone/relay/transport.ts';
import { Relay } from '../support/nginx.ts';
import { PhoneBrowser, type TestPhone } from '../support/phoneBrowser.ts';
import { type PhoneStage, phoneStage, until } from '../support/phoneStage.ts';
import { ROOT } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';

const WITHIN_MS = 30_000;

describe('many workspaces, one phone and the relay as it ships', () => {
  let relay: Relay;
  let browser: PhoneBrowser;
  let phone: TestPhone;
  let stages: PhoneStage[];
  const trust = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];

  before(async () => {
    // The certificate of the relay under test signs for itself.
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    relay = await Relay.start({ page: path.join(ROOT, 'dist/phone'), tls: true });
    browser = await PhoneBrowser.launch();
    phone = await browser.phone();
    stages = await Promise.all(
      Array.from({ length: 7 }, (_, at) => workspace(relay, `work-${at}`)),
    );
  });

  after(async () => {
    for (const { phone: paired, options } of stages) {
      paired.dispose();
      for (const transport of options.transports) transport.dispose();
    }
    await browser.close();
    await relay.dispose();
    if (trust === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = trust;
  });

  it('are all heard at once, since one connection of HTTP/2 carries them, and each gets its answer', async () => {
    for (const stage of stages) {
      const pairing = await stage.phone.pair('relay');
      const digits = await phone.scan(pairing.url);
      assert.ok((await pairing.confirm(digits)).ok);
      await phone.page
        .locator(`section[aria-label=${stage.options.workspaceName}]`)
        .waitFor({ state: 'attached' });
    }
    await phone.page.locator('[data-connection=connected]').nth(6).waitFor();
    assert.equal(await phone.page.locator('[data-connection=unheard]').count(), 0);
    for (const stage of stages) stage.raise();
    for (const stage of stages) {
      const { workspaceName } = stage.options;
      await phone.page
        .locator(`section[aria-label=${workspaceName}] .allow:not([aria-disabled=true])`)
        .click();
      await waitFor(() => stage.deliveries.length === 1, 'the answer', WITHIN_MS);
    }
    assert.deepEqual(phone.complaints, []);
  });
});

async function workspace(relay: Relay, workspaceName: string): Promise<PhoneStage> {
  const transport = new RelayTransport({ relay: new URL(relay.url), firstDelayMs: 50 });
  const stage = await phoneStage({
    clock: systemClock,
    timers: systemTimers,
    transports: [transport],
    workspaceName,
  });
  await transport.start();
  await until(() => transport.status.state === 'up');
  return stage;
}
