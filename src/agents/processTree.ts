import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/**
 * All processes below `root`, whatever group they moved to: agents run their commands in groups of their own. Empty when
 * the system does not tell.
 */
export async function descendants(root: number): Promise<number[]> {
  const parents = process.platform === 'linux' ? linuxTable() : await psTable();
  const found: number[] = [];
  let level = [root];
  while (level.length > 0) {
    level = parents.filter(([, parent]) => level.includes(parent)).map(([pid]) => pid);
    found.push(...level);
  }
  return found;
}

type PidAndParent = readonly [pid: number, parent: number];

/** From /proc, because small Linux images have no `ps`. */
function linuxTable(): PidAndParent[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name in brackets can itself hold brackets and spaces: state and parent follow the last one.
        const line = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]);
        return [[Number(name), parent] as const];
      } catch {
        return []; // ended in the meantime
      }
    });
}

async function psTable(): Promise<PidAndParent[]> {
  try {
    const { stdout } = await promisify(execFile)('/bin/ps', ['-A', '-o', 'pid=,ppid=']);
    return stdout.split('\n').flatMap((line) => {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      return pid !== undefined && parent !== undefined ? [[pid, parent] as const] : [];
    });
  } catch {
    return [];
  }
}
