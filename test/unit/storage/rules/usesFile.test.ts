import assert from 'node:assert/strict';
import path from 'node:path';
import type { Rule } from '../../../../src/permission/rule.ts';
import { UsesFile } from '../../../../src/storage/rules/usesFile.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';

const rule = (id: string, scope: Rule['scope'] = 'global'): Rule => ({
  id,
  effect: 'allow',
  scope,
  match: { kind: 'command', tokens: ['git', 'log'] },
  createdAt: 0,
  createdBy: { kind: 'person', surface: 'chat' },
});

describe('Counts of what rules answered', () => {
  let folder: string;
  const errors: unknown[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
  });

  afterEach(() => removeFolder(folder));

  const open = (pauses: (() => void)[] = []) =>
    new UsesFile({
      file: path.join(folder, 'rule-uses.json'),
      timers: {
        after: (_, call) => {
          pauses.push(call);
          return { dispose: () => {} };
        },
      },
      onError: (error) => errors.push(error),
    });

  it('are there at once, and written once for many', async () => {
    const pauses: (() => void)[] = [];
    const uses = open(pauses);
    for (let at = 1; at <= 5; at++) uses.count(rule('a'), at);
    assert.deepEqual(uses.of('a'), { hits: 5, lastUsedAt: 5 });
    assert.equal(pauses.length, 1);
    await uses.flush();
    const again = open();
    await again.load();
    assert.deepEqual(again.of('a'), { hits: 5, lastUsedAt: 5 });
  });

  it('of several windows add up', async () => {
    const [one, two] = [open(), open()];
    one.count(rule('a'), 7);
    two.count(rule('a'), 3);
    await Promise.all([one.flush(), two.flush()]);
    const again = open();
    await again.load();
    assert.deepEqual(again.of('a'), { hits: 2, lastUsedAt: 7 });
  });

  it('of session rules end with the window', async () => {
    const uses = open();
    uses.count(rule('s', 'session'), 1);
    assert.equal(uses.of('s')?.hits, 1);
    await uses.flush();
    const again = open();
    await again.load();
    assert.equal(again.of('s'), undefined);
  });

  it('that cannot be written are said, and kept for the next time', async () => {
    const uses = open();
    uses.count(rule('a'), 1);
    removeFolder(folder);
    await uses.flush();
    assert.equal(errors.length, 1);
    assert.equal(uses.of('a')?.hits, 1);
  });
});
