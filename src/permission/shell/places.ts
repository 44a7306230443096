import { inside, resolvePath } from '../match/paths.ts';
import { baseName } from './baseName.ts';

/**
 * An argument that reaches out of the workspace folder where nobody expects it: through `..`, into a system's or another
 * person's files, or anywhere outside for a program that writes or runs what it is given. `undefined` when there is none.
 */
export function outsidePlace(
  argv: readonly string[],
  from: number,
  cwd: string,
  workspaceFolder: string,
): string | undefined {
  const program = baseName(argv[0] ?? '');
  const isLocal = (path: string) =>
    RUNNERS.has(program) || (WRITERS.has(program) && !path.startsWith('/tmp/'));
  return argv.slice(from).find((word) => {
    const value = /^--?[\w-]+=/.test(word) ? word.slice(word.indexOf('=') + 1) : word;
    return isOutside(value, cwd, workspaceFolder, isLocal);
  });
}

const WRITERS: ReadonlySet<string> = new Set(
  'cp mv ln tee touch mkdir install split csplit patch mktemp rename'.split(' '),
);
/** They run the code in the files that they are given. */
const RUNNERS: ReadonlySet<string> = new Set(
  'pytest jest vitest mocha eslint tsc prettier'.split(' '),
);

const SYSTEM =
  /^\/(?:etc|root|home|Users|proc|sys|dev|run|boot|private|var|Library|System)(?:\/|$)/i;

function isOutside(
  path: string,
  cwd: string,
  folder: string,
  isLocal: (path: string) => boolean,
): boolean {
  const climbs = /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path);
  const isAbsolute = path.startsWith('/');
  if ((!climbs && !isAbsolute) || path === '/dev/null') return false;
  const resolved = resolvePath(path, cwd);
  if (resolved === undefined) return true;
  if (inside(resolved, folder) !== undefined) return false;
  return climbs || SYSTEM.test(resolved) || isLocal(resolved);
}
