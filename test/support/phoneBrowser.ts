import assert from 'node:assert/strict';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Frame,
  type Page,
} from 'playwright-core';
import { BROWSER_ARGUMENTS, browserPath } from './browser.ts';
import type { Workbench } from './workbench.ts';

const WITHIN_MS = 30_000;

/** A browser that stands for phones: each is a context of its own. */
export class PhoneBrowser {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<PhoneBrowser> {
    const browser = await chromium.launch({
      executablePath: await browserPath(),
      args: [...BROWSER_ARGUMENTS],
      chromiumSandbox: false,
    });
    return new PhoneBrowser(browser);
  }

  async phone(model = 'Pixel 8', options: BrowserContextOptions = {}): Promise<TestPhone> {
    const context = await this.#browser.newContext({
      userAgent: `Mozilla/5.0 (Linux; Android 14; ${model}) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile`,
      // Its owner went on past the warning.
      ignoreHTTPSErrors: true,
      viewport: { width: 360, height: 740 },
      ...options,
    });
    context.setDefaultTimeout(WITHIN_MS);
    return new TestPhone(context, await context.newPage());
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

/** The page for phones in a browser, held as a person holds it. */
export class TestPhone {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page could not do. */
  readonly complaints: string[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.stack ?? String(error)));
  }

  /** Opens the link; resolves with the six digits that the phone shows. */
  async scan(url: string): Promise<string> {
    await this.page.goto(url);
    const digits = this.page.getByRole('img', { name: /^Six digits:/ });
    await digits.waitFor();
    return ((await digits.textContent()) ?? '').replace(/\D/g, '');
  }

  /** Resolves when the page says that it is connected. */
  async connected(): Promise<void> {
    await this.page.locator('[data-connection=connected]').first().waitFor();
  }

  /** The card on the list whose text holds this. */
  card(text: string) {
    return this.page.locator('.cs-card:not(.is-done)', { hasText: text });
  }

  async allow(text: string): Promise<void> {
    await this.card(text).locator('.allow:not([aria-disabled=true])').click();
  }

  /** Opens a card that does not fit on the list and answers there. */
  async allowWhole(text: string): Promise<void> {
    await this.card(text)
      .getByRole('button', { name: /^Review/ })
      .click();
    await this.page.locator('.p-foot .allow:not([aria-disabled=true])').click();
  }

  /** Chooses Always allow, as far as the page proposes. */
  async alwaysAllow(text: string): Promise<void> {
    const card = this.card(text);
    await card.getByRole('button', { name: /^Review|More ways/ }).click();
    await this.page.locator('.p-foot .always:not([aria-disabled=true])').click();
    const save = this.page.getByRole('button', { name: 'Save and allow' });
    await save.and(this.page.locator(':not([aria-disabled=true])')).click();
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/** Begins to pair on the workbench, by the `way` that is chosen where there are two; resolves with the panel and the link that it shows. */
export async function pairingPanel(
  workbench: Workbench,
  way?: string,
): Promise<{ panel: Frame; url: string }> {
  // An earlier panel goes when the new one comes.
  const earlier = new Set(workbench.page.frames());
  await workbench.runCommand('Countersign: Pair Phone');
  if (way !== undefined)
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: way }).click();
  const end = Date.now() + WITHIN_MS;
  while (Date.now() < end) {
    for (const panel of workbench.page.frames().filter((frame) => !earlier.has(frame))) {
      const link = panel.locator('.cs-pair-link input');
      const url = await link.inputValue({ timeout: 500 }).catch(() => undefined);
      if (url !== undefined) return { panel, url };
    }
    await workbench.page.waitForTimeout(100);
  }
  throw new Error('The pairing panel shows no link.');
}

/** As a person types them; Enter sends. */
export async function typeDigits(panel: Frame, digits: string): Promise<void> {
  const field = panel.getByRole('textbox', { name: /six digits/ });
  await field.fill(digits);
  await field.press('Enter');
}

/** Scans the code that the panel shows and types the digits, as a person does. */
export async function pairOnWorkbench(
  workbench: Workbench,
  phone: TestPhone,
  way?: string,
): Promise<void> {
  const { panel, url } = await pairingPanel(workbench, way);
  const digits = await phone.scan(url);
  assert.match(digits, /^\d{6}$/);
  await typeDigits(panel, digits);
  await panel.getByRole('heading', { name: 'is paired.' }).waitFor();
  await phone.connected();
}
