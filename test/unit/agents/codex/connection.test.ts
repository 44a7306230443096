import assert from 'node:assert/strict';
import type { JsonObject } from '../../../../src/base/json.ts';
import { UserError } from '../../../../src/protocol/userError.ts';
import { commandFrame, MemoryCodex, resultFor } from '../../../wire/codex/memoryCodex.ts';

const command = (id: string | number, more: JsonObject = {}) =>
  commandFrame(id, "/bin/bash -lc 'pnpm test'", more);
const code = (error: unknown) => error instanceof UserError && error.code;
const completed = (status: string, error: JsonObject | null = null, id = 'turn-1') => ({
  method: 'turn/completed',
  params: { threadId: 'T', turn: { id, status, error } },
});
const resolved = (requestId: string | number) => ({
  method: 'serverRequest/resolved',
  params: { threadId: 'T', requestId },
});
const notices = (memory: MemoryCodex) =>
  memory.events.flatMap((event) => (event.kind === 'notice' ? [event.text] : []));

describe('CodexConnection', () => {
  it('closes a card that was answered elsewhere, and never answers it', async () => {
    const memory = await MemoryCodex.start();
    memory.says(command(0));
    memory.says(resolved(0));
    memory.says(resolved('unknown'));
    assert.equal(memory.settled[0]?.decision.by.kind, 'agentWithdrew');
    assert.deepEqual(memory.written, []);
  });

  it('does not send a decision that was on its way to disk when Codex took the request back', async () => {
    const memory = await MemoryCodex.start();
    memory.says(command(0));
    const answer = memory.answers(0, 'allow');
    memory.says(resolved(0));
    assert.equal((await answer).ok, false);
    assert.deepEqual(memory.written, []);
  });

  it('sends the decisions that a person chooses word for word, and what is wider as once', async () => {
    const amendment = {
      acceptWithExecpolicyAmendment: { execpolicy_amendment: ['pnpm', 'test'] },
    };
    const memory = await MemoryCodex.start();
    const ids = ['accept', 'acceptForSession', 'acceptWithExecpolicyAmendment'];
    for (const [index, optionId] of ids.entries()) {
      memory.says(command(index, { availableDecisions: ['accept', amendment, 'cancel'] }));
      await memory.answers(index, 'allow', { optionId });
    }
    memory.says(command(3));
    await memory.answers(3, 'deny', { optionId: 'cancel' });
    memory.says(command(4, { availableDecisions: ['accept', 'cancel'] }));
    await memory.answers(4, 'deny');
    assert.deepEqual(
      memory.written.map(({ result }) => (result as JsonObject)['decision']),
      ['accept', 'acceptForSession', 'accept', 'cancel', 'decline'],
    );
    assert.deepEqual(
      memory.settled.map(({ narrowed }) => narrowed),
      [false, false, true, false, false],
    );
  });

  it('answers the same command by a rule of ours from then on', async () => {
    const memory = await MemoryCodex.start();
    memory.says(command(0));
    await memory.answers(0, 'allow', { rule: { scope: 'session', match: 'exact' } });
    memory.says(command(0));
    memory.says(command(1, { additionalPermissions: { network: { enabled: true } } }));
    await new Promise(setImmediate);
    assert.deepEqual(
      memory.settled.map(({ decision }) => decision.by.kind),
      ['person', 'rule'],
    );
    assert.equal(memory.pending.length, 1, 'more permissions ask again');
  });

  it('answers what it does not know with an error, says so once, and goes on', async () => {
    const memory = await MemoryCodex.start();
    for (const id of [5, 6]) memory.says({ method: 'currentTime/read', id, params: {} });
    const error = { code: -32601, message: 'Countersign does not support currentTime/read' };
    assert.deepEqual(memory.written, [
      { id: 5, error },
      { id: 6, error },
    ]);
    assert.equal(notices(memory).length, 1);
    memory.says(command(0));
    assert.equal(memory.pending.length, 1);
  });

  it('tells what Codex does beside the gate', async () => {
    const memory = await MemoryCodex.start();
    const hook = { eventName: 'permissionRequest', sourcePath: '/home/dev/.codex/hooks.json' };
    for (const _ of [1, 2]) memory.says({ method: 'hook/completed', params: { run: hook } });
    memory.says({
      method: 'item/commandExecution/terminalInteraction',
      params: { threadId: 'T', itemId: 'i', stdin: 'rm -rf /\n' },
    });
    memory.says({ method: 'brand/new', params: {} });
    assert.deepEqual(notices(memory), [
      'A hook of Codex takes part in what it asks, and can answer before you: /home/dev/.codex/hooks.json',
      'Codex typed into a command that runs, for which it does not ask: rm -rf /\n',
    ]);
  });

  it('streams text and thoughts of its own thread, each once', async () => {
    const memory = await MemoryCodex.start();
    const delta = (threadId: string, text: string) => ({
      method: 'item/agentMessage/delta',
      params: { threadId, itemId: 'm', delta: text },
    });
    const whole = (id: string, text: string) => ({
      method: 'item/completed',
      params: { threadId: 'T', item: { type: 'agentMessage', id, text } },
    });
    memory.says(delta('T', 'Hello '));
    memory.says(delta('sub-agent', 'psst'));
    memory.says(delta('T', 'you'));
    memory.says(whole('m', 'Hello you'));
    memory.says(whole('n', 'At once'));
    const thought = { threadId: 'T', itemId: 'r', delta: 'Hm', summaryIndex: 0 };
    memory.says({ method: 'item/reasoning/summaryTextDelta', params: thought });
    assert.deepEqual(memory.events, [
      { kind: 'text', text: 'Hello ', messageId: 'm' },
      { kind: 'text', text: 'you', messageId: 'm' },
      { kind: 'text', text: 'At once', messageId: 'n' },
      { kind: 'thought', text: 'Hm' },
    ]);
  });

  it('ends the entry of a call that Codex gave up with its turn', async () => {
    const memory = await MemoryCodex.start();
    await memory.startsTurn();
    memory.says(command(0));
    memory.says(completed('interrupted'));
    const last = memory.events.at(-1);
    assert.deepEqual(last?.kind === 'toolCall' && last.call.status, 'failed');
  });

  it('passes on the sentence along with a deny where there is a place for it', async () => {
    const memory = await MemoryCodex.start();
    const params = { conversationId: 'T', callId: 'c', cwd: '/home/dev/project', parsedCmd: [] };
    const exec = (id: number, argv: string[]) => ({
      method: 'execCommandApproval',
      id,
      params: { ...params, approvalId: null, reason: null, command: argv },
    });
    memory.says(exec(0, ['/bin/bash', '-lc', 'pnpm test']));
    memory.says(exec(1, ['git', 'commit', '-m', "it's"]));
    assert.deepEqual(
      memory.pending.map(({ action }) => action),
      [
        { tool: 'execute', command: 'pnpm test', cwd: '.' },
        { tool: 'execute', command: "git commit -m 'it'\\''s'", cwd: '.' },
      ],
    );
    await memory.answers(0, 'deny', { feedback: 'Use npm.' });
    await memory.answers(1, 'allow', { optionId: 'acceptForSession' });
    assert.deepEqual(
      [resultFor(memory, 0), resultFor(memory, 1)],
      [{ decision: { denied: { rejection: 'Use npm.' } } }, { decision: 'approved' }],
    );
  });

  it('shows the changes that the older request carries itself', async () => {
    const memory = await MemoryCodex.start();
    const patch = (id: number, fileChanges: JsonObject) => ({
      method: 'applyPatchApproval',
      id,
      params: { conversationId: 'T', callId: `c${id}`, fileChanges, reason: null, grantRoot: null },
    });
    const update = { type: 'update', unified_diff: '@@ -1 +1 @@\n-a\n+b\n', move_path: null };
    memory.says(patch(0, { '/no/such/a': { type: 'add', content: 'x' } }));
    memory.says(patch(1, { '/b': update }));
    memory.says(patch(2, { '/a': { type: 'delete', content: '' }, '/b': update }));
    memory.says(patch(3, { '/a': { type: 'weird' } }));
    assert.deepEqual(
      memory.pending.map(({ action }) => [action.tool, action.incomplete]),
      [
        ['edit', undefined],
        ['edit', undefined],
        ['other', undefined],
        ['other', true],
      ],
    );
    await memory.answers(0, 'deny', { optionId: 'cancel' });
    assert.deepEqual(resultFor(memory, 0), { decision: 'abort' });
  });

  describe('stops a turn', () => {
    const interrupts = (memory: MemoryCodex) =>
      memory.written.filter(({ method }) => method === 'turn/interrupt');

    it('and sends nothing for what was waiting', async () => {
      const memory = await MemoryCodex.start();
      const { turn } = await memory.startsTurn();
      memory.says(command(0));
      void memory.connection.interrupt();
      void memory.connection.interrupt();
      assert.deepEqual(memory.pending, []);
      const params = { threadId: 'T', turnId: 'turn-1' };
      assert.deepEqual(memory.written.slice(1), [{ method: 'turn/interrupt', id: 7, params }]);
      memory.says(completed('interrupted'));
      assert.deepEqual(await turn, { reason: 'interrupted' });
    });

    it('as soon as Codex has said which it is', async () => {
      const memory = await MemoryCodex.start();
      void memory.prompts('go');
      await memory.connection.interrupt();
      assert.deepEqual(interrupts(memory), []);
      memory.says({ id: memory.written[0]?.['id'] ?? null, result: { turn: { id: 'turn-9' } } });
      await new Promise(setImmediate);
      const params = { threadId: 'T', turnId: 'turn-9' };
      assert.deepEqual(interrupts(memory)[0]?.['params'], params);
    });

    it('and declines what is asked after that', async () => {
      const memory = await MemoryCodex.start();
      await memory.startsTurn();
      void memory.connection.interrupt();
      memory.says(command(0));
      assert.deepEqual(memory.pending, []);
      assert.deepEqual(resultFor(memory, 0), { decision: 'decline' });
    });
  });

  describe('ends a turn', () => {
    for (const [what, frame, end] of [
      ['that is done', completed('completed'), { reason: 'done' }],
      ['that was stopped by an answer', completed('interrupted'), { reason: 'interrupted' }],
      [
        'at a limit',
        completed('failed', { message: 'No more.', codexErrorInfo: 'usageLimitExceeded' }),
        { reason: 'limit', message: 'No more.' },
      ],
      [
        'that was refused',
        completed('failed', { message: 'No.', codexErrorInfo: 'cyberPolicy' }),
        { reason: 'refused', message: 'No.' },
      ],
      [
        'with the words of an error',
        completed('failed', { message: 'Odd.', codexErrorInfo: { brandNew: {} } }),
        { reason: 'error', message: 'Odd.' },
      ],
      ['without any words', completed('failed'), { reason: 'error', message: 'no reason given' }],
    ] as const) {
      it(what, async () => {
        const memory = await MemoryCodex.start();
        const { turn } = await memory.startsTurn();
        memory.says(completed('completed', null, 'a turn of somebody else'));
        memory.says({
          ...completed('completed'),
          params: { threadId: 'X', turn: { id: 'turn-1' } },
        });
        memory.says(frame);
        assert.deepEqual(await turn, end);
      });
    }

    for (const info of ['unauthorized', { httpConnectionFailed: { httpStatusCode: 401 } }]) {
      it(`when the sign-in does not count: ${JSON.stringify(info)}`, async () => {
        const memory = await MemoryCodex.start();
        const { turn } = await memory.startsTurn();
        memory.says(completed('failed', { message: '401', codexErrorInfo: info }));
        await assert.rejects(turn, (error) => {
          assert.equal(code(error), 'notSignedIn');
          assert.match((error as UserError).next, /codex login/);
          return true;
        });
      });
    }

    it('that Codex does not start', async () => {
      const memory = await MemoryCodex.start();
      const turn = memory.prompts('go');
      memory.says({ id: memory.written[0]?.['id'] ?? null, error: { code: 1, message: 'busy' } });
      await assert.rejects(turn, (error) => code(error) === 'agentError');
      void memory.prompts('again');
      assert.equal(memory.written.length, 2);
    });

    it('when the process dies, with its last words', async () => {
      const memory = await MemoryCodex.start();
      const { turn } = await memory.startsTurn();
      memory.exits(7);
      await assert.rejects(turn, (error) => {
        assert.equal(code(error), 'agentExited');
        assert.equal((error as UserError).detail, 'its last words');
        return true;
      });
      await assert.rejects(memory.connection.prompt('x'), (e) => code(e) === 'sessionEnded');
    });
  });

  it('takes one message at a time, and says once that the model does not answer', async () => {
    const memory = await MemoryCodex.start();
    await memory.startsTurn();
    await assert.rejects(memory.connection.prompt('more'), (error) => code(error) === 'agentError');
    const params = { threadId: 'T', willRetry: true, error: { message: 'overloaded' } };
    for (const _ of [1, 2]) memory.says({ method: 'error', params });
    assert.deepEqual(notices(memory), [
      'The model does not answer (overloaded). Codex is trying again.',
    ]);
  });

  it('lets an idle Codex end by itself, and stops one at work', async () => {
    const idle = await MemoryCodex.start();
    await idle.connection.stop();
    assert.deepEqual(
      [idle.inputEnded, await idle.connection.exited],
      [true, { code: 0, signal: null }],
    );
    const busy = await MemoryCodex.start();
    await busy.startsTurn();
    await busy.connection.stop();
    assert.deepEqual(
      [busy.inputEnded, await busy.connection.exited],
      [false, { code: null, signal: 'SIGTERM' }],
    );
  });
});
