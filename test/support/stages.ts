import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { codeServerSupported } from './codeServerInstall.ts';
import { add, type Counts, describeCounts, NONE } from './counts.ts';
import { runTests } from './hostRunner.ts';
import { ROOT, removeFolder, temporaryFolder } from './testFolder.ts';

const MOCHA = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
const REPORTER = path.join(ROOT, 'test/support/countReporter.mjs');

interface Stage {
  readonly title: string;
  readonly needsBuild: boolean;
  run(): Promise<Counts>;
}

const STAGES: Readonly<Record<string, Stage>> = {
  unit: {
    title: 'Unit and wire tests',
    needsBuild: false,
    run: () => mocha(['test/unit', 'test/wire']),
  },
  webview: {
    title: 'Webview tests',
    needsBuild: true,
    run: () => mocha(['test/ui/webview'], ['--timeout', '60000']),
  },
  host: {
    title: 'Tests inside the VS Code extension host',
    needsBuild: true,
    run: () => runTests(),
  },
  ui: {
    title: 'Tests on the VS Code workbench',
    needsBuild: true,
    // The workbench is driven in a browser, so it has to be code-server's.
    run: () =>
      codeServerSupported
        ? mocha(['test/ui/workbench'], ['--timeout', '120000'])
        : skipped(['test/ui/workbench'], 'code-server does not run on Windows'),
  },
  phone: {
    title: 'Tests of the phone with the real nginx',
    needsBuild: true,
    run: () =>
      process.platform === 'linux'
        ? mocha(['test/phone'], ['--timeout', '120000'])
        : skipped(['test/phone'], 'nginx with Nchan comes from the packages of Debian'),
  },
  agents: {
    title: 'Tests with real agents',
    needsBuild: true,
    run: () => mocha(['test/agents'], ['--timeout', '300000']),
  },
};

const DEFAULT_STAGES = ['unit', 'webview', 'host', 'ui', 'phone'];

/** Runs the named stages one after another; the last line printed is the total. */
async function main(names: readonly string[]): Promise<void> {
  const chosen = names.length > 0 ? names : DEFAULT_STAGES;
  let total = NONE;
  let built = false;
  for (const name of chosen) {
    const stage = STAGES[name];
    if (!stage)
      throw new Error(`No stage "${name}". Choose from ${Object.keys(STAGES).join(', ')}.`);
    if (stage.needsBuild && !built) {
      await build();
      built = true;
    }
    total = add(total, await timed(stage));
  }
  process.stdout.write(`${describeCounts(total)}\n`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

async function timed(stage: Stage): Promise<Counts> {
  process.stdout.write(`\n── ${stage.title}\n`);
  const start = performance.now();
  const counts = await stage.run();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`── ${stage.title}: ${describeCounts(counts)} (${seconds} s)\n`);
  return counts;
}

async function build(): Promise<void> {
  const start = performance.now();
  const code = await node([path.join(ROOT, 'esbuild.mjs'), '--tests']);
  if (code !== 0) throw new Error('The build failed.');
  process.stdout.write(`\n── Build (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
}

/** Mocha in a process of its own. A run that ends without totals counts as one failure. */
async function mocha(folders: readonly string[], options: readonly string[] = []): Promise<Counts> {
  const files = folders.flatMap(testFiles);
  if (files.length === 0) return NONE;
  const folder = temporaryFolder();
  const counts = path.join(folder, 'counts.json');
  const only = process.env['CI'] ? ['--forbid-only'] : [];
  try {
    await node([MOCHA, '--reporter', REPORTER, ...only, ...options, ...files], {
      COUNTERSIGN_COUNTS: counts,
    });
    if (!fs.existsSync(counts)) return { ...NONE, failed: 1 };
    return JSON.parse(fs.readFileSync(counts, 'utf8')) as Counts;
  } finally {
    removeFolder(folder);
  }
}

function skipped(folders: readonly string[], why: string): Promise<Counts> {
  process.stdout.write(`Skipped: ${why}.\n`);
  return Promise.resolve({ ...NONE, skipped: folders.flatMap(testFiles).length });
}

function testFiles(folder: string): string[] {
  const absolute = path.join(ROOT, folder);
  if (!fs.existsSync(absolute)) return [];
  return fs
    .readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.test\.tsx?$/.test(name))
    .sort()
    .map((name) => path.join(absolute, name));
}

function node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number | null> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let interrupted = false;
  const forward = (name: NodeJS.Signals) => {
    interrupted = true;
    child.kill(name);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (interrupted) process.exit(130);
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(code);
    });
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
