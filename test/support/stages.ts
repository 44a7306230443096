import path from 'node:path';
import { runAgents } from './agentsStage.ts';
import { codeServerSupported } from './codeServerInstall.ts';
import { add, type Counts, describeCounts, NONE } from './counts.ts';
import { runTests } from './hostRunner.ts';
import { mocha, node, testFiles } from './mochaRun.ts';
import { ROOT } from './testFolder.ts';

interface Stage {
  readonly title: string;
  readonly needsBuild: boolean;
  run(): Promise<Counts>;
}

/**
 * A browser on a busy machine is late now and then. What passes on the second try only is named at the end; in the extension
 * host it is the same (host/runner.ts).
 */
const IN_BROWSER = ['--retries', '1'];

const STAGES: Readonly<Record<string, Stage>> = {
  unit: {
    title: 'Unit and wire tests',
    needsBuild: false,
    run: () => mocha(['test/unit', 'test/wire'].flatMap(testFiles)),
  },
  webview: {
    title: 'Webview tests',
    needsBuild: true,
    run: () => mocha(testFiles('test/ui/webview'), { args: ['--timeout', '60000', ...IN_BROWSER] }),
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
        ? mocha(testFiles('test/ui/workbench'), { args: ['--timeout', '120000', ...IN_BROWSER] })
        : skipped(['test/ui/workbench'], 'code-server does not run on Windows'),
  },
  phone: {
    title: 'Tests of the phone with the real nginx',
    needsBuild: true,
    run: () =>
      process.platform === 'linux'
        ? mocha(testFiles('test/phone'), { args: ['--timeout', '120000', ...IN_BROWSER] })
        : skipped(['test/phone'], 'nginx with Nchan comes from the packages of Debian'),
  },
  agents: {
    title: 'Tests with real agents',
    needsBuild: true,
    run: () => runAgents(WRITE),
  },
};

/** The parity table of the agents is written to README.md. */
const WRITE = process.argv.includes('--write');

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

function skipped(folders: readonly string[], why: string): Promise<Counts> {
  process.stdout.write(`Skipped: ${why}.\n`);
  return Promise.resolve({ ...NONE, skipped: folders.flatMap(testFiles).length });
}

try {
  await main(process.argv.slice(2).filter((arg) => arg !== '--write'));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
