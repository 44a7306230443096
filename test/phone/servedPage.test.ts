import assert from 'node:assert/strict';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { LanTransport } from '../../src/phone/lan/transport.ts';
import { BROWSER_ARGUMENTS, browserPath } from '../support/browser.ts';
import { lanOptions, OUTBOX } from '../support/lanUnderTest.ts';
import { Relay } from '../support/nginx.ts';
import { ROOT } from '../support/testFolder.ts';

const PAGE = path.join(ROOT, 'dist/phone');

interface Shown {
  readonly title: string;
  readonly text: string;
  /** What the browser complained about. */
  readonly complaints: readonly string[];
}

describe('the built page as it is served, in Chromium', () => {
  let browser: Browser;

  before(async () => {
    browser = await chromium.launch({
      executablePath: await browserPath(),
      args: [...BROWSER_ARGUMENTS],
      chromiumSandbox: false,
    });
  });

  after(() => browser.close());

  async function show(url: string): Promise<Shown> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    try {
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
      page.on('response', (response) => {
        if (response.status() >= 400) complaints.push(`${response.url()} ${response.status()}`);
      });
      await page.goto(url, { waitUntil: 'networkidle' });
      await page.waitForFunction('document.body.innerText.trim().length > 20');
      const text = (await page.textContent('body')) ?? '';
      return { title: await page.title(), text, complaints };
    } finally {
      await context.close();
    }
  }

  it('runs from the extension, within its content security policy', async () => {
    const transport = new LanTransport(lanOptions({ pageFolder: PAGE }));
    await transport.start();
    try {
      const { title, text, complaints } = await show(transport.pageUrl);
      assert.match(title, /Countersign/);
      assert.match(text, /pair/i);
      assert.deepEqual(complaints.filter(isOfPage), []);
    } finally {
      await transport.stop();
    }
  });

  it('runs from the relay, within its content security policy', async () => {
    const relay = await Relay.start({ page: PAGE, tls: true });
    try {
      const { title, text, complaints } = await show(relay.url);
      assert.match(title, /Countersign/);
      assert.match(text, /pair/i);
      assert.deepEqual(complaints.filter(isOfPage), []);
    } finally {
      await relay.dispose();
    }
  });

  it('its fetch reaches a mailbox, and that of another origin does not', async () => {
    const transport = new LanTransport(lanOptions({ pageFolder: PAGE }));
    const received: string[] = [];
    await transport.start();
    transport.subscribe('inbox_of_the_extension_1', (text) => received.push(text));
    transport.open(OUTBOX);
    const other = await Relay.start({ tls: true });
    const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true });
    try {
      const leave = `fetch(new URL('/m/inbox_of_the_extension_1', ${JSON.stringify(transport.pageUrl)}),
        { method: 'POST', mode: 'no-cors', body: location.origin }).then((r) => r.status, () => 'blocked')`;
      const page = await context.newPage();
      await page.goto(other.url);
      await page.evaluate(leave);
      assert.deepEqual(received, []);
      await page.goto(transport.pageUrl);
      assert.equal(await page.evaluate(leave), 201);
      assert.deepEqual(received, [new URL(transport.pageUrl).origin]);
      const listened = await page.evaluate(
        `new Promise((done) => { const s = new EventSource('/m/${OUTBOX}'); s.onopen = () => { s.close(); done('open'); }; s.onerror = () => done('error'); })`,
      );
      assert.equal(listened, 'open');
    } finally {
      await context.close();
      await other.dispose();
      await transport.stop();
    }
  });
});

/** Chromium refuses service workers from a certificate that signs for itself; the page has to do without. */
function isOfPage(complaint: string): boolean {
  return !/service ?worker|SSL certificate error|sw\.js/i.test(complaint);
}
