import { inside, resolvePath } from '../match/paths.ts';
import { baseName } from './baseName.ts';

/**
 * An argument that reaches out of the workspace folder where nobody expects it: through `..`, into a system's or another
 * person's files, or anywhere outside for a program that does more than read. `undefined` when there is none.
 */
export function outsidePlace(
  argv: readonly string[],
  from: number,
  cwd: string,
  workspaceFolder: string,
): string | undefined {
  const program = baseName(argv[0] ?? '');
  if (SAY_ONLY.has(program)) return undefined;
  const isLocal = (path: string) =>
    !READERS.has(program) && !(WRITERS.has(program) && path.startsWith('/tmp/'));
  const text = textAt(argv, program);
  const mayBeRemote = READERS.has(program) || /^(?:gh|glab)$/.test(program);
  const reaches = (value: string) =>
    isOutside(value, cwd, workspaceFolder, isLocal) || (isRemote(value) && !mayBeRemote);
  return argv.find(
    (word, index) =>
      index >= from &&
      index !== text &&
      ((WALKERS.has(program) && /^\/+\*?$/.test(word)) ||
        (!isLabel(program, word) && valuesIn(word).some(reaches))),
  );
}

/** What is built, by its name from the root of the workspace: `//app:test`, `//app/...`. */
function isLabel(program: string, word: string): boolean {
  const hasLabels = /^(?:bazel|bazelisk|buck2?|pants|gn)$/.test(program);
  return hasLabels && /^@?[\w.-]*\/\/(?!(?:.*\/)?\.\.(?:\/|$))/.test(word);
}

/** Somewhere on the network, which is not this machine; addresses of storage are what cloud commands are about. */
function isRemote(value: string): boolean {
  return (
    /^(?!(?:s3|gs|az|hdfs):)[a-z][a-z0-9+.-]*:\/\//i.test(value) &&
    !/^\w+:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/.test(value)
  );
}

/** Whether a program looks at the files that it is given, and does no more, but for options that are known. */
export function onlyLooksAtFiles(program: string): boolean {
  return READERS.has(program);
}

const SAY_ONLY: ReadonlySet<string> = new Set(['echo', 'printf']);
const WRITERS: ReadonlySet<string> = new Set(
  'cp mv ln tee touch mkdir install split csplit mktemp rename'.split(' '),
);
/** They only look at the files that they are given, or their arguments are often texts that begin with "/". */
const READERS: ReadonlySet<string> = new Set(
  `ls cat head tail wc grep egrep fgrep rg ag find fd fdfind stat file du df tree diff cmp comm join paste cut tr nl tac
  sort uniq column fold rev xxd od hexdump strings md5sum sha1sum sha256sum sha512sum cksum base64 realpath readlink
  basename dirname test expr seq which type date sed gsed awk gawk mawk nawk jq yq git tar unzip lsof`.split(
    /\s+/,
  ),
);
/** They look at everything below a folder, so that the root is all files of the machine. */
const WALKERS: ReadonlySet<string> = new Set(
  'ls find fd fdfind grep egrep fgrep rg ag du tree'.split(' '),
);

/** The index of an argument that is no path whatever it looks like: what is looked for, or a message. */
function textAt(argv: readonly string[], program: string): number | undefined {
  if (program === 'git') {
    const message = argv.findIndex((word) => /^(?:-[avsq]*m|--message)$/.test(word));
    return argv[1] === 'commit' && message > 0 ? message + 1 : undefined;
  }
  if (!/^(?:[ef]?grep|rg|ag)$/.test(program)) return undefined;
  const first = argv.findIndex(
    (word, index) => index > 0 && !/^-[nirRlwvcEFPohHsqxILU]+$/.test(word),
  );
  return argv[first]?.startsWith('-') ? undefined : first;
}

/** What may be a path in a word: all of it, what comes after `=`, `--name:` or before a folder, what is written right after a short option. */
function valuesIn(word: string): readonly string[] {
  const values = [word];
  const assigned = /^[-\w.]+=/.exec(word);
  if (assigned) values.push(...word.split('=').slice(1), word.slice(assigned[0].length));
  const attached = /^-[A-Za-z]+?((?:\/|\.\.(?:[/\\]|$)).+|\.\.$)/.exec(word)?.[1];
  if (attached !== undefined) values.push(attached);
  const named = /^--?[A-Za-z][-\w.]*:(.+)$/s.exec(word)?.[1];
  if (named !== undefined) values.push(named);
  const place = /:(\/(?!\/).*)$/s.exec(word)?.[1];
  if (place !== undefined) values.push(place);
  if (word.startsWith('@')) values.push(word.slice(1));
  return values;
}

const SYSTEM =
  /^\/(?:etc|root|home|Users|proc|sys|dev|run|boot|private|var|Library|System|mnt|media|Volumes|cygdrive|[a-z]\/Users)(?:\/|$)/i;

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
