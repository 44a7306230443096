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
import type * as Rules from './rules.ts';
import { benchWorkbenchLoad } from './workbenchLoad.ts';

/** Bundled as the extension is: the loader of the tests adds work to every function that is made, and to every import(). */
async function bundled() {
  const folder = await mkdtemp(path.join(tmpdir(), 'countersign-bench-'));
  const source = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  await build({
    entryPoints: [source('./roundTrip.ts'), source('./rules.ts')],
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    // As in esbuild.mjs.
    define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
  });
  const load = (name: string) => import(pathToFileURL(path.join(folder, name)).href);
  const roundTrip: typeof RoundTrip = await load('roundTrip.mjs');
  const rules: typeof Rules = await load('rules.mjs');
  return { roundTrip, rules, dispose: () => rm(folder, { recursive: true, force: true }) };
}

const { roundTrip, rules, dispose } = await bundled();
try {
  const report = {
    node: process.version,
    roundTrip: await roundTrip.benchRoundTrip(),
    journal: await benchJournal(),
    rules: await rules.benchRules(() => readShellGrammar(path.join(ROOT, 'dist'))),
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
