/** Words that are not options, in order; everything after `--`. */
export function operandsOf(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  if (end >= 0) return [...operandsOf(words.slice(0, end)), ...words.slice(end + 1)];
  return words.filter((word) => !/^-./.test(word));
}

/**
 * sed's language can write files (`w`) and run commands (`e`), so only the scripts that people use to look at a file and
 * plain substitutions pass.
 */
export function sedDoubt(argv: readonly string[], from: number): string | undefined {
  const args = argv.slice(1);
  const scripts: { readonly text: string; readonly at: number }[] = [];
  let first: number | undefined;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (/^-[nErsuz]*e$/.test(word) || word === '--expression')
      scripts.push({ text: args[++at] ?? '', at: at + 1 });
    else if (word.startsWith('--expression=')) scripts.push({ text: word.slice(13), at: at + 1 });
    else if (/^(?:-[nErsuz]+|--(?:quiet|silent|regexp-extended|posix|debug))$/.test(word)) continue;
    else if (word.startsWith('-') && word !== '-') {
      if (at + 1 >= from) return `"${word}"`;
    } else first ??= at;
  }
  if (scripts.length === 0 && first !== undefined)
    scripts.push({ text: args[first] ?? '', at: first + 1 });
  const unknown = scripts.find(({ text, at }) => at >= from && !isPlainSed(text));
  return unknown && `a sed script that may write or run ("${unknown.text}")`;
}

function isPlainSed(script: string): boolean {
  return script.split(/[;\n]/).every((part) => SED_LOOK.test(part) || isSubstitution(part));
}

/** `5p`, `1,20p`, `/a/,/b/p`, `$d`, `10q`. */
const SED_LOOK =
  /^\s*(?:(?:\d+|\$|\/[^/\\]*\/)(?:\s*,\s*(?:\+?\d+|\$|\/[^/\\]*\/))?)?\s*!?\s*[pdq=]?\s*$/;

function isSubstitution(part: string): boolean {
  const match = /^\s*(?:\d+(?:,(?:\d+|\$))?)?s([/|,:#@!%_])/.exec(part);
  const mark = match?.[1];
  if (!match || mark === undefined) return false;
  let marks = 0;
  for (let at = match[0].length; at < part.length; at++) {
    const char = part[at];
    if (char === '\\') at++;
    else if (char === mark && ++marks === 2) return /^[gpiI\d]*\s*$/.test(part.slice(at + 1));
    else if (char === '[' && marks === 0) {
      // Some end the expression at a mark in here, some do not.
      const end = part.indexOf(']', at + (part[at + 1] === '^' ? 3 : 2));
      if (end < 0 || part.slice(at, end).includes(mark)) return false;
      at = end;
    }
  }
  return false;
}

/** awk can run commands, write files and load more code; only programs that pick and print pass. */
export function awkDoubt(argv: readonly string[], from: number): string | undefined {
  const args = argv.slice(1);
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '-F' || (word === '-v' && /^[A-Za-z]\w*=/.test(args[at + 1] ?? ''))) at++;
    else if (!/^-F./.test(word)) break;
  }
  const program = args[at] ?? '';
  if (program.startsWith('-') && at + 1 >= from) return `"${program}"`;
  const isPlain = !AWK_REACHES.test(withoutComparisons(program));
  return isPlain || at + 1 < from ? undefined : `an awk program that may write or run`;
}

const AWK_REACHES =
  /system|getline|close|fflush|extension|include|load|ARGV|ARGC|ENVIRON|PROCINFO|SYMTAB|[|>@`\\]|&\s*$/i;

/**
 * Without what only looks like writing: a regular expression that the program begins with, `||`, and each `>` that comes
 * before the first `print`, which therefore compares.
 */
function withoutComparisons(program: string): string {
  const rest = program.replace(/^\s*!?\s*\/(?:[^/\\\n]|\\[^\n])*\//, ' ').replaceAll('||', ' ');
  const print = rest.search(/print/i);
  const end = print < 0 ? rest.length : print;
  return rest.slice(0, end).replaceAll('>', ' ') + rest.slice(end);
}
