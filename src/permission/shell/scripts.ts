import { baseName } from './baseName.ts';
import { wrappedCommands } from './looseWords.ts';
import { reachOf } from './programs.ts';

/** What an interpreter is told to run. `at` is the index of the word that names it. */
export type Interpreted =
  | { readonly kind: 'nothing' | 'stdin' | 'inline' }
  | { readonly kind: 'script' | 'module'; readonly at: number };

/** What `argv`, whose first word is an interpreter, runs. Where options are not known the answer is `inline`. */
export function interpreted(argv: readonly string[]): Interpreted {
  const program = baseName(argv[0] ?? '');
  if (OWN_COMMANDS[program]?.test(argv[1] ?? '')) return { kind: 'inline' };
  const isShell = /^(?:\w*sh|pwsh|nu)$/.test(program);
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '-' || (isShell && /^-[a-zA-Z]*s/.test(word))) return { kind: 'stdin' };
    if (!word.startsWith('-')) return { kind: 'script', at };
    if (word === '-m' || word === '--test') {
      // Python's module is the next word; Node's test runner looks for its files itself.
      return { kind: 'module', at: word === '-m' ? at + 1 : at };
    }
    if (word === '-jar') return { kind: 'script', at: at + 1 };
    if (HARMLESS.test(word)) continue;
    if (ASKS_ONLY.test(word))
      return argv.length === at + 1 ? { kind: 'nothing' } : { kind: 'inline' };
    return { kind: 'inline' };
  }
  return { kind: 'stdin' };
}

/** What they do themselves: a word that is no script. */
const OWN_COMMANDS: Readonly<Record<string, RegExp>> = {
  swift: /^(?:build|test|run|package|sdk)$/,
  dart: /^(?:analyze|build|compile|create|doc|fix|format|info|pub|run|test)$/,
  stack: /^[a-z]+$/,
};

/** Flags without a value that only change how a script runs. */
const HARMLESS =
  /^(?:-[uBOEsISx]|-e(?=$)|-l|--no-warnings|--enable-source-maps|--experimental-strip-types|--trace-\w+|--)$/;
const ASKS_ONLY = /^(?:-[vVh]|-version|--version|--help)$/;

/** The script files that a command line runs, as it names them; also out of wrappers, quotes and substitutions. */
export function scriptsIn(command: string): readonly string[] {
  return [...new Set(wrappedCommands(command).flatMap((argv) => scriptsOf(argv)))];
}

function scriptsOf(argv: readonly string[]): readonly string[] {
  const program = argv[0] ?? '';
  if (program === '.' || program === 'source') return argv.slice(1, 2);
  const own = program.includes('/') ? [program] : [];
  if (reachOf(program) !== 'interpreter') return own;
  const run = interpreted(argv);
  if (run.kind === 'script') return [...own, ...argv.slice(run.at, run.at + 1)];
  // After options that are not known: what looks like a file.
  if (run.kind === 'inline' && !INLINE.test(argv[1] ?? ''))
    return [...own, ...argv.slice(1).filter((word) => /^[^-\s]\S*\.\w{1,5}$/.test(word))];
  return own;
}

const INLINE = /^-(?:[a-zA-Z]*[ceEpr]|-eval|-print|-command)/;
