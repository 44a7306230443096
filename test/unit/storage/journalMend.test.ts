import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { mendTornLine } from '../../../src/storage/journalMend.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

describe('mendTornLine', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => removeFolder(folder));

  async function mended(text: string): Promise<readonly [number, string]> {
    const file = path.join(folder, 'x.ndjson');
    fs.writeFileSync(file, text);
    const bytes = await mendTornLine(file);
    return [bytes, fs.readFileSync(file, 'utf8')];
  }

  it('cuts off what comes after the last newline, and nothing else', async () => {
    assert.deepEqual(await mended('one\ntwo\nthr'), [3, 'one\ntwo\n']);
    assert.deepEqual(await mended('one\ntwo\n'), [0, 'one\ntwo\n']);
    assert.deepEqual(await mended('half'), [4, '']);
    assert.deepEqual(await mended(''), [0, '']);
  });

  it('finds the last newline far before the end', async () => {
    const long = 'x'.repeat(200_000);
    assert.deepEqual(await mended(`one\n${long}`), [200_000, 'one\n']);
    assert.deepEqual(await mended(`${long}\n${long}`), [200_000, `${long}\n`]);
  });
});
