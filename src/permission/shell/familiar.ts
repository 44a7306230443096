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
  const [, verb = ''] = argv;
  const odd = argv.slice(from).find((word) => {
    if (word.startsWith('-')) return !HARMLESS.test(word);
    // A command of its own, where the pattern names the program alone; and what it is told to run.
    const reaches = from === 1 ? CHANGES.test(word) : from === 2 && RUNS.test(verb);
    return reaches || MAY_BE_CODE.test(word);
  });
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
  /^(?:-[vqV]|--(?:verbose|quiet|silent|help|version|all|all-files|json|no-color|colou?rs?(?:=\w+)?|dry-run|check|diff|strict|list|summary|stats|no-cache|no-progress|coverage|ci|format=\w+|(?:limit|level|timeout)(?:=\w+)?))$/;
const RUNS = /^(?:run|exec|eval|start|shell|script|console)$/;
const CHANGES =
  /^(?:(?:un)?(?:install|set|link|publish|tag)|(?:set|add|remove|delete|create|update)-.*|run|exec|eval|start|stop|restart|shell|script|console|deploy|release|push|pull|sync|upload|send|login|logout|auth|config|init|new|add|rm|remove|del|delete|destroy|drop|kill|clean|purge|prune|reset|restore|import|apply|migrate|upgrade|update|fix|format|edit|write|put|move|rename|browse|open|serve|server|commit|checkout|switch|merge|rebase|revert)$/;
/** Code, `key=value`, a file with options, or what comes through a named channel: `msl:x`. */
const MAY_BE_CODE =
  /[\s;|&$`(){}<>\\"']|^[\w.-]+=|^@|^[A-Za-z][\w+.-]*:(?!\d)|^(?:[\w-]+\.)+(?:com|org|net|io|dev)\//;

/** No option of theirs runs, loads or writes anything, or the checks for all programs know it. */
const OTHERS: ReadonlySet<string> = new Set(
  `pwd whoami id uname nproc free uptime netstat pgrep pidof sleep true false : seq cal locale getconf lscpu lsblk vmstat w
  who last groups whereis expand unexpand fmt pr factor numfmt ack tokei wait dig nslookup host ping whois exit cd
  clear tput echo printf cp mv ln tee touch mkdir install split csplit mktemp rustup
  isort black unittest shellcheck hadolint yamllint swiftlint`.split(/\s+/),
);
