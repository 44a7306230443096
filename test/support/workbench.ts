import fs from 'node:fs';
import path from 'node:path';
import {
  type BrowserContext,
  chromium,
  type Frame,
  type Locator,
  type Page,
} from 'playwright-core';
import { BROWSER_ARGUMENTS, browserPath } from './browser.ts';
import { type CodeServer, freePort, startCodeServer, workbenchUrl } from './codeServer.ts';
import { ROOT, removeFolder, resultFile, temporaryFolder } from './testFolder.ts';

const READY_MS = 60_000;
const STEP_MS = 15_000;
const POLL_MS = 100;
const PALETTE_MS = 3000;
const PALETTE_ATTEMPTS = 4;
const VIEWPORT = { width: 1400, height: 900 };

export interface WorkbenchOptions {
  /** Folder to open; default a new empty one. */
  readonly workspace?: string;
  /** The person's settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Folder of a built extension; default this checkout. */
  readonly extension?: string;
  /** Folders of further extensions that run beside it. */
  readonly beside?: readonly string[];
  /** Added to the environment of the extension host, on top of a HOME of its own; undefined removes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Folder that keeps all state (settings, globalState, workspaceState, secrets) for the next
   * openWorkbench() with the same folder and workspace. The caller makes and removes it.
   */
  readonly persistent?: string;
  readonly workspaceTrust?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A real VS Code workbench in a browser, with the extension loaded. */
export interface Workbench {
  readonly page: Page;
  readonly server: CodeServer;
  readonly workspace: string;
  /** Runs a command by its title, as a person does from the command palette. */
  runCommand(title: string): Promise<void>;
  /** The notification that shows `text`. */
  notification(text: string | RegExp): Locator;
  /** Opens a view container by its name in the activity bar. */
  openContainer(name: string): Promise<void>;
  /** A row of the tree in any open view of the side bar. */
  treeItem(text: string | RegExp): Locator;
  /** An icon or text button on a tree row; VS Code shows it on hover. */
  clickTreeAction(item: Locator, label: string | RegExp): Promise<void>;
  /** The content of the webview with this title (its tab or view), or of the only one there is. */
  webviewFrame(title?: string | RegExp): Promise<Frame>;
  /** The item of the status bar that shows `text`. */
  statusBarItem(text: string | RegExp): Locator;
  /** Saves what the page shows as test-results/NAME.png. */
  screenshot(name: string): Promise<string>;
  /** Reloads the window: the extension host ends and starts again. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server and a browser and waits until the workbench shows the extension. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const executablePath = await browserPath();
  const state = options.persistent ?? temporaryFolder();
  const workspace = options.workspace ?? path.join(state, 'workspace');
  const home = path.join(state, 'home');
  for (const folder of [workspace, home]) fs.mkdirSync(folder, { recursive: true });
  const server = await startCodeServer({
    root: path.join(state, 's'),
    port: await keptPort(state),
    settings: options.settings ?? {},
    extensions: [options.extension ?? ROOT, ...(options.beside ?? [])],
    workspaceTrust: options.workspaceTrust ?? false,
    env: { HOME: home, COUNTERSIGN_TEST: '1', ...options.env },
  });
  let context: BrowserContext | undefined;
  const close = async () => {
    await context?.close();
    await server.stop();
    if (!options.persistent) removeFolder(state);
  };
  try {
    context = await chromium.launchPersistentContext(path.join(state, 'browser'), {
      executablePath,
      args: [...BROWSER_ARGUMENTS],
      viewport: options.viewport ?? VIEWPORT,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(STEP_MS);
    await page.goto(workbenchUrl(server, workspace));
    await workbenchShown(page);
    return { page, server, workspace, close, ...driver(page) };
  } catch (error) {
    await context
      ?.pages()[0]
      ?.screenshot({ path: resultFile('workbench-failed.png') })
      .catch(() => undefined);
    await close();
    throw error;
  }
}

/** The browser keeps a page's storage by origin, so a workbench with state needs the same port again. */
async function keptPort(state: string): Promise<number> {
  const file = path.join(state, 'port');
  if (fs.existsSync(file)) return Number(fs.readFileSync(file, 'utf8'));
  const port = await freePort();
  fs.writeFileSync(file, String(port));
  return port;
}

async function workbenchShown(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .activitybar').waitFor({ timeout: READY_MS });
  await activityBarIcon(page, 'Countersign').waitFor({ timeout: READY_MS });
}

function driver(page: Page): Omit<Workbench, 'page' | 'server' | 'workspace' | 'close'> {
  return {
    runCommand: (title) => runCommand(page, title),
    notification: (text) => page.locator('.notification-toast', { hasText: text }),
    openContainer: (name) => openContainer(page, name),
    treeItem: (text) => page.locator('.sidebar .monaco-list-row', { hasText: text }),
    clickTreeAction: async (item, label) => {
      await item.hover();
      await item.getByRole('button', { name: label }).click();
    },
    webviewFrame: (title) => webviewFrame(page, title),
    statusBarItem: (text) => page.locator('.statusbar-item', { hasText: text }),
    screenshot: async (name) => {
      const file = resultFile(`${name}.png`);
      await page.screenshot({ path: file });
      return file;
    },
    reload: async () => {
      await page.reload();
      await workbenchShown(page);
    },
  };
}

/** Something that takes the focus while VS Code starts closes the palette, so it may need a second try. */
async function runCommand(page: Page, title: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runFromPalette(page, title);
    } catch (error) {
      if (attempt === PALETTE_ATTEMPTS) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

async function runFromPalette(page: Page, title: string): Promise<void> {
  const timeout = PALETTE_MS;
  await page.keyboard.press('F1');
  const palette = page.locator('.quick-input-widget').filter({ visible: true });
  await palette.locator('input.input').fill(`>${title}`, { timeout });
  const row = palette.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  await row.click({ timeout });
}

async function openContainer(page: Page, name: string): Promise<void> {
  const icon = activityBarIcon(page, name);
  const item = icon.locator('..');
  // A second click on the open container would close the side bar.
  if (await item.evaluate((element) => element.classList.contains('checked'))) return;
  await icon.click();
}

/** The label goes on with the badge ("Countersign - 2 requests waiting"). */
function activityBarIcon(page: Page, name: string): Locator {
  return page.locator(`.activitybar a.action-label[aria-label^="${name}"]`);
}

/** VS Code puts each page into two frames; the inner one, with id active-frame, carries the title. */
async function webviewFrame(page: Page, title?: string | RegExp): Promise<Frame> {
  const end = Date.now() + STEP_MS;
  while (Date.now() < end) {
    for (const frame of page.frames()) if (await isContent(frame, title)) return frame;
    await page.waitForTimeout(POLL_MS);
  }
  throw new Error(`No webview ${title ? `titled ${title} ` : ''}appeared within ${STEP_MS} ms.`);
}

async function isContent(frame: Frame, title?: string | RegExp): Promise<boolean> {
  if (!frame.parentFrame()) return false;
  try {
    const element = await frame.frameElement();
    if ((await element.getAttribute('id')) !== 'active-frame' || !(await element.isVisible()))
      return false;
    const shown = (await element.getAttribute('title')) ?? '';
    return title === undefined || (typeof title === 'string' ? shown === title : title.test(shown));
  } catch {
    return false; // replaced while we looked
  }
}
