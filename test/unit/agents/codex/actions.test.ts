import assert from 'node:assert/strict';
import { commandAction, fileAction, type Place } from '../../../../src/agents/codex/actions.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import { type Action, argsHash } from '../../../../src/permission/action.ts';
import { isProtected } from '../../../../src/permission/protectedPaths.ts';
import { canHaveRule } from '../../../../src/permission/rules.ts';
import { SESSION } from '../../../wire/codex/memoryCodex.ts';

const HERE: Place = {
  session: SESSION,
  sandboxed: false,
  existingFile: () => ({ kind: 'none' }),
};
const TEST = { kind: 'command', command: "/bin/bash -lc 'pnpm test'", cwd: SESSION.cwd };
const PLAIN: Action = { tool: 'execute', command: 'pnpm test', cwd: '.' };

const command = (more: JsonObject = {}, place = HERE) => commandAction({ ...TEST, ...more }, place);
const rules = (action: Action) => canHaveRule({ source: 'agent_tool', action });

describe('Commands of Codex in common words', () => {
  it('is the command in its directory, without what Codex adds for itself', () => {
    const cosmetic = {
      threadId: 't',
      turnId: 'u',
      itemId: 'i',
      startedAtMs: 1,
      approvalId: null,
      environmentId: 'local',
      reason: 'because',
      commandActions: [{ type: 'unknown', command: 'something else' }],
      proposedExecpolicyAmendment: ['pnpm'],
      proposedNetworkPolicyAmendments: null,
      availableDecisions: ['accept'],
      additionalPermissions: null,
      networkApprovalContext: null,
    };
    assert.deepEqual(command(cosmetic), PLAIN);
    assert.equal(argsHash(command()), argsHash(PLAIN));
  });

  it('names the directory, and has no rule without one', () => {
    assert.deepEqual(command({ cwd: `${SESSION.cwd}/a/b` }), { ...PLAIN, cwd: 'a/b' });
    assert.deepEqual(command({ cwd: '/tmp' }), { ...PLAIN, cwd: '/tmp' });
    const unknown = command({ cwd: null });
    assert.deepEqual([unknown, rules(unknown)], [{ tool: 'execute', command: 'pnpm test' }, false]);
  });

  const network = { host: 'example.com', protocol: 'https' };
  for (const [what, more, field] of [
    [
      'extra permissions',
      { additionalPermissions: { network: { enabled: true } } },
      { widened: { additionalPermissions: { network: { enabled: true } } } },
    ],
    ['the network', { networkApprovalContext: network }, { widened: { network } }],
    ['another machine', { environmentId: 'cloud' }, { widened: { environment: 'cloud' } }],
    ['a field that nobody knows', { as: 'root' }, { unclassified: { as: 'root' } }],
  ] as const) {
    it(`keeps ${what} in the action and its hash`, () => {
      assert.deepEqual(command(more), { ...PLAIN, ...field });
      assert.notEqual(argsHash(command(more)), argsHash(PLAIN));
    });
  }

  it('says that a command may leave the sandbox where Codex gives a reason', () => {
    const place = { ...HERE, sandboxed: true };
    assert.deepEqual(command({ reason: 'Needs the network' }, place), {
      ...PLAIN,
      widened: { sandbox: 'Codex may run it outside its sandbox' },
    });
    assert.deepEqual(command({}, place), PLAIN);
  });

  for (const [what, params] of [
    ['text typed into a command', { kind: 'writeStdin' }],
    ['a kind that nobody knows', { kind: 'brandNew' }],
    ['no command', { command: null }],
    ['only the network', { command: null, networkApprovalContext: network }],
  ] as const) {
    it(`is no command, and has no rule, with ${what}`, () => {
      const action = command(params);
      assert.equal(action.tool, 'other');
      assert.equal(rules(action), false);
    });
  }
});

const ADD = { path: `${SESSION.cwd}/a.txt`, kind: { type: 'add' }, diff: 'x\n' };
const DIFF = '@@ -1 +1 @@\n-a\n+b\n';
const update = (move_path: string | null, diff = DIFF) => ({
  path: `${SESSION.cwd}/a.txt`,
  kind: { type: 'update', move_path },
  diff,
});

describe('Changes of Codex in common words', () => {
  const path = `${SESSION.cwd}/a.txt`;
  for (const [what, change, action] of [
    ['a new file', ADD, { tool: 'edit', path, change: { kind: 'write', newText: 'x\n' } }],
    ['a change', update(null), { tool: 'edit', path, change: { kind: 'patch', diff: DIFF } }],
    ['a delete', { path, kind: { type: 'delete' }, diff: 'x\n' }, { tool: 'delete', path }],
    ['a move', update('/home/dev/b.txt', ''), { tool: 'move', from: path, to: '/home/dev/b.txt' }],
  ] as const) {
    it(`shows ${what}`, () => {
      const found = fileAction({ itemId: 'i', reason: null, grantRoot: null }, [change], HERE);
      assert.deepEqual(found, action);
      assert.equal(rules(found), true);
    });
  }

  it('tells what a new file goes over', () => {
    const text = { ...HERE, existingFile: () => ({ kind: 'text', text: 'old' }) as const };
    const unknown = { ...HERE, existingFile: () => ({ kind: 'unknown' }) as const };
    const over = fileAction({}, [ADD], text);
    assert.deepEqual(over.tool === 'edit' && over.change, {
      kind: 'write',
      newText: 'x\n',
      oldText: 'old',
    });
    assert.deepEqual(fileAction({ grantRoot: '/' }, [ADD], unknown).widened, {
      overwrites: 'what is there and cannot be shown',
      grantRoot: '/',
    });
  });

  it('keeps several files, and a move with a change, together; each name is seen by what protects files', () => {
    const hook = { ...ADD, path: `${SESSION.cwd}/.git/hooks/pre-commit` };
    for (const changes of [[ADD, hook], [update(`${SESSION.cwd}/.git/hooks/pre-commit`)]]) {
      const action = fileAction({}, changes, HERE);
      assert.deepEqual(action, { tool: 'other', toolName: 'apply_patch', input: { changes } });
      assert.equal(isProtected(action), true);
    }
    assert.equal(rules(fileAction({}, [ADD, update(null)], HERE)), true);
  });

  for (const [what, changes] of [
    ['nothing was told', undefined],
    ['nothing is changed', []],
    ['a change cannot be read', [ADD, { path: '/x' }]],
    ['a kind is unknown', [{ ...ADD, kind: { type: 'link' } }]],
  ] as const) {
    it(`has no rule where ${what}`, () => {
      assert.equal(rules(fileAction({ itemId: 'i' }, changes, HERE)), false);
    });
  }

  it('asks again for a root that is granted along with it', () => {
    const granted = fileAction({ grantRoot: '/home' }, [ADD], HERE);
    assert.deepEqual(granted.widened, { grantRoot: '/home' });
    assert.notEqual(argsHash(granted), argsHash(fileAction({}, [ADD], HERE)));
  });
});
