import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import type { Action } from '../../src/permission/action.ts';
import type { PhoneCard } from '../../src/protocol/phone/payloads.ts';
import { phoneBuilds } from '../../webview/phoneBuild.mjs';
import { BROWSER_ARGUMENTS, browserPath } from './browser.ts';
import type { Harness } from './inBrowser.ts';
import type { PhoneDesktop } from './phoneDesktop.ts';
import { PhoneMailboxes } from './phoneMailboxes.ts';
import { ROOT } from './testFolder.ts';
import { type CardOptions, card } from './webviewHarnessCards.ts';

/** The page as it ships, in a browser that stands for the phone. */
export class PhoneHarness implements Harness {
  readonly #browser: Browser;
  readonly mailboxes: PhoneMailboxes;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly #phones: Phone[] = [];

  private constructor(
    browser: Browser,
    mailboxes: PhoneMailboxes,
    files: ReadonlyMap<string, Uint8Array>,
  ) {
    this.#browser = browser;
    this.mailboxes = mailboxes;
    this.files = files;
  }

  static async start(): Promise<PhoneHarness> {
    const files = await builtFiles();
    const mailboxes = await PhoneMailboxes.start(files);
    const browser = await chromium.launch({
      executablePath: await browserPath(),
      args: [...BROWSER_ARGUMENTS],
      chromiumSandbox: false,
    });
    return new PhoneHarness(browser, mailboxes, files);
  }

  /** A phone of its own: storage, keys, one page. Without a service worker unless the test is about it. */
  async phone(options: BrowserContextOptions = {}): Promise<Phone> {
    const context = await this.#browser.newContext({
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
      serviceWorkers: 'block',
      hasTouch: true,
      isMobile: true,
      ...options,
    });
    context.setDefaultTimeout(15_000);
    const phone = new Phone(context, this.mailboxes.origin);
    this.#phones.push(phone);
    return phone;
  }

  /** The mailboxes are as they should be again. */
  async closeAll(): Promise<readonly string[]> {
    this.mailboxes.mood = 'good';
    const phones = this.#phones.splice(0);
    await Promise.all(phones.map((phone) => phone.close()));
    return phones.flatMap(({ complaints }) => complaints);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.mailboxes.stop();
  }
}

export class Phone {
  readonly context: BrowserContext;
  readonly #origin: string;
  readonly complaints: string[] = [];

  constructor(context: BrowserContext, origin: string) {
    this.context = context;
    this.#origin = origin;
  }

  async open(fragment = ''): Promise<Page> {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      // What the network does is the test's own doing, and a test browser has no push service.
      if (
        message.type() === 'error' &&
        !/Failed to load|net::ERR|Push API in incognito|fetching the script/.test(text)
      )
        this.complaints.push(text);
    });
    await page.addInitScript(WATCH_POLICY);
    await page.goto(`${this.#origin}/${fragment === '' ? '' : `#${fragment}`}`);
    return page;
  }

  /** A page that is paired and connected. */
  async paired(desktop: PhoneDesktop): Promise<Page> {
    const page = await this.open(desktop.newCode());
    await page.getByText('Type these six digits').waitFor();
    desktop.confirm();
    await page.locator('[data-connection=connected]').first().waitFor();
    return page;
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

const WATCH_POLICY = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI));`;

/** What the page looks like, dark and light, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = path.join(ROOT, 'test-results/phone');
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(folder, `${name}.${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'dark' });
}

let next = 0;

/** An id as requests have it: later ones sort later. */
function requestId(): string {
  return `01JD000000000000000000${String(++next).padStart(4, '0')}`;
}

/** A card as the desktop sends it to a phone, made by the real code. */
export function phoneCard(
  action: Action,
  options: CardOptions = {},
  change: Partial<PhoneCard> = {},
): PhoneCard {
  const { outcome: _, ...view } = card(action, { id: requestId(), ...options });
  return {
    ...view,
    rules: {
      scopes: ['session', 'workspace', 'global'],
      suggestions: [{ id: 'command:pnpm test', label: 'commands that begin with "pnpm test"' }],
    },
    shortened: false,
    mayAllow: 'yes',
    mayAlways: 'yes',
    ...change,
  } as PhoneCard;
}

async function builtFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const options of phoneBuilds({ absWorkingDir: ROOT, logLevel: 'warning' })) {
    const { outputFiles = [] } = await build({ ...options, write: false });
    for (const file of outputFiles) files.set(path.basename(file.path), file.contents);
  }
  return files;
}
