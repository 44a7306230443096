// Prints one JSON object. Run: npx tsx test/bench/main.ts
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { readShellGrammar } from '../../src/storage/shellGrammar.ts';
import { ROOT } from '../support/testFolder.ts';
import { benchCardPanel } from '../support/webviewHarnessBench.ts';
import { benchActivation } from './activation.ts';
import { benchHistory } from './history.ts';
import { benchJournal } from './journal.ts';
import { benchPhone } from './phone.ts';
import { benchPhoneHub } from './phoneHub.ts';
import { benchPhonePage } from './phonePage.ts';
import { benchPhonePages } from './phonePages.ts';
import type * as RoundTrip from './roundTrip.ts';
import { benchRules } from './rules.ts';
import { benchWorkbenchLoad } from './workbenchLoad.ts';

/** Bundled as the extension is: the loader of the tests adds work to every function that is made. */
async function bundled(): Promise<{ module: typeof RoundTrip; dispose(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'countersign-bench-'));
  const outfile = path.join(folder, 'roundTrip.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./roundTrip.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    outfile,
  });
  const module: typeof RoundTrip = await import(pathToFileURL(outfile).href);
  return { module, dispose: () => rm(folder, { recursive: true, force: true }) };
}

const { module, dispose } = await bundled();
try {
  const report = {
    node: process.version,
    roundTrip: await module.benchRoundTrip(),
    journal: await benchJournal(),
    rules: await benchRules(() => readShellGrammar(path.join(ROOT, 'dist'))),
    history: await benchHistory(),
    cardPanel: await benchCardPanel(),
    phoneMilliseconds: await benchPhone(),
    phoneHubMilliseconds: await benchPhoneHub(),
    phonePageMilliseconds: await benchPhonePage(),
    manyPhonePages: process.platform === 'linux' ? await benchPhonePages() : 'Linux only',
    activationMilliseconds: await benchActivation(),
    workbench: process.platform === 'linux' ? await benchWorkbenchLoad() : 'Linux only',
  };
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
} finally {
  await dispose();
}
