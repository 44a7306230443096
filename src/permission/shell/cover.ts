import { baseName } from './baseName.ts';
import { unfamiliarDoubt } from './familiar.ts';
import { argumentDoubt } from './options.ts';
import { onlyLooks, reachOf } from './programs.ts';
import { innerCommandAt, runnerDoubt } from './runners.ts';
import { interpreted } from './scripts.ts';
import type { ShellWord } from './strictWords.ts';
import { takenBack } from './takesBack.ts';

/** What a pattern says of a simple command. */
export type Cover =
  /** It does not begin with these words. */
  | { readonly kind: 'other' }
  /** It does, but also does more than the pattern says; `why` is a part of a sentence, not redacted. */
  | { readonly kind: 'doubt'; readonly why: string }
  /** `script`: the file that it runs, as the command names it. */
  | { readonly kind: 'covered'; readonly script?: string };

const OTHER: Cover = { kind: 'other' };

/** Whether a pattern covers a simple command: the same whole words, and nothing after them that reaches further. */
export function coverOf(words: readonly ShellWord[], tokens: readonly string[]): Cover {
  const argv = words.map(({ text }) => text);
  if (tokens.length === 0 || !tokens.every((token, index) => token === argv[index])) return OTHER;
  const glob = globDoubt(words, tokens.length);
  if (glob !== undefined) return doubt(glob);
  const back = takenBack(argv, tokens.length);
  return back === undefined ? coverOfWords(argv, tokens.length) : doubt(`"${back}"`);
}

function coverOfWords(argv: readonly string[], named: number): Cover {
  const program = argv[0] ?? '';
  const isWhole = argv.length === named;
  if (onlyLooks(argv, named)) return { kind: 'covered' };
  const reach = reachOf(program);
  if (reach === 'never') return doubt(`"${program}", which runs what its words do not show`);
  if (reach === 'interpreter') return coverOfInterpreted(argv, named);
  const inner = innerCommandAt(argv);
  if (inner !== undefined) {
    if (inner >= named) return doubt('a program that the rule does not name');
    return coverOfWords(argv.slice(inner), named - inner);
  }
  const why = isWhole
    ? undefined
    : (runnerDoubt(argv, named) ??
      argumentDoubt(argv, named) ??
      (program.includes('/') ? undefined : unfamiliarDoubt(argv, named)));
  if (why !== undefined) return doubt(why);
  return program.includes('/') ? { kind: 'covered', script: program } : { kind: 'covered' };
}

function coverOfInterpreted(argv: readonly string[], named: number): Cover {
  const run = interpreted(argv);
  const isWhole = argv.length === named;
  switch (run.kind) {
    case 'nothing':
      return isWhole ? { kind: 'covered' } : doubt('code that the rule does not name');
    case 'stdin':
      return doubt('code from its input');
    case 'inline':
      return isWhole ? { kind: 'covered' } : doubt('code that the rule does not name');
    case 'module':
    case 'script': {
      if (run.at >= named) return doubt('a script that the rule does not name');
      const why = isWhole ? undefined : scriptDoubt(argv.slice(run.at), named - run.at, run.kind);
      if (why !== undefined) return doubt(why);
      return run.kind === 'module'
        ? { kind: 'covered' }
        : { kind: 'covered', script: argv[run.at] ?? '' };
    }
  }
}

/** What is against the arguments of a script or module, which is the first word here. Node's test runner loads more code. */
function scriptDoubt(
  argv: readonly string[],
  named: number,
  kind: 'module' | 'script',
): string | undefined {
  const [name = '', ...rest] = argv;
  const known = [name === '--test' ? 'node' : baseName(name), ...rest];
  const doubt = runnerDoubt(known, named) ?? argumentDoubt(known, named);
  return doubt ?? (kind === 'module' ? unfamiliarDoubt(known, named) : undefined);
}

/**
 * A wildcard can turn into any file name: an option where it may start with a dash, another program. One that comes after a
 * folder in plain words can only be a file there.
 */
function globDoubt(words: readonly ShellWord[], named: number): string | undefined {
  const program = baseName(words[0]?.text ?? '');
  const hasLanguage = /^(?:g?sed|[gmn]?awk|find|fd|tar|git)$/.test(program);
  // None of their options writes, runs or loads anything, so that it does not matter what the name becomes.
  const isHarmless =
    /^(?:ls|cat|head|tail|wc|[ef]?grep|stat|du|nl|tac|(?:md5|sha\d+)sum|cksum|echo|realpath|readlink|dirname|basename|cmp)$/.test(
      program,
    );
  // A protected file can hide behind one: `./.git/hook*`.
  const isHidden = (text: string) => /(?:^|\/)\.(?!\.?(?:\/|$))/.test(text);
  const open = words.find(
    ({ globPrefix, text }, index) =>
      globPrefix !== undefined &&
      (index < named ||
        hasLanguage ||
        (!isHarmless && isHidden(text)) ||
        !(
          (isHarmless && /^(?!-)|^--[a-z-]+=/.test(globPrefix)) ||
          /^(?:\.\/|[\w@][^-]*\/)/.test(globPrefix)
        )),
  );
  return open && `the wildcard "${open.text}"`;
}

function doubt(why: string): Cover {
  return { kind: 'doubt', why };
}
