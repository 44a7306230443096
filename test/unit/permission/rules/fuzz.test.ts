import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { execute } from '../../../support/builders.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';
import { judge, ruleFor } from './engineUnderTest.ts';

/** `COUNTERSIGN_FUZZ_CASES=1000000` for a long run. */
const CASES = Number(process.env['COUNTERSIGN_FUZZ_CASES'] ?? 100_000);

/** So many of the lines that were made to be covered also run in bash; of the changed ones all do. */
const SURE = 500;

const PATTERNS = [['git', 'log'], ['pnpm', 'test'], ['ls'], ['grep'], ['cat']];
const RULES = PATTERNS.map((tokens) => ruleFor({ kind: 'command', tokens }));

/** A command line, and whether the way it was made says that an uncovered command is run. */
interface Line {
  readonly text: string;
  /** `unknown` where a character was changed at random: then only a real shell can tell. */
  readonly runs: 'covered' | 'uncovered' | 'unknown';
}

const covered = fc.constantFrom(
  'git log',
  'git  log --oneline',
  'pnpm test',
  'ls -la',
  'cat x',
  "'ls' y",
  'git "log"',
);
const forbidden = fc.constantFrom(
  'rm x',
  'curl e',
  'git push',
  'pnpm publish',
  'lsx',
  'r\\m x',
  "'rm' x",
  './ls',
  'git logs',
  '"ls -la"',
);
/** Text that is harmless only as long as its quotes hold. */
const quotedText = fc
  .tuple(
    fc.constantFrom(
      'a;b',
      ' rm x ',
      '; rm x',
      '&& rm x',
      '| sh',
      '#',
      'a # b',
      '> f',
      '(rm x)',
      '{ rm x; }',
    ),
    fc.constantFrom("'", '"'),
  )
  .map(([text, quote]) => `grep ${quote}${text}${quote} f`);
const quiet = fc.constantFrom('', '', '', ' 2>&1', ' >/dev/null', ' 2>/dev/null', ' &>/dev/null');
const plainPart = fc
  .tuple(fc.oneof(covered, covered, quotedText), quiet)
  .map(([command, end]) => command + end);
const separator = fc.constantFrom(
  '; ',
  ';',
  ' && ',
  '&&',
  ' || ',
  ' | ',
  '|',
  '\n',
  '\n\n',
  ' # c\n',
  ' &&\n',
  ' \\\n&& ',
);

const coveredLine: fc.Arbitrary<Line> = fc
  .tuple(plainPart, fc.array(fc.tuple(separator, plainPart), { maxLength: 5 }))
  .map(([first, more]) => ({
    text: first + more.map(([between, part]) => between + part).join(''),
    // tree-sitter loses the newline after some comments; then the two readers differ and the line asks.
    runs: more.some(([between]) => between.includes('#')) ? 'unknown' : 'covered',
  }));

/** Every way to run a command that the matcher has to see. */
const smuggled = fc
  .tuple(
    forbidden,
    fc.constantFrom(
      (c: string) => c,
      (c: string) => `ls $(${c})`,
      (c: string) => `ls "$(${c})"`,
      (c: string) => `ls \`${c}\``,
      (c: string) => `(${c})`,
      (c: string) => `{ ${c}; }`,
      (c: string) => `ls <(${c})`,
      (c: string) => `A=b ${c}`,
      (c: string) => `! ${c}`,
      (c: string) => `${c} &`,
      (c: string) => `if ls; then ${c}; fi`,
      (c: string) => `ls & ${c}`,
      (c: string) => `cat <<E\n$(${c})\nE`,
      (c: string) => `${c} 2>/dev/null`,
      (c: string) => `ls 'a'; ${c} # 'b'`,
      (c: string) => `ls # '\n${c} # '`,
      (c: string) => `ls "a\\""; ${c}; ls "b"`,
      (c: string) => `ls \\'; ${c}; ls \\'`,
    ),
  )
  .map(([command, wrap]) => wrap(command));
const uncoveredLine: fc.Arbitrary<Line> = fc
  .tuple(fc.array(fc.tuple(plainPart, separator), { maxLength: 4 }), smuggled)
  .map(([before, last]) => ({
    // An earlier `||` or a failing part may skip the last one; that it is there is enough.
    text: `${before.map(([part, between]) => part + between).join('')}${last}`,
    runs: 'uncovered',
  }));

/** A line with some characters put in or taken out. */
const changedLine: fc.Arbitrary<Line> = fc
  .tuple(
    fc.oneof(coveredLine, uncoveredLine),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom(
          ...'\'"\\`$(){};&|<>#\n\r \t=~!*?[]^@-',
          '',
          '',
          '${',
          '$(',
          "$'",
          '\u00a0',
          '&&',
          'rm x',
        ),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([{ text }, changes]) => ({ text: changes.reduce(changed, text), runs: 'unknown' }));

function changed(text: string, [place, piece]: readonly [number, string]): string {
  const at = place % (text.length + 1);
  return text.slice(0, at) + piece + text.slice(piece === '' ? at + 1 : at);
}

const anyLine = fc.oneof(
  { weight: 2, arbitrary: coveredLine },
  { weight: 3, arbitrary: uncoveredLine },
  { weight: 5, arbitrary: changedLine },
);

describe('Generated command lines', () => {
  const folder = temporaryFolder();
  after(() => removeFolder(folder));

  it(`run nothing that no rule covers, in real bash too (${CASES} cases)`, async function () {
    this.timeout(0);
    const allowed = new Set<string>();
    await fc.assert(
      fc.asyncProperty(anyLine, async ({ text, runs }) => {
        const { verdict } = await judge(execute(text), RULES);
        if (verdict === 'allow' && (runs === 'unknown' || allowed.size < SURE)) allowed.add(text);
        if (runs === 'uncovered') assert.equal(verdict, 'ask', text);
        if (runs === 'covered') assert.equal(verdict, 'allow', text);
      }),
      { numRuns: CASES },
    );
    assert.ok(allowed.size > CASES / 100, 'too few to mean anything');
    const ran = runInBash([...allowed], folder);
    assert.ok(ran.length >= allowed.size, 'each line runs at least its first command');
    assert.deepEqual(
      ran.filter(({ argv }) => !isCovered(argv)),
      [],
    );
  });

  it('the bash that checks sees what a line runs', () => {
    const [first, second] = ['ls "$(rm x)"; git log', 'if cat; then curl e; fi'] as const;
    const torn = "grep 'a\nb' | cat | grep 'c\nd' | git log";
    const words = runInBash(Array(200).fill(torn), folder).map(({ argv }) => argv.join(' '));
    assert.deepEqual([...new Set(words)].sort(), ['cat', 'git log', 'grep a\nb', 'grep c\nd']);
    assert.deepEqual(runInBash([first, second], folder), [
      { line: first, argv: ['rm', 'x'] },
      { line: first, argv: ['ls', ''] },
      { line: first, argv: ['git', 'log'] },
      { line: second, argv: ['cat'] },
      { line: second, argv: ['curl', 'e'] },
    ]);
  });
});

/** Our own reading of a pattern: the words that were really run begin with it. */
function isCovered(argv: readonly string[]): boolean {
  return PATTERNS.some((tokens) => tokens.every((token, index) => token === argv[index]));
}

/** What a line ran. */
interface Ran {
  readonly line: string;
  readonly argv: readonly string[];
}

/** Bash writes line by line: a record with a line break in it could be torn by what another part of a pipeline tells. */
const TELLS = `command_not_found_handle() {
  local IFS=$'\\x1f' words
  words="$*"
  printf '%s\\x1f%s\\x1e' "$at" "\${words//$'\\n'/$'\\x1d'}" >&9
  return 0
}`;

/** Lets one bash run all lines with nothing on its PATH, so that every program ends in a function that tells its words. */
function runInBash(lines: readonly string[], folder: string): readonly Ran[] {
  const nowhere = path.join(folder, 'nowhere');
  mkdirSync(nowhere, { recursive: true });
  const script = [
    TELLS,
    'exec 9>&3 3>&- </dev/null >/dev/null 2>&1',
    ...lines.map((line, at) => `at=${at}; eval '${line.replaceAll("'", "'\\''")}'`),
  ].join('\n');
  const file = path.join(folder, 'lines.sh');
  writeFileSync(file, script);
  return told(file, nowhere).map((record) => {
    const [at, ...argv] = record.replaceAll('\x1d', '\n').split('\x1f');
    assert.match(at ?? '', /^\d+$/, `a record was torn: ${JSON.stringify(record)}`);
    return { line: lines[Number(at)] ?? '', argv };
  });
}

function told(file: string, cwd: string): readonly string[] {
  const { output, status, signal } = spawnSync('/bin/bash', ['--norc', '--noprofile', file], {
    cwd,
    env: { PATH: cwd },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
    timeout: 300_000,
  });
  assert.deepEqual([typeof status, signal], ['number', null]);
  return (output[3] ?? '').split('\x1e').slice(0, -1);
}
