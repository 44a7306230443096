import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { existingFile } from '../../../src/agents/existingFile.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

describe('existingFile', () => {
  const folder = temporaryFolder();
  after(() => removeFolder(folder));

  function found(content: string | Buffer) {
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, content);
    return existingFile(file);
  }

  it('reads a text', () => {
    assert.deepEqual(found('ä\n'), { kind: 'text', text: 'ä\n' });
    assert.deepEqual(existingFile(path.join(folder, 'none')), { kind: 'none' });
  });

  it('does not read what is no text, too large or no file', () => {
    const unknown = { kind: 'unknown' };
    assert.deepEqual(found(Buffer.from([0xff, 0xfe])), unknown);
    assert.deepEqual(found('a\u0000b'), unknown);
    assert.deepEqual(found('x'.repeat(1024 * 1024 + 1)), unknown);
    assert.deepEqual(existingFile(folder), unknown);
    assert.deepEqual(existingFile(path.join(folder, 'file', 'below')), unknown);
  });
});
