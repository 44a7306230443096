import assert from 'node:assert/strict';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { LanTransport } from '../../src/phone/lan/transport.ts';
import { RelayTransport } from '../../src/phone/relay/transport.ts';
import type { PhoneTransport } from '../../src/phone/transport.ts';
import { BROWSER_ARGUMENTS, browserPath } from '../support/browser.ts';
import { outcomes } from '../support/fakesBroker.ts';
import { lanOptions } from '../support/lanUnderTest.ts';
import { Relay } from '../support/nginx.ts';
import { type PhoneStage, phoneStage } from '../support/phoneStage.ts';
import { ROOT } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';

const PAGE = path.join(ROOT, 'dist/phone');
const WITHIN_MS = 30_000;

describe('a phone, from the code to the answer, with everything real but the agent', () => {
  let browser: Browser;
  let context: BrowserContext;
  let stage: PhoneStage;

  before(async () => {
    browser = await chromium.launch({
      executablePath: await browserPath(),
      args: [...BROWSER_ARGUMENTS],
      chromiumSandbox: false,
    });
  });

  beforeEach(async () => {
    context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 360, height: 740 },
    });
    context.setDefaultTimeout(WITHIN_MS);
  });

  afterEach(async () => {
    stage.phone.dispose();
    await context.close();
  });

  after(() => browser.close());

  async function paired(transport: PhoneTransport): Promise<Page> {
    stage = await phoneStage({
      clock: systemClock,
      timers: systemTimers,
      transports: [transport],
    });
    const pairing = await stage.phone.pair(transport.kind);
    const page = await context.newPage();
    await page.goto(pairing.url);
    const digits = page.getByRole('img', { name: /^Six digits:/ });
    await digits.waitFor();
    const result = await pairing.confirm(((await digits.textContent()) ?? '').replace(/\D/g, ''));
    assert.ok(result.ok);
    await page.locator('[data-connection=connected]').first().waitFor();
    return page;
  }

  async function allow(page: Page): Promise<void> {
    const before = stage.deliveries.length;
    await page.locator('.allow:not([aria-disabled=true])').click();
    await waitFor(() => stage.deliveries.length === before + 1, 'the answer', WITHIN_MS);
  }

  it('on the local network', async () => {
    const transport = new LanTransport(lanOptions({ pageFolder: PAGE }));
    try {
      const page = await paired(transport);
      stage.raise();
      await allow(page);
      assert.deepEqual(outcomes(stage.deliveries), ['allow person allow_once']);
      const { decision } = stage.deliveries[0] ?? {};
      assert.equal(decision?.by.kind === 'person' && decision.by.surface, 'phone');
      const [device] = stage.phone.devices;
      assert.ok(device);
      await stage.phone.revoke(device.id);
      stage.raise();
      await page.locator('[data-connection=connected]').first().waitFor({ state: 'detached' });
      assert.equal(await page.locator('.allow').count(), 0);
      assert.deepEqual(stage.errors, []);
    } finally {
      await transport.stop();
    }
  });

  it('over the relay, which is restarted in between and loses what it held', async () => {
    const relay = await Relay.start({ page: PAGE });
    const transport = new RelayTransport({ relay: new URL(relay.url), firstDelayMs: 50 });
    try {
      const page = await paired(transport);
      stage.raise();
      await allow(page);
      await relay.stop();
      await waitFor(() => transport.status.state === 'down', 'the loss to be noticed');
      stage.raise();
      await relay.start();
      await page.locator('.allow').waitFor();
      await allow(page);
      assert.deepEqual(outcomes(stage.deliveries), [
        'allow person allow_once',
        'allow person allow_once',
      ]);
    } finally {
      stage.phone.dispose();
      transport.dispose();
      await relay.dispose();
    }
  });

  it('through a network that is cut without a word', async () => {
    const relay = await Relay.start({ page: PAGE });
    const transport = new RelayTransport({
      relay: new URL(relay.url),
      firstDelayMs: 50,
      silenceMs: 25_000,
      tryMs: 1000,
    });
    try {
      const page = await paired(transport);
      relay.freeze();
      stage.raise();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      relay.thaw();
      await page.locator('.allow').waitFor();
      await allow(page);
      assert.deepEqual(outcomes(stage.deliveries), ['allow person allow_once']);
      assert.equal(await page.locator('.allow').count(), 0);
    } finally {
      stage.phone.dispose();
      transport.dispose();
      await relay.dispose();
    }
  });
});
