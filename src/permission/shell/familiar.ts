import { baseName } from './baseName.ts';
import { hasKnownOptions } from './options.ts';
import { onlyLooksAtFiles } from './places.ts';
import { hasCommands } from './runners.ts';

/**
 * Why arguments beyond the pattern's own are too much for a program that Countersign does not know, in words for a person:
 * any option may run or write, and a text may be code. `argv` is the whole command; those from `from` on are not in the pattern.
 */
export function unfamiliarDoubt(argv: readonly string[], from: number): string | undefined {
  const program = baseName(argv[0] ?? '');
  if (isFamiliar(program)) return undefined;
  const odd = argv
    .slice(from)
    .find((word) => (word.startsWith('-') ? !HARMLESS.test(word) : MAY_BE_CODE.test(word)));
  return odd && `"${odd}", since it is not known what "${program}" does with it`;
}

function isFamiliar(program: string): boolean {
  return (
    OTHERS.has(program) ||
    hasKnownOptions(program) ||
    hasCommands(program) ||
    onlyLooksAtFiles(program)
  );
}

/** What every program that has them means alike. */
const HARMLESS =
  /^(?:-[vqV]|--(?:verbose|quiet|silent|help|version|all|all-files|json|no-color|colou?rs?(?:=\w+)?|dry-run|check|diff|strict|list|summary|stats|no-cache|no-progress|coverage|ci|(?:format|limit|level|timeout)(?:=\w+)?))$/;
/** Code, `key=value`, a file with options, or what comes through a named channel: `msl:x`. */
const MAY_BE_CODE = /[\s;|&$`(){}<>\\"']|^[\w.-]+=|^@|^[A-Za-z][\w+.-]*:(?!\d)/;

/** No option of theirs runs, loads or writes anything, or the checks for all programs know it. */
const OTHERS: ReadonlySet<string> = new Set(
  `pwd whoami id uname nproc free uptime netstat pgrep pidof sleep true false : seq cal locale getconf lscpu lsblk vmstat w
  who last groups whereis expand unexpand fmt pr factor numfmt ack tokei wait dig nslookup host ping whois exit cd
  clear tput echo printf cp mv ln tee touch mkdir install split csplit mktemp rustup
  isort black unittest shellcheck hadolint yamllint swiftlint`.split(/\s+/),
);
