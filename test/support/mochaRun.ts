import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type Counts, NONE } from './counts.ts';
import type { ParityResult } from './parity.ts';
import { ROOT, removeFolder, temporaryFolder } from './testFolder.ts';

/** What a run of Mocha came to. */
export interface MochaRun extends Counts {
  readonly parity: readonly ParityResult[];
}

export interface MochaOptions {
  readonly args?: readonly string[];
  /** Its output is printed when it ends, not as it comes. */
  readonly printAtEnd?: boolean;
}

const MOCHA = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
const REPORTER = path.join(ROOT, 'test/support/countReporter.mjs');

/** Mocha in a process of its own. A run that ends without totals counts as one failure. */
export async function mocha(
  files: readonly string[],
  { args = [], printAtEnd = false }: MochaOptions = {},
): Promise<MochaRun> {
  if (files.length === 0) return { ...NONE, parity: [] };
  const folder = temporaryFolder();
  const counts = path.join(folder, 'counts.json');
  const only = process.env['CI'] ? ['--forbid-only'] : [];
  try {
    await node([MOCHA, '--reporter', REPORTER, ...only, ...args, ...files], {
      env: { COUNTERSIGN_COUNTS: counts },
      printAtEnd,
    });
    if (!fs.existsSync(counts)) return { ...NONE, failed: 1, parity: [] };
    return JSON.parse(fs.readFileSync(counts, 'utf8')) as MochaRun;
  } finally {
    removeFolder(folder);
  }
}

export function testFiles(folder: string): string[] {
  const absolute = path.join(ROOT, folder);
  if (!fs.existsSync(absolute)) return [];
  return fs
    .readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.test\.tsx?$/.test(name))
    .sort()
    .map((name) => path.join(absolute, name));
}

interface NodeOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly printAtEnd?: boolean;
}

/** Node in the project's folder; resolves to its exit code. Whoever interrupts this process interrupts it too. */
export function node(
  args: readonly string[],
  { env = {}, printAtEnd = false }: NodeOptions = {},
): Promise<number | null> {
  const output = printAtEnd ? 'pipe' : 'inherit';
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => printed.push(chunk));
  let interrupted = false;
  const forward = (name: NodeJS.Signals) => {
    interrupted = true;
    child.kill(name);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(printed));
      if (interrupted) process.exit(130);
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(code);
    });
  });
}
