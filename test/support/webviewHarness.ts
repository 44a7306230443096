import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { ToHistory } from '../../src/protocol/historyView.ts';
import type { FromWebview, ToCards, ToChat } from '../../src/protocol/messages.ts';
import type { FromPairing, ToPairing } from '../../src/protocol/pairingMessages.ts';
import { webviewBuilds } from '../../webview/build.mjs';
import { BROWSER_ARGUMENTS, browserPath } from './browser.ts';
import type { Harness } from './inBrowser.ts';
import { ROOT } from './testFolder.ts';

export type WebviewName = 'cards' | 'chat' | 'history' | 'pairing';
export type Theme = 'dark' | 'light' | 'hc';

export interface WebviewOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** What an earlier life of the panel left behind. */
  readonly state?: unknown;
}

/** A page of the extension in a browser, with a host that only records. */
export interface Webview {
  readonly page: Page;
  /** Sends messages as the extension does, each after the one before is drawn, with nothing in between. */
  send(...messages: readonly (ToCards | ToChat | ToHistory | ToPairing)[]): Promise<void>;
  /** Runs in the page, at once after `messages` are drawn: a slow machine cannot come between. */
  sendThen(
    messages: readonly (ToCards | ToChat | ToHistory | ToPairing)[],
    script: string,
  ): Promise<void>;
  /** What the page sent so far, but for `ready`. */
  sent(): Promise<(FromWebview | FromPairing)[]>;
  /** What the page asked to keep. */
  state(): Promise<unknown>;
  close(): Promise<void>;
}

/** Builds both pages once and serves them on loopback under the policy that the extension sends. */
export class WebviewHarness implements Harness {
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #files: Files;
  /** Closes a page that is open, each. */
  readonly #open = new Set<() => Promise<void>>();
  readonly #complaints: string[] = [];

  private constructor(browser: Browser, server: Server, files: Files) {
    this.#browser = browser;
    this.#server = server;
    this.#files = files;
  }

  static async start(): Promise<WebviewHarness> {
    const files = await buildFiles();
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const page = pageFor(url);
      const name = url.pathname.slice(1);
      const body = page?.html ?? files.get(name);
      if (name === 'favicon.ico') return void response.writeHead(204).end();
      response.writeHead(body === undefined ? 404 : 200, {
        'content-type': TYPES[path.extname(name)] ?? 'text/html; charset=utf-8',
        ...(page && { 'content-security-policy': page.policy }),
      });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const executablePath = await browserPath();
    const browser = await chromium.launch({
      executablePath,
      args: [...BROWSER_ARGUMENTS],
      chromiumSandbox: false,
    });
    return new WebviewHarness(browser, server, files);
  }

  /** Bytes of each built file. */
  sizes(): Record<string, number> {
    return Object.fromEntries([...this.#files].map(([name, body]) => [name, body.length]));
  }

  async open(name: WebviewName, options: WebviewOptions = {}): Promise<Webview> {
    const { theme = 'dark', width = 480, height = 900, state } = options;
    const { port } = this.#server.address() as AddressInfo;
    const page = await this.#browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(ACTION_MS);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    const query = new URLSearchParams({
      theme,
      ...(state !== undefined && { state: JSON.stringify(state) }),
    });
    const close = async () => {
      this.#open.delete(close);
      const breaches = (await page.evaluate('window.testHost.violations')) as string[];
      this.#complaints.push(...errors, ...breaches);
      await page.close();
    };
    this.#open.add(close);
    await page.goto(`http://127.0.0.1:${port}/${name}.html?${query}`);
    while (!(await page.evaluate('window.testHost.sent.length > 0'))) await page.waitForTimeout(10);
    return {
      page,
      send: (...messages) => deliver(page, messages, ''),
      sendThen: (messages, script) => deliver(page, messages, script),
      sent: async () => {
        const all = (await page.evaluate('window.testHost.sent')) as (FromWebview | FromPairing)[];
        return all.filter(({ type }) => type !== 'ready' && type !== 'focus');
      },
      state: () => page.evaluate('window.testHost.state'),
      close,
    };
  }

  async closeAll(): Promise<readonly string[]> {
    for (const close of this.#open) await close();
    return this.#complaints.splice(0);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function deliver(
  page: Page,
  messages: readonly (ToCards | ToChat | ToHistory | ToPairing)[],
  script: string,
): Promise<void> {
  return page.evaluate(`(async () => {
    for (const message of ${JSON.stringify(messages)}) await testHost.deliver(message);
    ${script}
  })()`);
}

type Files = Map<string, Buffer>;

/** Longer than any step takes on a busy machine, shorter than a test: so a failure says what it waited for. */
const ACTION_MS = 15_000;

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
};

const THEMES: Readonly<Record<Theme, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  hc: 'vscode-high-contrast',
};

/** What a webview has from VS Code before the page's own styles. */
const HOST_STYLES = [
  'vscode-default.css',
  ...Object.keys(THEMES).map((theme) => `theme-${theme}.css`),
];

function link(sheet: string): string {
  return `<link rel="stylesheet" href="${sheet}">`;
}

async function buildFiles(): Promise<Files> {
  const files: Files = new Map();
  for (const options of webviewBuilds({ absWorkingDir: ROOT, logLevel: 'warning' })) {
    const { outputFiles = [] } = await build({ ...options, write: false });
    for (const file of outputFiles) files.set(path.basename(file.path), Buffer.from(file.contents));
  }
  for (const name of HOST_STYLES) {
    files.set(name, await readFile(path.join(ROOT, 'test/support/webviewHarness', name)));
  }
  return files;
}

/** Same policy and skeleton as the extension's own; the theme comes as a class, as VS Code sets it. */
function pageFor(url: URL): { html: string; policy: string } | undefined {
  const name = /^\/(cards|chat|history|pairing)\.html$/.exec(url.pathname)?.[1];
  if (!name) return undefined;
  const theme = THEMES[url.searchParams.get('theme') as Theme] ?? THEMES.dark;
  const policy = `default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self'; script-src 'nonce-test'`;
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${name}</title>
${HOST_STYLES.map(link).join('\n')}
${['codicon.css', 'card.css', 'panel.css'].map(link).join('\n')}
</head>
<body class="cs host ${theme}">
<div id="root"></div>
<script nonce="test">${hostScript(url.searchParams.get('state'))}</script>
<script nonce="test" src="${name}.js"></script>
</body>
</html>`;
  return { html, policy };
}

/** Stands in for VS Code inside the page. */
function hostScript(state: string | null): string {
  return `
    window.testHost = {
      sent: [], violations: [], state: ${(state ?? 'null').replaceAll('<', '\\u003c')},
      deliver(data) {
        window.dispatchEvent(new MessageEvent('message', { data }));
        return new Promise((resolve) => requestAnimationFrame(() => start(resolve, 0)));
      },
    };
    document.addEventListener('securitypolicyviolation', (event) =>
      testHost.violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
    // What would wake the page up while nothing happens.
    const timers = new Set();
    const { setTimeout: start, clearTimeout: stop, setInterval: repeat } = window;
    window.setTimeout = (run, ms, ...more) => {
      const id = start(() => { timers.delete(id); run(...more); }, ms);
      timers.add(id);
      return id;
    };
    window.clearTimeout = (id) => { timers.delete(id); stop(id); };
    window.setInterval = (...all) => { timers.add('interval'); return repeat(...all); };
    testHost.timers = () => timers.size;
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => testHost.sent.push(message),
      getState: () => testHost.state ?? undefined,
      setState: (state) => { testHost.state = state; },
    });`;
}
