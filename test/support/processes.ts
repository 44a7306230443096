import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { whenParentEnds } from './parentWatch.mjs';

const POLL_MS = 50;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a program to its end; its output goes to stderr. Throws when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 2, 2], ...options });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed (exit code ${code}).`);
}

/**
 * Ends a child and everything it started, also what moved to a process group of its own (terminals,
 * agents). The child must have been spawned with `detached: true` except on Windows. Resolves when
 * nothing of it is left.
 */
export async function stopTree(child: ChildProcess, graceMs = 4000): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (process.platform === 'win32') {
    execFileSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    return exited;
  }
  const tree = watchTree(pid);
  signal(-pid, 'SIGTERM');
  await Promise.race([exited, sleep(graceMs, undefined, { ref: false })]);
  signal(-pid, 'SIGKILL');
  await exited;
  await endAll(tree.stop(), graceMs);
}

/**
 * Sees to it that `child` and all below it end with this process, however that ends: on a signal with
 * time to clean up, on process.exit() at once. `alsoEnd` names one more process that belongs to it
 * without being below it.
 */
export function endWithThisProcess(
  child: ChildProcess,
  alsoEnd: () => number | undefined = () => undefined,
): void {
  const onSignal = () => {
    const other = alsoEnd();
    if (other !== undefined) signal(other, 'SIGTERM');
    void stopTree(child).finally(() => process.exit(130));
  };
  const onExit = () => {
    if (child.pid === undefined || process.platform === 'win32') return;
    for (const { pid } of descendants(child.pid)) signal(pid, 'SIGKILL');
    signal(-child.pid, 'SIGKILL');
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  process.once('exit', onExit);
  const watch = whenParentEnds(onSignal);
  child.once('exit', () => {
    for (const name of SIGNALS) process.off(name, onSignal);
    process.off('exit', onExit);
    watch.dispose();
  });
}

/** Once a parent is gone its children can no longer be found through it, so look until it is. */
function watchTree(root: number): { stop(): Identity[] } {
  const seen = new Map<string, Identity>();
  const look = () => {
    for (const each of descendants(root)) seen.set(`${each.pid} ${each.started}`, each);
  };
  look();
  const timer = setInterval(look, POLL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen.values()];
    },
  };
}

async function endAll(processes: readonly Identity[], graceMs: number): Promise<void> {
  for (const each of processes) if (isAlive(each)) signal(each.pid, 'SIGTERM');
  if (await allGone(processes, graceMs)) return;
  for (const each of processes) if (isAlive(each)) signal(each.pid, 'SIGKILL');
  await allGone(processes, graceMs);
}

async function allGone(processes: readonly Identity[], withinMs: number): Promise<boolean> {
  const end = Date.now() + withinMs;
  while (processes.some(isAlive)) {
    if (Date.now() > end) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** A pid alone may be given to another process later; with the start time it is unique. */
interface Identity {
  readonly pid: number;
  readonly started: string;
}

export function isAlive(process_: Identity): boolean {
  return table().some((row) => row.pid === process_.pid && row.started === process_.started);
}

/** A process that has ended and that nobody has asked about yet does not run. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** All processes below `root`, children before grandchildren, without `root` itself. */
export function descendants(root: number): Identity[] {
  const rows = table();
  const found: Row[] = [];
  const parents = [root];
  for (let parent = parents.shift(); parent !== undefined; parent = parents.shift()) {
    const children = rows.filter((row) => row.parent === parent);
    found.push(...children);
    parents.push(...children.map((row) => row.pid));
  }
  return found.map(({ pid, started }) => ({ pid, started }));
}

interface Row extends Identity {
  readonly parent: number;
}

function table(): Row[] {
  return process.platform === 'linux' ? linuxTable() : psTable();
}

/** Read from /proc because small Linux images have no `ps`. */
function linuxTable(): Row[] {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => {
    const fields = statFields(name);
    const [state, parent] = fields;
    const started = fields[19];
    if (parent === undefined || started === undefined || state === 'Z') return [];
    return [{ pid: Number(name), parent: Number(parent), started }];
  });
}

/** The fields of /proc/PID/stat after the name, which may itself hold spaces and brackets. */
function statFields(pid: string): string[] {
  try {
    const line = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // ended in the meantime
  }
}

function psTable(): Row[] {
  const output = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,lstart='], { encoding: 'utf8' });
  return output.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line);
    if (!match || match[3]?.startsWith('Z')) return [];
    return [{ pid: Number(match[1]), parent: Number(match[2]), started: match[4] ?? '' }];
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // already gone
  }
}
