import assert from 'node:assert/strict';
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { wholeLines } from '../../../../src/storage/history/wholeLines.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';

describe('Whole lines of a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => removeFolder(folder));

  async function read(content: Buffer, start = 0): Promise<{ text: string; left: number }> {
    const name = path.join(folder, 'file');
    fs.writeFileSync(name, content);
    const file = await open(name);
    try {
      const portions = wholeLines(file, start);
      let text = '';
      for (;;) {
        const { done, value } = await portions.next();
        if (done) return { text, left: value };
        assert.equal(value.at(-1), 0x0a);
        text += value.toString('latin1');
      }
    } finally {
      await file.close();
    }
  }

  it('are the same bytes, however long the lines are', async () => {
    // Shorter and longer than the room that there is for the beginning of one, and than what is read at once.
    const lengths = [0, 1, 500, 65_535, 65_536, 70_000, 400_000, 1_048_575, 1_048_576, 2_500_000];
    const lines = [...lengths, ...lengths.toReversed(), ...lengths].map(
      (length, index) => `${String.fromCharCode(97 + (index % 26)).repeat(length)}\n`,
    );
    const text = lines.join('');
    assert.ok((await read(Buffer.from(text))).text === text);
    const start = lines.slice(0, 7).join('').length;
    assert.ok((await read(Buffer.from(text), start)).text === text.slice(start));
  });

  it('leave a last line without its end, and one that never ends', async () => {
    assert.deepEqual(await read(Buffer.from('a\nbc')), { text: 'a\n', left: 2 });
    assert.deepEqual(await read(Buffer.from('')), { text: '', left: 0 });
    const { text, left } = await read(Buffer.concat([Buffer.from('a\n'), Buffer.alloc(9_000_000)]));
    assert.ok(text === 'a\n' && left > 4_000_000 && left < 9_000_000, String(left));
  });
});
