import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import crossSpawn from 'cross-spawn';
import { cacheFolder } from './cache.ts';
import { cleanEnvironment, writeSettings } from './environment.ts';
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
  writeSettings(path.join(run.state, 'data'));
  // Not the package's own runTests(): it cannot end a VS Code that hangs.
  const child = spawn(program, desktopArguments(run), {
    env: { ...cleanEnvironment(), ...run.env },
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

/** The `code` command of an installed VS Code that can show a window and runs this extension. */
export function findDesktop(): string | undefined {
  const { DISPLAY, WAYLAND_DISPLAY, VSCODE_IPC_HOOK_CLI } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return undefined;
  // In the terminal of a remote window `code` only talks to that window.
  if (VSCODE_IPC_HOOK_CLI) return undefined;
  const answer = crossSpawn.sync('code', ['--version'], {
    encoding: 'utf8',
    env: cleanEnvironment(),
  });
  if (answer.error || answer.status !== 0) return undefined;
  const [version = ''] = answer.stdout.split('\n');
  if (isSupported(version)) return 'code';
  process.stderr.write(`VS Code ${version} is too old for Countersign.\n`);
  return undefined;
}

/** Whether `version` is at least what package.json asks for under `engines`. */
function isSupported(version: string): boolean {
  const manifest = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const [major = 0, minor = 0] = numbers(version);
  const [minimumMajor = 0, minimumMinor = 0] = numbers(manifest.engines.vscode);
  return major > minimumMajor || (major === minimumMajor && minor >= minimumMinor);
}

const numbers = (version: string) => (version.match(/\d+/g) ?? []).map(Number);

/** Opens a window with a profile of its own and waits until it is closed. */
export async function openDesktop(
  program: string,
  options: { workspace: string; state: string; env: Readonly<Record<string, string>> },
): Promise<void> {
  const data = path.join(options.state, 'data');
  writeSettings(data);
  const child = crossSpawn(
    program,
    [
      ...['--new-window', '--wait', '--disable-workspace-trust', '--skip-welcome'],
      `--user-data-dir=${data}`,
      `--extensions-dir=${path.join(options.state, 'extensions')}`,
      `--extensionDevelopmentPath=${ROOT}`,
      options.workspace,
    ],
    {
      env: { ...cleanEnvironment(), ...options.env },
      stdio: ['ignore', 2, 2],
      detached: process.platform !== 'win32',
    },
  );
  endWithThisProcess(child, () => mainProcess(data));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with code ${code}.`);
}

/** VS Code notes its main process here; on macOS that is not a child of the `code` command. */
function mainProcess(userDataFolder: string): number | undefined {
  try {
    return Number(fs.readFileSync(path.join(userDataFolder, 'code.lock'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
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
