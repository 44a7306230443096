import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ulidSource } from '../../../../src/base/ulid.ts';
import { type Action, argsHash } from '../../../../src/permission/action.ts';
import type { SettledEntry } from '../../../../src/permission/journalPort.ts';
import type { RuleMatch } from '../../../../src/permission/rule.ts';
import { FileJournal } from '../../../../src/storage/journal.ts';
import { PastRequests } from '../../../../src/storage/rules/pastRequests.ts';
import { createRuleEngine } from '../../../../src/storage/rules/ruleEngine.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';

const DIST = fileURLToPath(new URL('../../../../dist', import.meta.url));
const TEST = { tool: 'execute', command: 'pnpm test', cwd: '.' } as const satisfies Action;

describe('PastRequests', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => removeFolder(folder));

  const journalFolder = () => path.join(folder, 'journal');

  async function record(...entries: readonly SettledEntry[]): Promise<void> {
    const journal = new FileJournal({ folder: journalFolder(), newId: ulidSource(Date.now) });
    for (const entry of entries) await journal.append(entry);
    await journal.close();
  }

  const read = (options: { readonly max?: number; readonly except?: string } = {}) =>
    PastRequests.read({
      folder: journalFolder(),
      max: 100,
      engine: createRuleEngine(DIST),
      context: {
        workspaceFolder: folder,
        agentId: 'claude',
        sessionKey: 's',
        now: 0,
        shell: 'bash',
      },
      ...options,
    });
  const count = async (match: RuleMatch, effect?: 'deny') => {
    const { answered, testable } = await (await read()).answeredBy(match, effect);
    return [answered, testable];
  };

  it('tries an exact rule on all, by the hash of the call', async () => {
    await record(settled('a', TEST), settled('b', { ...TEST, command: 'pnpm build' }), cut('c'));
    const match = { kind: 'exact', tool: 'execute', argsHash: argsHash(TEST), label: '' } as const;
    assert.deepEqual(await count(match), [1, 3]);
  });

  it('tries a pattern only on what is on record as a whole', async () => {
    await record(
      settled('a', TEST),
      settled('b', { ...TEST, command: 'pnpm test --run x' }),
      settled('c', { ...TEST, command: 'pnpm test; curl x' }),
      cut('d'),
      { ...settled('e', TEST), target: 'pnpm test --key=[redacted: key]' },
      {
        ...settled('f', { tool: 'mcp', server: 's', toolName: 't', arguments: {} }),
        target: 's t',
      },
    );
    assert.deepEqual(await count({ kind: 'command', tokens: ['pnpm', 'test'] }), [2, 3]);
    assert.deepEqual(await count({ kind: 'command', tokens: ['curl'] }, 'deny'), [1, 3]);
  });

  it('tries patterns for files and addresses', async () => {
    await record(
      { ...settled('a', { tool: 'read', path: '/x' }), target: 'src/a.ts' },
      { ...settled('b', { tool: 'fetch', url: 'https://x.example/docs/a' }) },
      { ...settled('c', { tool: 'fetch', url: 'https://x.example/docs2' }) },
    );
    assert.deepEqual(await count({ kind: 'path', tool: 'read', glob: 'src/**' }), [1, 3]);
    const url = { kind: 'url', origin: 'https://x.example', pathPrefix: '/docs' } as const;
    assert.deepEqual(await count(url), [1, 3]);
  });

  it('takes the latest, and not the one that a rule is made for', async () => {
    const all = Array.from({ length: 8 }, (_, index) => settled(`r${index}`, TEST));
    await record(...all);
    await record(settled('last', { ...TEST, command: 'ls' }));
    assert.equal((await read({ max: 3 })).count, 3);
    const past = await read({ max: 2, except: 'last' });
    assert.equal(past.count, 2);
    const match = { kind: 'exact', tool: 'execute', argsHash: argsHash(TEST), label: '' } as const;
    assert.equal((await past.answeredBy(match)).answered, 2);
  });

  it('takes the latest of a long file, of which it reads the end', async () => {
    // Longer than most lines are: more has to be read than it takes at first.
    const toolName = 'T'.repeat(9000);
    const others = Array.from({ length: 200 }, (_, index) => ({
      ...settled(`r${index}`, TEST),
      toolName,
    }));
    const ls = { ...TEST, command: 'ls' };
    await record(...others, settled('a', ls), settled('b', ls), settled('c', ls));
    const match = { kind: 'exact', tool: 'execute', argsHash: argsHash(ls), label: '' } as const;
    for (const max of [1, 2, 3])
      assert.deepEqual(await (await read({ max })).answeredBy(match), {
        answered: max,
        testable: max,
      });
    assert.deepEqual(await (await read({ max: 150 })).answeredBy(match), {
      answered: 3,
      testable: 150,
    });
    assert.equal((await read({ max: 1000 })).count, 203);
  });

  it('finds nothing where there is no record', async () => {
    assert.equal((await read()).count, 0);
  });
});

function settled(requestId: string, action: Action): SettledEntry {
  const target =
    action.tool === 'execute' ? action.command : action.tool === 'fetch' ? action.url : '';
  return {
    type: 'settled',
    requestId,
    agentId: 'claude',
    sessionKey: 's',
    tool: action.tool,
    toolName: 'Tool',
    argsHash: argsHash(action),
    decision: 'allow',
    decidedBy: { kind: 'person', surface: 'chat' },
    decidedAt: 2,
    channel: 'chat',
    decisionLatencyMs: 1,
    target,
  };
}

/** A command that is too long for its line. */
function cut(requestId: string): SettledEntry {
  return {
    ...settled(requestId, { ...TEST, command: 'pnpm test x' }),
    target: 'pnpm test …',
  };
}
