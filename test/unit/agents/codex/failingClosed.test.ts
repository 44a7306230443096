import assert from 'node:assert/strict';
import { type Ask, resultOf } from '../../../../src/agents/codex/ask.ts';
import { codexLauncher } from '../../../../src/agents/codex/launcher.ts';
import { FILE_OPTIONS } from '../../../../src/agents/codex/options.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import type { PermissionOption } from '../../../../src/permission/request.ts';
import { UserError } from '../../../../src/protocol/userError.ts';
import {
  commandFrame,
  fileFrames,
  HANDSHAKE,
  MemoryCodex,
  resultFor,
  SESSION,
} from '../../../wire/codex/memoryCodex.ts';

const command = (id: string | number, more: JsonObject = {}) =>
  commandFrame(id, "/bin/bash -lc 'pnpm test'", more);
const code = (error: unknown) => error instanceof UserError && error.code;
const opened = (more: JsonObject) => ({
  'thread/start': { ...(HANDSHAKE['thread/start'] as JsonObject), ...more },
});

describe('CodexConnection fails closed', () => {
  const approval = 'item/commandExecution/requestApproval';
  const settings = (threadSettings: JsonObject) => ({
    method: 'thread/settings/updated',
    params: { threadId: 'T', threadSettings },
  });
  for (const [what, frame, expected] of [
    ['a line that is not JSON', 'Welcome to Codex', 'badFrame'],
    ['JSON that is no object', '[1]', 'badFrame'],
    ['an object without method and id', { params: {} }, 'badFrame'],
    ['a method that is no text', { method: 1, id: 2 }, 'badFrame'],
    ['an id that is no id', { method: approval, id: null }, 'badFrame'],
    [
      'an id that would be rounded',
      JSON.stringify(command(7)).replace('"id":7', '"id":9007199254740993'),
      'badFrame',
    ],
    ['a response without a result', { id: 99 }, 'badFrame'],
    ['an approval without an item', { method: approval, id: 7, params: {} }, 'badFrame'],
    ['an approval without params', { method: approval, id: 7 }, 'badFrame'],
    [
      'a file approval without an item',
      { method: 'item/fileChange/requestApproval', id: 7, params: { threadId: 'T' } },
      'badFrame',
    ],
    [
      'permissions that are none',
      { method: 'item/permissions/requestApproval', id: 7, params: { threadId: 'T', itemId: 'i' } },
      'badFrame',
    ],
    ['a second approval under an id that waits', command(0), 'duplicateRequest'],
    [
      'another request under an id that waits',
      { method: 'currentTime/read', id: 0, params: {} },
      'duplicateRequest',
    ],
    [
      'an approval by a name that nobody knows',
      { method: 'item/brandNew/requestApproval', id: 7, params: {} },
      'agentNotGated',
    ],
    [
      'another policy on the way',
      settings({ approvalPolicy: 'never', approvalsReviewer: 'user' }),
      'agentNotGated',
    ],
    [
      'another reviewer on the way',
      settings({ approvalPolicy: 'untrusted', approvalsReviewer: 'auto_review' }),
      'agentNotGated',
    ],
    ['settings that cannot be read', settings({}), 'agentNotGated'],
    [
      'a model that reviews in our place',
      { method: 'item/autoApprovalReview/started', params: { threadId: 'T' } },
      'agentNotGated',
    ],
  ] as const) {
    it(`on ${what}`, async () => {
      const memory = await MemoryCodex.start();
      memory.says(command(0));
      assert.equal(memory.pending.length, 1);
      memory.says(frame);
      const { error } = await memory.connection.exited;
      assert.equal(error?.code, expected);
      assert.ok(error?.next);
      assert.deepEqual(memory.pending, []);
      assert.deepEqual(memory.written, []);
      memory.says(command('late'));
      assert.deepEqual(memory.pending, [], 'nothing it says counts any more');
      await assert.rejects(memory.connection.prompt('x'), (thrown) => thrown === error);
    });
  }

  it('tells the ids 0 and "0" apart, and takes an id again once it is settled', async () => {
    const memory = await MemoryCodex.start();
    memory.says(command(0));
    memory.says(command('0', { itemId: 'other' }));
    await memory.answers('0', 'deny');
    assert.deepEqual(memory.written, [{ id: '0', result: { decision: 'decline' } }]);
    await memory.answers(0, 'allow');
    memory.says(command(0));
    assert.equal(memory.pending.length, 1);
    assert.equal(memory.hasEnded, false);
  });

  it('on changes that are told anew while they are asked about', async () => {
    const memory = await MemoryCodex.start();
    const change = { path: '/a', kind: { type: 'add' }, diff: 'x' };
    const { ask, item } = fileFrames(0, [change]);
    memory.says(item);
    memory.says(ask);
    const updated = (changes: JsonObject[]) => ({
      method: 'item/fileChange/patchUpdated',
      params: { threadId: 'T', itemId: 'item-0', changes },
    });
    memory.says(updated([change]));
    assert.equal(memory.pending.length, 1, 'the same again is no news');
    memory.says(updated([{ ...change, diff: 'evil' }]));
    assert.equal((await memory.connection.exited).error?.code, 'badFrame');
    assert.deepEqual(memory.written, []);
  });

  it('takes the changes of the item and the thread that ask, and of no other', async () => {
    const memory = await MemoryCodex.start();
    const { item } = fileFrames(0, [{ path: '/a', kind: { type: 'add' }, diff: 'x' }]);
    memory.says(item);
    memory.says(fileFrames(1, []).ask);
    memory.says({ ...fileFrames(0, []).ask, id: 2, params: { threadId: 'X', itemId: 'item-0' } });
    assert.deepEqual(
      memory.pending.map(({ action }) => action.incomplete),
      [true, true],
    );
  });

  it('on a request that nobody can show: it is declined', async () => {
    const memory = await MemoryCodex.start();
    let deep: JsonObject = {};
    for (let i = 0; i < 2000; i++) deep = { deep };
    memory.says(command(3, { additionalPermissions: deep }));
    assert.deepEqual(resultFor(memory, 3), { decision: 'decline' });
    assert.equal(memory.events.at(-1)?.kind, 'notice');
  });

  it('on an answer after the end, and while it is being stopped: it is not delivered', async () => {
    const gone = await MemoryCodex.start();
    gone.says(command(0));
    gone.exits(9);
    await gone.connection.exited;
    await gone.answers(0, 'allow');
    const stopping = await MemoryCodex.start();
    stopping.lingers = true;
    stopping.says(command(0));
    const stopped = stopping.connection.stop();
    await stopping.answers(0, 'allow');
    await stopped;
    assert.deepEqual([...gone.written, ...stopping.written], []);
    assert.equal(gone.settled[0]?.delivery, 'failed');
  });

  it('on an option that says something else than the decision', () => {
    const ask: Ask = {
      source: 'agent_tool',
      toolName: 'command',
      action: { tool: 'execute', command: 'x' },
      options: FILE_OPTIONS,
      result: (decision) => ({ decision }),
      refusal: { decision: 'decline' },
    };
    const [accept, , decline] = FILE_OPTIONS;
    assert.ok(accept && decline);
    const result = (outcome: 'allow' | 'deny', option: PermissionOption | undefined) => {
      const by = { kind: 'person', surface: 'cli' } as const;
      const decision = { requestId: 'r', argsHash: 'h', outcome, by, at: 0 };
      return resultOf(
        ask,
        decision,
        option ? { kind: 'option', option, narrowed: false } : { kind: 'cancel' },
      );
    };
    assert.deepEqual(
      [
        result('allow', accept),
        result('deny', accept),
        result('allow', decline),
        result('allow', { ...accept, id: 'acceptEverything' }),
        result('allow', undefined),
        result('deny', undefined),
      ].map((each) => each?.['decision']),
      ['accept', 'decline', 'decline', 'decline', 'decline', 'decline'],
    );
  });

  it('on a journal that cannot be written', async () => {
    const memory = await MemoryCodex.start();
    memory.says(command(0));
    memory.journalError = new Error('disk full');
    assert.equal((await memory.answers(0, 'allow')).ok, false);
    assert.deepEqual(memory.written, []);
  });
});

describe('The handshake with Codex', () => {
  const refuse = (words: string) => new Error(words);
  for (const [what, handshake, expected] of [
    ['another policy is in effect', opened({ approvalPolicy: 'on-request' }), 'agentNotGated'],
    ['no policy is told', opened({ approvalPolicy: null }), 'agentNotGated'],
    [
      'a policy of its own parts',
      opened({ approvalPolicy: { granular: { rules: true } } }),
      'agentNotGated',
    ],
    ['a model reviews', opened({ approvalsReviewer: 'auto_review' }), 'agentNotGated'],
    [
      'it does not know the policy',
      { 'thread/start': refuse('unknown variant `untrusted`, expected one of `never`') },
      'agentNotGated',
    ],
    [
      'its requirements forbid the policy',
      { 'thread/start': refuse('invalid value for approval_policy') },
      'agentNotGated',
    ],
    ['it opens no thread', opened({ thread: {} }), 'protocolVersion'],
    ['it cannot open a thread', { 'thread/start': refuse('disk full') }, 'agentError'],
    ['it is another program', { initialize: { hello: 'world' } }, 'protocolVersion'],
    ['it cannot tell its settings', { 'config/read': refuse('no such method') }, 'protocolVersion'],
    [
      'nobody is signed in',
      { 'account/read': { account: null, requiresOpenaiAuth: true } },
      'notSignedIn',
    ],
  ] as const) {
    it(`refuses before any turn when ${what}`, async () => {
      const { memory, opening } = MemoryCodex.refused(handshake);
      await assert.rejects(opening, (error) => {
        assert.equal(code(error), expected);
        return true;
      });
      assert.equal(memory.hasEnded, true);
      assert.equal(
        memory.written.some(({ method }) => method === 'turn/start'),
        false,
      );
    });
  }

  it('refuses when it dies meanwhile', async () => {
    const { memory, opening } = MemoryCodex.refused({ initialize: undefined as never });
    memory.exits(3);
    await assert.rejects(opening, (error) => code(error) === 'agentExited');
  });

  const threadStart = (memory: MemoryCodex) =>
    memory.greeted.find(({ method }) => method === 'thread/start')?.['params'];

  it('asks for everything, by a person, and that nothing is left out of what it asks', async () => {
    const memory = await MemoryCodex.start();
    assert.deepEqual(threadStart(memory), {
      cwd: SESSION.cwd,
      approvalPolicy: 'untrusted',
      approvalsReviewer: 'user',
      sandbox: 'workspace-write',
      config: {
        mcp_servers: {},
        apps: { _default: { default_tools_approval_mode: 'prompt' } },
      },
    });
    const capabilities = { experimentalApi: true, requestAttestation: false };
    const clientInfo = { name: 'countersign', title: 'Countersign', version: '0.1.0' };
    assert.deepEqual(memory.greeted[0]?.['params'], { clientInfo, capabilities });
    assert.equal(memory.connection.agent.version, '0.169.0');
    assert.equal(memory.connection.asksFor, 'what its own settings do not allow');
  });

  for (const chosen of [{ sandbox_mode: 'read-only' }, { default_permissions: ':workspace' }]) {
    it(`leaves the sandbox that the person chose: ${JSON.stringify(chosen)}`, async () => {
      const memory = await MemoryCodex.start({ 'config/read': { config: chosen } });
      assert.equal('sandbox' in (threadStart(memory) as JsonObject), false);
    });
  }

  it('makes tools ask that call themselves read-only, unless the person chose otherwise', async () => {
    const config = {
      mcp_servers: { a: { command: 'a' }, b: { default_tools_approval_mode: 'approve' }, c: null },
      apps: { _default: { default_tools_approval_mode: 'auto' } },
    };
    const memory = await MemoryCodex.start({ 'config/read': { config } });
    assert.deepEqual((threadStart(memory) as JsonObject)['config'], {
      mcp_servers: { a: { default_tools_approval_mode: 'prompt' } },
      apps: { _default: {} },
    });
  });
});

describe('codexLauncher', () => {
  for (const arg of [
    '--dangerously-bypass-approvals-and-sandbox',
    '--dangerously-bypass-hook-trust',
    '--yolo',
    '--full-auto',
    '--approve-for-me',
    '--ask-for-approval=never',
    '-a',
  ]) {
    it(`starts nothing with ${arg}`, async () => {
      const launcher = codexLauncher({ command: 'no-such-program', args: ['-m', 'x', arg] });
      const start = launcher.start({
        session: SESSION,
        gate: { raise: () => assert.fail() },
        env: {},
        signal: new AbortController().signal,
        log: () => undefined,
      });
      await assert.rejects(start, (error) => code(error) === 'agentNotGated');
    });
  }
});
