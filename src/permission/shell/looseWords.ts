import { baseName } from './baseName.ts';
import { isPlainGit } from './gitDoubt.ts';
import { reachOf, runsOthers } from './programs.ts';
import { strictCommands } from './strictWords.ts';

/** How deep commands are looked for in the quoted arguments of others. */
const MAX_DEPTH = 4;

type Argv = readonly string[];

/**
 * Every command that a line may run, as far as it shows: behind operators, in substitutions, after wrappers (`env`,
 * `xargs`), in the text given to a shell. Finds too many rather than too few: for denying, never for allowing.
 */
export function looseCommands(text: string): readonly Argv[] {
  return commandsIn(text, wordsThatMayRun, 0);
}

/** Git's own commands that look or record run nothing out of their words, such as a message. */
function wordsThatMayRun([program = '', ...words]: Argv): Argv {
  if (!runsOthers(program) || (baseName(program) === 'git' && isPlainGit(words[0] ?? '')))
    return [];
  return words.map((word) => word.replace(/^\w+=(?=\w)/, ''));
}

/** The same, but only what is really run after a wrapper: an argument that names a file is no command. */
export function wrappedCommands(text: string): readonly Argv[] {
  return commandsIn(text, (argv) => (hasCommandText(argv) ? argv.slice(1) : []), 0);
}

function commandsIn(
  text: string,
  wordsToTry: (argv: Argv) => Argv,
  depth: number,
): readonly Argv[] {
  const strict = strictCommands(text);
  const runs = strict.ok
    ? strict.value.commands.map(({ words }) => words.map((word) => word.text))
    : split(text);
  return runs.flatMap((run) => {
    const argv = afterPrefix(run);
    if (argv.length === 0) return [];
    const inner = depth >= MAX_DEPTH ? [] : wordsToTry(argv);
    return [
      argv,
      ...inner.flatMap((word, index): readonly Argv[] => {
        if (/[\s;&|]/.test(word)) return commandsIn(word, wordsToTry, depth + 1);
        return word.startsWith('-') ? [] : [[word, ...argv.slice(index + 2)]];
      }),
    ];
  });
}

const WRAPPERS: ReadonlySet<string> = new Set(
  `env timeout gtimeout nice nohup time stdbuf setsid ionice chrt taskset watch strace sudo doas exec command builtin
  eval xargs flock`.split(/\s+/),
);

function hasCommandText(argv: Argv): boolean {
  const program = baseName(argv[0] ?? '');
  if (WRAPPERS.has(program)) return true;
  return reachOf(program) === 'interpreter' && /^-[a-z]*c$/.test(argv[1] ?? '');
}

/** Without quotes, cut wherever a shell could begin a command. */
function split(text: string): string[][] {
  return (
    text
      .replace(/\\\n/g, '')
      .replace(/\$'((?:[^'\\]|\\.)*)'/gs, (_, quoted: string) => unescaped(quoted))
      .replace(/\$\{?IFS\}?/g, ' ')
      // A redirection may come before the program.
      .replace(/(^|[;&|\n({])[ \t]*\d*(?:&?>{1,2}|<)&?[ \t]*[^\s;&|<>()]+/g, '$1')
      .split(/[;&|\n\r(){}`]/)
      .map((run) =>
        run
          .replace(/\$?['"\\]/g, '')
          .split(/[\s<>]+/u)
          .filter((word) => word !== ''),
      )
  );
}

/** What bash reads between `$'` and `'`, as far as it can hide a name. */
function unescaped(quoted: string): string {
  return quoted.replace(
    /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|U([0-9a-f]{1,6})|([0-7]{1,3})|(.))/gis,
    (_, hex?: string, short?: string, long?: string, octal?: string, char?: string) => {
      if (char !== undefined) return char;
      const code = octal
        ? Number.parseInt(octal, 8)
        : Number.parseInt(hex ?? short ?? long ?? '', 16);
      return code > 0x10ffff ? '' : String.fromCodePoint(code);
    },
  );
}

const PREFIX =
  /^(?:-.*|\w+\+?=.*|!|if|then|else|elif|do|while|until|time|case|in|coproc|function|\d|\$|\/dev\/null|noglob|nocorrect)$/;

function afterPrefix(run: Argv): Argv {
  const at = run.findIndex((word) => !PREFIX.test(word));
  return at < 0 ? [] : run.slice(at);
}
