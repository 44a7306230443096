import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { findProgram } from '../../../src/agents/program.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

describe('findProgram', () => {
  const folder = temporaryFolder();
  const program = path.join(folder, 'agent');
  before(() => {
    fs.writeFileSync(program, '', { mode: 0o755 });
    fs.writeFileSync(path.join(folder, 'notes'), '', { mode: 0o644 });
    fs.mkdirSync(path.join(folder, 'folder'));
  });
  after(() => removeFolder(folder));

  it('finds a name in the absolute folders of PATH, in their order', () => {
    assert.equal(findProgram('agent', { PATH: `/no/such:${folder}` }), program);
    assert.equal(findProgram('agent', { PATH: '/no/such' }), undefined);
  });

  it('never looks in the current folder', () => {
    const here = process.cwd();
    process.chdir(folder);
    try {
      assert.equal(findProgram('agent', { PATH: ':.:' }), undefined);
      assert.equal(findProgram('./agent', { PATH: folder }), undefined);
      assert.equal(findProgram('', { PATH: folder }), undefined);
    } finally {
      process.chdir(here);
    }
  });

  it('takes an absolute path as it is', () => {
    assert.equal(findProgram(program, {}), program);
    assert.equal(findProgram(`${program}2`, {}), undefined);
  });

  it('finds only what can be run', () => {
    const env = { PATH: folder };
    assert.deepEqual(
      ['notes', 'folder'].map((name) => findProgram(name, env)),
      [undefined, undefined],
    );
  });

  it('adds the endings of Windows there', () => {
    fs.writeFileSync(path.join(folder, 'shim.cmd'), '');
    // A test on POSIX can only show the endings: its absolute paths have no drive.
    assert.equal(
      findProgram(path.join(folder, 'shim'), {}, 'win32'),
      path.join(folder, 'shim.cmd'),
    );
    assert.equal(
      findProgram(path.join(folder, 'shim.cmd'), {}, 'win32'),
      path.join(folder, 'shim.cmd'),
    );
  });
});
