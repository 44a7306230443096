import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { cacheFolder } from './cache.ts';
import type { HostRun } from './hostRun.ts';
import { endWithThisProcess, stopTree } from './processes.ts';
import { ROOT } from './testFolder.ts';

const RELEASES = 'https://update.code.visualstudio.com/api/releases/stable';
const PROBE_MS = 4000;

/** Whether desktop VS Code can be downloaded from here. */
export async function desktopReachable(): Promise<boolean> {
  try {
    const response = await fetch(RELEASES, { signal: AbortSignal.timeout(PROBE_MS) });
    return response.ok;
  } catch {
    return false;
  }
}

/** Runs the in-host tests in desktop VS Code; COUNTERSIGN_VSCODE_VERSION chooses which (default stable). */
export async function runInDesktop(run: HostRun): Promise<void> {
  const program = await downloadAndUnzipVSCode({
    version: process.env['COUNTERSIGN_VSCODE_VERSION'] ?? 'stable',
    cachePath: path.join(cacheFolder(), 'desktop'),
  });
  fs.mkdirSync(run.state, { recursive: true });
  // Not the package's own runTests(): it cannot end a VS Code that hangs.
  const child = spawn(program, desktopArguments(run), {
    env: { ...process.env, ...run.env, ELECTRON_RUN_AS_NODE: undefined },
    stdio: ['ignore', 'ignore', 2],
    detached: process.platform !== 'win32',
  });
  endWithThisProcess(child);
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const code = await Promise.race([exit, sleep(run.timeoutMs, 'late' as const, { ref: false })]);
  await stopTree(child);
  if (code === 'late') throw new Error(`The in-host tests did not end within ${run.timeoutMs} ms.`);
  if (code !== 0) throw new Error(`VS Code ended the tests with code ${code}.`);
}

function desktopArguments(run: HostRun): string[] {
  return [
    run.workspace,
    `--extensionDevelopmentPath=${ROOT}`,
    `--extensionTestsPath=${run.runner}`,
    `--user-data-dir=${path.join(run.state, 'data')}`,
    `--extensions-dir=${path.join(run.state, 'extensions')}`,
    '--disable-workspace-trust',
    '--disable-updates',
    '--disable-gpu-sandbox',
    '--no-sandbox',
    '--skip-welcome',
    '--skip-release-notes',
  ];
}
