import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import fc from 'fast-check';
import { quotedWords, scriptOf, unwrapped } from '../../../../src/agents/codex/shellWrapper.ts';
import { needs } from '../../../support/needs.ts';

/** As Rust's `shlex` writes it: the forms that were seen of Codex. */
const WRAPPED: readonly (readonly [string, string])[] = [
  ["/bin/bash -lc 'pnpm test'", 'pnpm test'],
  ['/bin/bash -lc ls', 'ls'],
  [`/bin/bash -lc "it's"`, "it's"],
  ['/usr/bin/sh -c pwd', 'pwd'],
  ['/bin/zsh -lc \'npm "te"st\'', 'npm "te"st'],
  [`/bin/bash -lc 'sh -c "npm test"'`, 'sh -c "npm test"'],
  ["/bin/bash -lc 'echo $HOME `id` \\n'", 'echo $HOME `id` \\n'],
  [`/bin/bash -lc "echo '\\$HOME' \\"x\\" \\\\ \\\`id\\\`"`, 'echo \'$HOME\' "x" \\ `id`'],
  [`/bin/bash -lc 'it'\\''s "both"'`, `it's "both"`],
  [`/bin/bash -lc 'cat <<EOF\nä\nEOF'`, 'cat <<EOF\nä\nEOF'],
  [`/bin/bash -lc ''`, ''],
  // One frame only: what is inside is the model's.
  [`/bin/bash -lc "/bin/bash -lc 'pnpm test'"`, "/bin/bash -lc 'pnpm test'"],
];

const LEFT_AS_THEY_ARE: readonly string[] = [
  'pnpm test',
  "bash -lc 'pnpm test'",
  "./bash -lc 'pnpm test'",
  "/home/dev/project/bin/bash -lc 'pnpm test'",
  "/tmp/bin/bash -lc 'pnpm test'",
  "/bin/../tmp/bash -lc 'pnpm test'",
  "/bin/bash -lc 'pnpm test' more",
  "/bin/bash -l -c 'pnpm test'",
  "/bin/bash -xc 'pnpm test'",
  '/bin/bash -c',
  "/bin/bash -lc 'pnpm test' ; rm -rf /",
  "/bin/bash -lc 'pnpm test'; rm -rf /",
  "/bin/bash -lc 'pnpm test' && rm -rf /",
  "/bin/bash -lc 'pnpm test' > /etc/passwd",
  "/bin/bash -lc 'pnpm test'\nrm -rf /",
  '/bin/bash -lc "pnpm $TEST"',
  '/bin/bash -lc "pnpm `id`"',
  '/bin/bash -lc $TEST',
  "/bin/bash -lc 'pnpm test",
  '/bin/bash -lc "pnpm test',
  '/bin/bash -lc pnpm\\',
  "X=1 /bin/bash -lc 'pnpm test'",
  "powershell.exe -Command 'pnpm test'",
  '',
];

describe("The wrapper around Codex's commands", () => {
  for (const [raw, command] of WRAPPED) {
    it(`is taken off: ${JSON.stringify(raw)}`, () => assert.equal(unwrapped(raw), command));
  }

  for (const raw of LEFT_AS_THEY_ARE) {
    it(`is not seen in ${JSON.stringify(raw)}`, () => assert.equal(unwrapped(raw), raw));
  }

  it('reads back every text that was quoted as one word', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((each) => each !== '');
    fc.assert(
      fc.property(text, (script) => {
        assert.equal(unwrapped(quotedWords(['/bin/bash', '-lc', script])), script);
      }),
    );
  });

  it('gives the words that a real shell reads', function () {
    needs(this, '/bin/bash', fs.existsSync('/bin/bash'));
    const chars = (set: string) =>
      fc.array(fc.constantFrom(...set), { maxLength: 5 }).map((all) => all.join(''));
    const piece = fc.oneof(
      chars(' a$`"\\|;\n!*~').map((text) => `'${text}'`),
      chars(" a'\\$`|;\n!*~").map((text) => `"${text}"`),
      fc.constantFrom("\\'", '\\"', '\\$', '\\ ', '\\\\', 'a', '-', '=', '~', '*', '$', ';', ' '),
    );
    const tail = fc.array(piece, { minLength: 1, maxLength: 4 }).map((all) => all.join(''));
    const asked = fc.sample(tail, 600).map((text) => `/bin/bash -lc ${text}`);
    const taken = asked.filter((raw) => unwrapped(raw) !== raw);
    assert.ok(taken.length > 50);
    // A function of that name tells its arguments instead of running them; one shell for all, since shells start slowly.
    const script = ['function /bin/bash { printf \'%s\\0\' "$#" "$@"; }', ...taken].join('\n');
    const told = execFileSync('/bin/bash', ['-c', script], { encoding: 'utf8' }).split('\0');
    assert.deepEqual(told, [...taken.flatMap((raw) => ['2', '-lc', unwrapped(raw)]), '']);
  });

  it('is made of exactly three words', () => {
    assert.equal(scriptOf(['/bin/bash', '-lc', 'a']), 'a');
    assert.equal(scriptOf(['/bin/bash', '-lc', 'a', 'b']), undefined);
    assert.equal(scriptOf(['/bin/bash', '-lc']), undefined);
  });
});
