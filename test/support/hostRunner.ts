import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { BROWSER_ARGUMENTS, browserPath } from './browser.ts';
import { type CodeServer, startCodeServer, testsUrl } from './codeServer.ts';
import { type Counts, NONE } from './counts.ts';
import { desktopReachable, runInDesktop } from './desktop.ts';
import { inOneLine } from './failure.mjs';
import { HOST_GREP, HOST_RESULTS, type HostResult, type HostRun } from './hostRun.ts';
import { ROOT, removeFolder, resultFile, temporaryFolder } from './testFolder.ts';

const OVERALL_MS = 10 * 60_000;
const POLL_MS = 200;
const RUNNER = path.join(ROOT, 'dist/test/runner.js');

/**
 * Runs the suites of test/host inside a real extension host: desktop VS Code where it can be
 * downloaded, else code-server in a browser. COUNTERSIGN_HOST=desktop|code-server chooses.
 */
export async function runTests(
  options: { grep?: string; timeoutMs?: number } = {},
): Promise<Counts> {
  const folder = temporaryFolder();
  const results = path.join(folder, 'results.ndjson');
  fs.writeFileSync(results, '');
  const workspace = path.join(folder, 'workspace');
  fs.mkdirSync(workspace);
  const run: HostRun = {
    workspace,
    state: path.join(folder, 's'),
    runner: RUNNER,
    env: {
      ...(process.env['HOME'] ? { HOME: path.join(folder, 'home') } : {}),
      COUNTERSIGN_TEST: '1',
      [HOST_RESULTS]: results,
      ...(options.grep ? { [HOST_GREP]: options.grep } : {}),
    },
    timeoutMs: options.timeoutMs ?? OVERALL_MS,
  };
  fs.mkdirSync(path.join(folder, 'home'));
  const report = follow(results);
  try {
    await ((await useDesktop()) ? runInDesktop(run) : runInCodeServer(run));
    return report.finish();
  } catch (error) {
    const counts = report.finish();
    process.stdout.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } finally {
    removeFolder(folder);
  }
}

async function useDesktop(): Promise<boolean> {
  switch (process.env['COUNTERSIGN_HOST']) {
    case 'desktop':
      return true;
    case 'code-server':
      return false;
    default:
      return desktopReachable();
  }
}

async function runInCodeServer(run: HostRun): Promise<void> {
  const executablePath = await browserPath();
  const server = await startCodeServer({ root: run.state, env: run.env, testDriver: true });
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({ executablePath, args: [...BROWSER_ARGUMENTS] });
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
    await withScreenshot(page, () => testsIn(page, server, run));
  } finally {
    await browser?.close();
    await server.stop();
  }
}

/** Opens the workbench; it runs the tests by itself and reports the end through these two functions. */
async function testsIn(page: Page, server: CodeServer, run: HostRun): Promise<void> {
  let ended: (code: number) => void = () => undefined;
  const exit = new Promise<number>((resolve) => {
    ended = resolve;
  });
  await page.exposeFunction('codeAutomationLog', () => undefined);
  await page.exposeFunction('codeAutomationExit', ended);
  await page.goto(
    testsUrl(server, {
      folder: run.workspace,
      extensionDevelopmentPath: ROOT,
      extensionTestsPath: run.runner,
    }),
  );
  const code = await Promise.race([exit, sleep(run.timeoutMs, 'late' as const, { ref: false })]);
  if (code === 'late') throw new Error(`The in-host tests did not end within ${run.timeoutMs} ms.`);
  if (code !== 0) throw new Error(`The extension host ended the tests with code ${code}.`);
}

async function withScreenshot(page: Page, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const file = resultFile('host-tests.png');
    await page.screenshot({ path: file, timeout: 5000 }).catch(() => undefined);
    process.stdout.write(`Screenshot: ${path.relative(ROOT, file)}\n`);
    throw error;
  }
}

/** Prints results while they are written; the file works the same for every kind of host. */
function follow(file: string): { finish(): Counts } {
  let offset = 0;
  let counts: Counts = NONE;
  const read = () => {
    const text = fs.readFileSync(file, 'utf8');
    const complete = text.slice(offset, text.lastIndexOf('\n') + 1);
    offset += complete.length;
    for (const line of complete.split('\n').filter(Boolean)) {
      counts = print(JSON.parse(line) as HostResult, counts);
    }
  };
  const timer = setInterval(read, POLL_MS);
  return {
    finish: () => {
      clearInterval(timer);
      read();
      return counts;
    },
  };
}

function print(result: HostResult, counts: Counts): Counts {
  switch (result.event) {
    case 'pass':
      process.stdout.write(`  ✔ ${result.title} (${result.milliseconds}ms)\n`);
      return { ...counts, passed: counts.passed + 1 };
    case 'pending':
      process.stdout.write(`  - ${result.title}\n`);
      return { ...counts, skipped: counts.skipped + 1 };
    case 'fail':
      process.stdout.write(`  ✖ ${result.title}\n${result.error}\n`);
      process.stdout.write(`Failed: ${result.title}: ${inOneLine(result.error)}\n`);
      return { ...counts, failed: counts.failed + 1 };
    case 'retry':
      process.stdout.write(`Second try: ${result.title}: ${inOneLine(result.error)}\n`);
      return counts;
    case 'end': {
      const { event: _, ...total } = result;
      return total;
    }
  }
}
