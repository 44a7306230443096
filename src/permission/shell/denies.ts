import { baseName } from './baseName.ts';
import { hasCommands } from './runners.ts';

/**
 * Whether a deny pattern holds for a command, read generously: the program by its name wherever it lies, options in any
 * order and bundled or not, other words in order with anything between; but `git stash push` is no `git push`.
 */
export function deniesCommand(argv: readonly string[], tokens: readonly string[]): boolean {
  const [program = '', ...rest] = tokens;
  if (baseName(argv[0] ?? '') !== baseName(program)) return false;
  const given = argv.slice(1).flatMap(unbundled);
  const wanted = rest.flatMap(unbundled);
  if (!wanted.filter(isOption).every((option) => given.includes(option))) return false;
  const words = given.filter((word) => !isOption(word));
  if (
    hasCommands(program) &&
    !comesFirst(
      wanted.find((word) => !isOption(word)),
      given,
    )
  )
    return false;
  let at = 0;
  return wanted
    .filter((word) => !isOption(word))
    .every((word) => {
      at = words.indexOf(word, at) + 1;
      return at > 0;
    });
}

/** Whether nothing but options, and words that may be their values, comes before the first wanted word. */
function comesFirst(first: string | undefined, given: readonly string[]): boolean {
  if (first === undefined) return true;
  const at = given.findIndex(
    (word, index) => word === first || !(isOption(word) || isOption(given[index - 1] ?? '')),
  );
  return given[at] === first;
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** `-rf` as `-r` `-f`, `./x` as `x`. */
function unbundled(word: string): readonly string[] {
  if (/^-[a-zA-Z]{2,}$/.test(word)) return [...word.slice(1)].map((letter) => `-${letter}`);
  return [word.replace(/^(?:\.\/+)+/, '')];
}
