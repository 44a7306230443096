#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { toDisposable } from './base/disposable.ts';
import { parseJson, stringAt } from './base/json.ts';
import { main } from './cli/main.ts';
import type { RunStop, StopSignal } from './cli/runStop.ts';
import { thisMachine } from './cli/stateFolder.ts';

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The `countersign` command: what it has of the process, and its exit code. */
async function start(): Promise<never> {
  const { stdin, stdout, stderr } = process;
  // Who stops reading is noticed where it is written; by itself it is not a failure of this process.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const code = await main(process.argv.slice(2), {
    stdin,
    stdout,
    stderr,
    machine: thisMachine(process.env),
    cwd: process.cwd(),
    version: await version(),
    demoProgram: demoProgram(),
    isTerminal: stdin.isTTY === true && stdout.isTTY === true,
    listenForSignals,
  });
  process.exit(code);
}

function listenForSignals(stop: RunStop) {
  const listeners = SIGNALS.map((signal) => {
    const listener = () => stop.request({ kind: 'signal', signal });
    process.on(signal, listener);
    return toDisposable(() => process.off(signal, listener));
  });
  return toDisposable(() => {
    for (const listener of listeners) listener.dispose();
  });
}

async function version(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8').catch(() => '');
  return stringAt(parseJson(text), 'version') ?? 'unknown';
}

/** Beside this file when it is built, in `dist` when it runs from source. */
function demoProgram(): string {
  const built = new URL('./demoAgent.js', import.meta.url);
  return fileURLToPath(
    existsSync(built) ? built : new URL('../dist/demoAgent.js', import.meta.url),
  );
}

await start();
