import { inside, resolvePath } from '../match/paths.ts';
import { baseName } from './baseName.ts';

/**
 * An argument that reaches out of the workspace folder where nobody expects it: through `..`, into a system's or another
 * person's files, or anywhere outside for a program that writes. `undefined` when there is none.
 */
export function outsidePlace(
  argv: readonly string[],
  from: number,
  cwd: string,
  workspaceFolder: string,
): string | undefined {
  const writes = WRITERS.has(baseName(argv[0] ?? ''));
  return argv.slice(from).find((word) => {
    const value = /^--?[\w-]+=/.test(word) ? word.slice(word.indexOf('=') + 1) : word;
    return isOutside(value, cwd, workspaceFolder, writes);
  });
}

const WRITERS: ReadonlySet<string> = new Set(
  'cp mv ln tee touch mkdir install split csplit patch mktemp rename'.split(' '),
);

const SYSTEM =
  /^\/(?:etc|root|home|Users|proc|sys|dev|run|boot|private|var|Library|System)(?:\/|$)/i;

function isOutside(path: string, cwd: string, folder: string, writes: boolean): boolean {
  const climbs = /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path);
  const isAbsolute = path.startsWith('/');
  if ((!climbs && !isAbsolute) || path === '/dev/null') return false;
  const resolved = resolvePath(path, cwd);
  if (resolved === undefined) return true;
  if (inside(resolved, folder) !== undefined) return false;
  return climbs || SYSTEM.test(resolved) || (writes && !resolved.startsWith('/tmp/'));
}
