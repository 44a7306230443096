import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { canHaveRule } from '../../../src/permission/rules.ts';
import {
  askFrame,
  LISTENING,
  MemoryAgent,
  response,
  toolFrame,
} from '../../wire/linkAssistant/memoryAgent.ts';

const NAME = 'agent (link-assistant)';
const touch = askFrame('p1', 'bash', { command: 'touch a', patterns: ['touch a *'] });

describe('The connection to agent (link-assistant)', () => {
  it('asks with its own three answers, and never sends its "always"', async () => {
    const memory = await MemoryAgent.listening();
    memory.says({ ...touch, pattern: ['touch a *'], somethingNew: { of: 'a later version' } });
    const [request] = memory.broker.pending;
    assert.deepEqual(
      request?.options.map(({ bound, nativeDecision, nativeScope }) => [
        nativeDecision,
        bound,
        nativeScope,
      ]),
      [
        ['once', 'exact', 'This call'],
        ['always', 'wider', 'Every call that fits touch a *, until its session ends'],
        ['reject', 'exact', 'This call'],
      ],
    );
    await memory.answers('p1', 'allow', 'always');
    assert.deepEqual(memory.written, [response('p1', 'once')]);
    assert.equal(memory.settled[0]?.narrowed, true);
  });

  it('shows a change of a file as one that nobody has seen, which no rule may answer', async () => {
    const memory = await MemoryAgent.listening();
    memory.says(askFrame('p1', 'edit', { filePath: 'src/a.ts' }));
    const [request] = memory.broker.pending;
    assert.ok(request);
    assert.deepEqual(request.action, {
      tool: 'edit',
      path: '/home/dev/project/src/a.ts',
      change: { kind: 'unseen' },
    });
    assert.equal(canHaveRule(request), false);
  });

  it('lets no rule answer a tool whose whole call is not shown', async () => {
    const memory = await MemoryAgent.listening();
    memory.says(askFrame('p1', 'github_create_issue', {}, { title: 'github_create_issue' }));
    const [request] = memory.broker.pending;
    assert.ok(request);
    assert.equal(request.action.tool, 'other');
    assert.equal(canHaveRule(request), false);
  });

  it('counts fields of a command that nobody has named', async () => {
    const memory = await MemoryAgent.listening();
    memory.says(touch);
    memory.says(askFrame('p2', 'bash', { command: 'touch a', sudo: true }));
    const [usual, wider] = memory.broker.pending;
    assert.notEqual(usual?.argsHash, wider?.argsHash);
  });

  it('stops when a request cannot be read, comes twice, or a line is no frame', async () => {
    const bad = [
      ['{not json', 'badFrame'],
      ['"text"', 'badFrame'],
      [{ type: 'permission_request', tool: 'bash' }, 'badFrame'],
      [{ ...touch, metadata: 'text' }, 'badFrame'],
      [touch, 'duplicateRequest'],
    ] as const;
    for (const [line, code] of bad) {
      const memory = await MemoryAgent.listening();
      memory.says(touch);
      memory.says(line);
      assert.equal((await memory.connection.exited).error?.code, code);
      assert.deepEqual(memory.broker.pending, []);
      assert.deepEqual(memory.written, []);
    }
  });

  it('denies at once what cannot be shown to anybody', async () => {
    const memory = await MemoryAgent.listening();
    const deep = `${'{"deep":'.repeat(5000)}1${'}'.repeat(5000)}`;
    memory.says(
      `{"type":"permission_request","permissionID":"p1","tool":"bash","metadata":{"command":"x","deep":${deep}}}`,
    );
    assert.deepEqual(memory.written, [response('p1', 'reject')]);
    assert.deepEqual(memory.broker.pending, []);
  });

  it('takes what waits back with an interrupt, and rejects it: agent would wait for ever', async () => {
    const memory = await MemoryAgent.listening();
    const turn = memory.prompts('go');
    memory.says(touch);
    await memory.connection.interrupt();
    memory.says(askFrame('p2', 'bash', { command: 'touch b' }));
    assert.deepEqual(memory.broker.pending, []);
    memory.says({ type: 'session_idle' });
    assert.deepEqual(await turn, { reason: 'interrupted' });
    assert.deepEqual(memory.written.slice(1), [
      { type: 'interrupt' },
      response('p1', 'reject'),
      response('p2', 'reject'),
    ]);
    assert.deepEqual(
      memory.settled.map(({ decision }) => decision.by.kind),
      ['agentWithdrew', 'agentWithdrew'],
    );
  });

  it('closes what its own "always" has let through beside us', async () => {
    const memory = await MemoryAgent.listening();
    memory.says(touch);
    memory.says(toolFrame('call-p1', 'bash', { status: 'completed' }));
    assert.deepEqual(memory.broker.pending, []);
    assert.deepEqual(memory.written, []);
  });

  it('says once that a sub-agent is silent, since its requests reach nobody', async () => {
    const memory = await MemoryAgent.listening(20);
    const notices = () => memory.events.filter(({ kind }) => kind === 'notice').length;
    void memory.prompts('go');
    await sleep(60);
    assert.equal(notices(), 0);
    memory.says(toolFrame('c1', 'task', { status: 'running' }));
    await sleep(80);
    assert.equal(notices(), 1);
    memory.says(toolFrame('c2', 'task', { status: 'running' }));
    memory.says(toolFrame('c2', 'task', { status: 'completed' }));
    await sleep(60);
    assert.equal(notices(), 1);
  });

  it('does not take an idle of the turn before for the end of this one', async () => {
    const memory = await MemoryAgent.listening();
    void memory.prompts('go');
    memory.says({ type: 'session_idle' });
    await sleep(0);
    assert.equal(memory.isWorking, true);
    memory.says({ type: 'input', kind: 'message' });
    memory.says({ type: 'step_start' });
    memory.says({ type: 'session_idle' });
    await sleep(0);
    assert.equal(memory.isWorking, false);
  });

  it('says what went wrong when the model did nothing', async () => {
    const memory = await MemoryAgent.listening();
    const turn = memory.prompts('go');
    memory.stderrTail = '{"type":"error","message":"No such model"}';
    memory.says({ type: 'input', kind: 'message' });
    memory.says({ type: 'session_idle' });
    assert.deepEqual(await turn, { reason: 'error', message: 'No such model' });
  });

  it('is refused when it takes another input than ours, or ends before it listens', async () => {
    const other = new MemoryAgent();
    other.says({ ...LISTENING, options: { inputFormat: 'text' } });
    await assert.rejects(other.opening, { code: 'agentNotGated' });
    const gone = new MemoryAgent();
    gone.exits(1);
    await assert.rejects(gone.opening, (error: unknown) => {
      assert.ok(error instanceof Error && error.message.startsWith(`${NAME} stopped`));
      return true;
    });
  });

  it('tells of a call as it goes', async () => {
    const memory = await MemoryAgent.listening();
    void memory.prompts('go');
    memory.says(toolFrame('call-p1', 'bash', { status: 'pending' }));
    memory.says(toolFrame('call-p1', 'bash', { status: 'running', input: { command: 'touch a' } }));
    memory.says(touch);
    memory.says(toolFrame('call-p1', 'bash', { status: 'running', input: { command: 'touch a' } }));
    await memory.answers('p1', 'deny');
    memory.says(toolFrame('call-p1', 'bash', { status: 'error', input: { command: 'touch a' } }));
    const calls = memory.events.flatMap((event) => (event.kind === 'toolCall' ? event.call : []));
    const [request] = memory.settled;
    assert.deepEqual(
      calls.map(({ requestId, status, title }) => [title, status, requestId !== undefined]),
      [
        ['bash', 'in_progress', false],
        ['touch a', 'in_progress', false],
        ['touch a', 'pending', false],
        ['touch a', 'pending', true],
        ['touch a', 'failed', true],
      ],
    );
    assert.equal(calls.at(-1)?.requestId, request?.request.id);
  });
});
