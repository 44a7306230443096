import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { CATALOG, createLauncher, programOf } from '../../../src/agents/catalog.ts';
import { asksForCell, strictCell } from '../../../src/protocol/asksFor.ts';
import { describeError } from '../../../src/protocol/userError.ts';
import { CELLS, tableIn } from '../../support/parity.ts';
import { ROOT, removeFolder, temporaryFolder } from '../../support/testFolder.ts';

const options = { demoProgram: '/nowhere/demoAgent.js' };

describe('The parity table', () => {
  it('lists every known agent once, with all that a person needs', () => {
    const ids = CATALOG.map(({ id }) => id);
    assert.deepEqual(
      [...ids].sort(),
      [
        'agent',
        'claude',
        'claude-acp',
        'codex',
        'codex-acp',
        'copilot',
        'demo',
        'gemini',
        'opencode',
        'opencode-acp',
        'qwen',
      ].sort(),
    );
    for (const agent of CATALOG) {
      for (const text of [
        agent.name,
        agent.transport,
        agent.native,
        agent.alwaysScope,
        agent.install,
      ])
        assert.notEqual(text, '', agent.id);
    }
  });

  it('is in the README in the same words', () => {
    const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
    for (const { alwaysScope, asksFor, name, strict, transport } of CATALOG) {
      const cells = [name, transport, alwaysScope, asksForCell(asksFor), strictCell(strict)];
      assert.ok(readme.includes(`| ${cells.join(' | ')} |\n`), name);
    }
  });

  it('in the README has a row for each agent with every part of the contract, and none failed', () => {
    const table = tableIn(fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8')) ?? '';
    const [head, , ...rows] = table
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, -1),
      );
    assert.deepEqual(head, ['Agent', ...Object.values(CELLS)]);
    assert.deepEqual(
      rows.map(([name]) => name?.replace(', stand-in', '')),
      CATALOG.map(({ name }) => name),
    );
    const good = /^(?:passed|protocol has no such thing)(?: \(\d+\))?$/;
    for (const [name, ...cells] of rows)
      assert.deepEqual(
        [cells.length, cells.filter((cell) => !good.test(cell))],
        [Object.keys(CELLS).length, []],
        name,
      );
  });

  it('makes a launcher for each relayed agent', async () => {
    for (const { id, relayed } of CATALOG) {
      if (relayed.kind === 'yes') assert.equal((await createLauncher(id, options)).id, id);
    }
  });

  it('refuses, before anything is started, an agent that cannot be made to ask', async () => {
    const ids = (kind: 'yes' | 'no') =>
      CATALOG.filter(({ relayed }) => relayed.kind === kind).map(({ id }) => id);
    for (const id of [...ids('no'), 'nobody', 'toString']) {
      await assert.rejects(createLauncher(id, options), (error: unknown) => {
        assert.equal(
          describeError(error),
          `Agent "${id}" does not support enforceable per-command approval (ask mode). Choose one of: ${ids('yes').join(', ')}.`,
        );
        return true;
      });
    }
  });

  it('finds a program on the PATH, and only there', () => {
    const folder = temporaryFolder();
    try {
      const claude = CATALOG.find(({ id }) => id === 'claude');
      assert.ok(claude);
      const file = path.join(folder, process.platform === 'win32' ? 'claude.cmd' : 'claude');
      assert.equal(programOf(claude, { PATH: folder }), undefined);
      fs.writeFileSync(file, '#!/bin/sh\n', { mode: 0o755 });
      assert.equal(path.resolve(programOf(claude, { PATH: folder }) ?? ''), file);
      assert.equal(programOf(claude, { PATH: '.' }), undefined);
    } finally {
      removeFolder(folder);
    }
  });
});
