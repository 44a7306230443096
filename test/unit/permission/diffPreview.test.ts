import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FileChange } from '../../../src/permission/action.ts';
import { type DiffPreview, diffPreview } from '../../../src/permission/diffPreview.ts';
import { plain } from '../../../src/permission/spans.ts';

const MAX = 60_000;

function rows(change: FileChange, max = MAX): string[] {
  return show(diffPreview('/p/a.txt', change, max));
}

function show(preview: DiffPreview): string[] {
  return preview.rows.map(({ sign, line, text }) => `${sign}${line ?? ''} ${plain(text)}`);
}

function numbered(count: number, prefix = 'line'): string {
  return Array.from({ length: count }, (_, index) => `${prefix} ${index + 1}\n`).join('');
}

describe('diffPreview', () => {
  it('shows the changed lines with three lines around, by their numbers in a whole file', () => {
    const oldText = numbered(20);
    const newText = oldText.replace('line 10\n', 'line ten\nline 10b\n').replace('line 18\n', '');
    assert.deepEqual(rows({ kind: 'write', oldText, newText }), [
      ' 7 line 7',
      ' 8 line 8',
      ' 9 line 9',
      '-10 line 10',
      '+10 line ten',
      '+11 line 10b',
      ' 12 line 11',
      ' 13 line 12',
      ' 14 line 13',
      ' 16 line 15',
      ' 17 line 16',
      ' 18 line 17',
      '-18 line 18',
      ' 19 line 19',
      ' 20 line 20',
    ]);
  });

  it('has no line numbers where the place in the file is not known', () => {
    assert.deepEqual(rows({ kind: 'replace', oldText: 'a\nb', newText: 'a\nc', all: false }), [
      ' ' + ' a',
      '- b',
      '+ c',
    ]);
  });

  it('shows a new file, an emptied one and no change', () => {
    assert.deepEqual(rows({ kind: 'write', newText: 'a\n\nb' }), ['+1 a', '+2 ', '+3 b']);
    assert.deepEqual(rows({ kind: 'write', oldText: 'a\n', newText: '' }), ['-1 a']);
    assert.deepEqual(rows({ kind: 'write', oldText: 'a\n', newText: 'a\n' }), []);
  });

  it('tells both texts apart: old is context and removed, new is context and added', () => {
    const line = fc.constantFrom('a', 'b', 'c', '');
    const text = fc
      .array(line, { maxLength: 30 })
      .map((lines) => lines.map((l) => `${l}\n`).join(''));
    fc.assert(
      fc.property(text, text, (oldText, newText) => {
        const preview = diffPreview('/p/a', { kind: 'write', oldText, newText }, MAX);
        const oldLines = oldText.split('\n');
        const newLines = newText.split('\n');
        for (const { sign, line: at = 0, text: spans } of preview.rows) {
          const expected = sign === '-' ? oldLines[at - 1] : newLines[at - 1];
          assert.equal(plain(spans), expected);
        }
        assert.equal(
          oldLines.length + preview.added - preview.removed,
          newLines.length,
          'as many lines as the change makes',
        );
      }),
    );
  });

  it('takes only what stands before the first hunk of a patch for its header', () => {
    const diff = '--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n same\n--- sql comment\n+++ x\n';
    assert.deepEqual(rows({ kind: 'patch', diff }), [
      '  @@ -1,3 +1,3 @@',
      '  same',
      '- -- sql comment',
      '+ ++ x',
    ]);
    assert.deepEqual(rows({ kind: 'patch', diff: 'rm -rf /\n@@ x\n+a' }), [
      '  rm -rf /',
      '  @@ x',
      '+ a',
    ]);
  });

  it('counts what it does not show', () => {
    const preview = diffPreview('/p/a', { kind: 'write', newText: numbered(5000) }, MAX);
    assert.deepEqual([preview.rows.length, preview.omitted, preview.added], [1000, 4000, 5000]);
    const wide = diffPreview(
      '/p/a',
      { kind: 'write', newText: `${'x'.repeat(1500)}\n`.repeat(100) },
      MAX,
    );
    assert.deepEqual([wide.rows.length, wide.omitted], [40, 60]);
  });

  it('shows everything as replaced when the texts have too little in common', () => {
    const change: FileChange = {
      kind: 'write',
      oldText: numbered(800, 'old'),
      newText: numbered(800, 'new'),
    };
    const preview = diffPreview('/p/a', change, MAX);
    assert.deepEqual([preview.added, preview.removed], [800, 800]);
    assert.equal(show(preview)[0], '-1 old 1');
  });

  it('shows no part of a secret that lies across the end of what is shown of a line', () => {
    for (const at of [1975, 1990, 1999]) {
      const newText = `${'x'.repeat(at - 1)} ghp_${'s3cr3t'.repeat(7)} ${'y'.repeat(100)}`;
      const [row = ''] = rows({ kind: 'write', newText });
      assert.match(row, /x \[redacted: GitHub token\] … \d+ more characters$/);
    }
  });

  it('takes out every line of a private key, also of one whose header is out of sight', () => {
    const body = `${'AbCdEfGh01234567'.repeat(4)}\n`;
    const key = `-----BEGIN PRIVATE KEY-----\n${body.repeat(10)}AbCd==\n-----END PRIVATE KEY-----\n`;
    const changed = key.replace(
      body.repeat(10),
      `${body.repeat(5)}${'Z'.repeat(32)}${'a1'.repeat(16)}\n${body.repeat(4)}`,
    );
    const changes: FileChange[] = [
      { kind: 'write', newText: `a\n${key}b\n` },
      { kind: 'write', oldText: `a\n${key}b\n`, newText: `a\n${changed}b\n` },
      { kind: 'replace', oldText: body.repeat(3), newText: body.repeat(4), all: false },
      { kind: 'patch', diff: `@@ x\n${key.replaceAll(/^(?=.)/gm, '+')}` },
    ];
    for (const change of changes)
      assert.doesNotMatch(rows(change).join('\n'), /AbCdEfGh|Z{32}|AbCd==/);
  });

  it('leaves hashes and ordinary long lines readable', () => {
    const newText = `${'0123456789abcdef'.repeat(4)}\n${'word '.repeat(20)}\nsha512-${'aB1'.repeat(28)}==\n`;
    assert.deepEqual(
      rows({ kind: 'write', newText }).map((row) => row.slice(3)),
      newText.trimEnd().split('\n'),
    );
  });

  it('shows carriage returns unless every line of both sides ends with one', () => {
    assert.deepEqual(rows({ kind: 'write', newText: 'a\r\nb\r\n' }), ['+1 a', '+2 b']);
    assert.deepEqual(rows({ kind: 'write', newText: 'a\r\nb\n' }), ['+1 a[U+000D]', '+2 b']);
    assert.deepEqual(rows({ kind: 'write', oldText: 'a\n', newText: 'a\r\n' }), [
      '-1 a',
      '+1 a[U+000D]',
    ]);
  });

  it('has the whole for who asks', () => {
    const newText = `${'x'.repeat(5000)}\n${numbered(3000)}`;
    const preview = diffPreview('/p/a', { kind: 'write', newText }, Number.POSITIVE_INFINITY);
    assert.deepEqual([preview.rows.length, preview.omitted], [3001, 0]);
    assert.deepEqual(preview.rows[0]?.text, ['x'.repeat(5000)]);
  });
});
