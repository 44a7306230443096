import assert from 'node:assert/strict';
import type { JsonObject } from '../../../../src/base/json.ts';
import { UserError } from '../../../../src/protocol/userError.ts';
import { answerIn, askFrame, MemoryClaude } from '../../../wire/claude/memoryClaude.ts';

const BASH = { command: 'pnpm test' };
const bash = (id: string, extra: JsonObject = {}) =>
  askFrame(id, 'Bash', BASH, { tool_use_id: `toolu_${id}`, ...extra });
const result = (fields: JsonObject = {}): JsonObject => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  ...fields,
});
const code = (error: unknown) => error instanceof UserError && error.code;

describe('ClaudeConnection', () => {
  it('sends the very input back, whatever is in it', async () => {
    const memory = await MemoryClaude.start();
    const line =
      `{"type":"control_request","request_id":"a","request":{"subtype":"can_use_tool","tool_name":"Odd",
      "input":{"__proto__":{"x":1},"a":"\\ud800","n":1e400,"z":[null,{"":""}]}}}`.replace(
        '1e400',
        '1e21',
      );
    memory.says(line);
    await memory.answers('a', 'allow');
    assert.match(
      JSON.stringify(memory.written[0]),
      /"updatedInput":\{"__proto__":\{"x":1\},"a":"\\ud800","n":1e\+21,"z":\[null,\{"":""\}\]\}/,
    );
  });

  it('denies with the words of the person, else with its own', async () => {
    const memory = await MemoryClaude.start();
    memory.says(bash('a'));
    memory.says(bash('b'));
    await memory.answers('b', 'deny', { feedback: 'Use pnpm.' });
    await memory.answers('a', 'deny', { feedback: '  ' });
    assert.deepEqual(memory.written.map(answerIn), [
      { behavior: 'deny', message: 'Use pnpm.' },
      { behavior: 'deny', message: 'Denied in Countersign. It was not run.' },
    ]);
  });

  it('sends an "always" of Claude Code as once, since it reaches further', async () => {
    const memory = await MemoryClaude.start();
    const suggestion = {
      type: 'addRules',
      rules: [{ toolName: 'Bash', ruleContent: 'pnpm test' }],
      behavior: 'allow',
      destination: 'localSettings',
    };
    memory.says(bash('a', { permission_suggestions: [suggestion] }));
    const [request] = memory.pending;
    assert.deepEqual(
      request?.options.map(({ id, kind, label, bound }) => [id, kind, label, bound]),
      [
        ['allow', 'allow_once', 'Yes', 'exact'],
        ['always-1', 'allow_always', 'Yes, and always allow Bash(pnpm test)', 'unknown'],
        ['deny', 'reject_once', 'No', 'exact'],
      ],
    );
    assert.deepEqual(request?.options[1]?.nativeDecision, {
      behavior: 'allow',
      updatedPermissions: [suggestion],
    });
    await memory.answers('a', 'allow', { optionId: 'always-1' });
    assert.deepEqual(answerIn(memory.written[0]), { behavior: 'allow', updatedInput: BASH });
  });

  it('offers no "always" where Claude Code says that there must be none', async () => {
    const memory = await MemoryClaude.start();
    const suggestions = [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }];
    const fields = { permission_suggestions: suggestions, suppress_always_allow_rule: true };
    memory.says(bash('a', fields));
    assert.deepEqual(
      memory.pending[0]?.options.map(({ id }) => id),
      ['allow', 'deny'],
    );
  });

  it('closes an ask that is taken back, and never answers it', async () => {
    const memory = await MemoryClaude.start();
    memory.says(bash('a'));
    memory.says({ type: 'control_cancel_request', request_id: 'a' });
    memory.says({ type: 'control_cancel_request', request_id: 'unknown' });
    assert.equal(memory.settled[0]?.decision.by.kind, 'agentWithdrew');
    assert.deepEqual(memory.written, []);
    // The id is free again.
    memory.says(bash('a'));
    assert.equal(memory.pending.length, 1);
  });

  it('denies what is asked after an interrupt', async () => {
    const memory = await MemoryClaude.start();
    const prompt = memory.prompts('go');
    void memory.connection.interrupt();
    memory.says(bash('late'));
    assert.deepEqual(memory.pending, []);
    assert.equal((answerIn(memory.written.at(-1)) as JsonObject)['behavior'], 'deny');
    memory.says(result({ is_error: true, subtype: 'error_during_execution' }));
    assert.deepEqual(await prompt, { reason: 'interrupted' });
  });

  it('answers a request that it does not know with an error, and goes on', async () => {
    const memory = await MemoryClaude.start();
    memory.says({ type: 'control_request', request_id: 'x', request: { subtype: 'elicitation' } });
    assert.deepEqual(memory.written, [
      {
        type: 'control_response',
        response: {
          subtype: 'error',
          request_id: 'x',
          error: 'Countersign does not support elicitation',
        },
      },
    ]);
    memory.says(bash('a'));
    assert.equal(memory.pending.length, 1);
  });

  it('ignores frames of types that it does not know', async () => {
    const memory = await MemoryClaude.start();
    memory.says({ type: 'brand_new', request_id: 1 });
    memory.says(bash('a'));
    assert.equal(memory.pending.length, 1);
  });

  it('lets a person answer a question, and never a rule', async () => {
    const memory = await MemoryClaude.start();
    const question = {
      question: 'Which one?',
      header: 'One',
      options: [{ label: 'A', description: 'first' }, { label: 'B' }],
      multiSelect: true,
    };
    const input = { questions: [question] };
    memory.says(askFrame('q', 'AskUserQuestion', input, { requires_user_interaction: true }));
    const [request] = memory.pending;
    assert.equal(request?.source, 'agent_question');
    assert.deepEqual(request?.questions, [
      {
        id: 'Which one?',
        text: 'Which one?',
        multiSelect: true,
        choices: [
          { label: 'A', description: 'first' },
          { label: 'B', description: '' },
        ],
      },
    ]);
    const unanswered = await memory.answers('q', 'allow');
    assert.equal(unanswered.ok, false);
    await memory.answers('q', 'allow', { answers: { 'Which one?': 'A, B' } });
    assert.deepEqual(answerIn(memory.written[0]), {
      behavior: 'allow',
      updatedInput: { ...input, answers: { 'Which one?': 'A, B' } },
    });
  });

  it('does not say in which directory a sub-agent or a worktree runs its commands', async () => {
    const memory = await MemoryClaude.start();
    const cwds = () =>
      memory.pending.map(({ action }) => (action.tool === 'execute' ? action.cwd : action.tool));
    memory.says(bash('a'));
    memory.says(bash('b', { agent_id: 'sub' }));
    memory.says({
      type: 'assistant',
      message: {
        id: 'm',
        content: [{ type: 'tool_use', id: 't', name: 'EnterWorktree', input: {} }],
      },
    });
    memory.says(bash('c'));
    assert.deepEqual(cwds(), ['.', undefined, undefined]);
  });

  it('tells a text once, and in pieces when it comes in pieces', async () => {
    const memory = await MemoryClaude.start();
    const delta = (text: string) => ({
      type: 'stream_event',
      event: { type: 'content_block_delta', delta: { type: 'text_delta', text } },
    });
    const said = (id: string, text: string, extra: JsonObject = {}) => ({
      type: 'assistant',
      message: { id, content: [{ type: 'text', text }] },
      ...extra,
    });
    memory.says({ type: 'stream_event', event: { type: 'message_start', message: { id: 'm1' } } });
    memory.says(delta('Hel'));
    memory.says(delta('lo'));
    memory.says(said('m1', 'Hello'));
    memory.says(said('m2', 'Whole'));
    memory.says(said('m3', 'Of a sub-agent', { parent_tool_use_id: 't' }));
    assert.deepEqual(memory.events, [
      { kind: 'text', text: 'Hel', messageId: 'm1' },
      { kind: 'text', text: 'lo', messageId: 'm1' },
      { kind: 'text', text: 'Whole', messageId: 'm2' },
    ]);
  });

  it('follows a call from its start to its end', async () => {
    const memory = await MemoryClaude.start();
    const block = { type: 'tool_use', id: 'toolu_a', name: 'Bash', input: BASH };
    memory.says({ type: 'assistant', message: { id: 'm', content: [block] } });
    memory.says(bash('a'));
    const [request] = memory.pending;
    await memory.answers('a', 'allow');
    const outcome = { type: 'tool_result', tool_use_id: 'toolu_a', content: 'ok' };
    memory.says({ type: 'user', message: { content: [outcome] } });
    const call = { callId: 'toolu_a', title: 'pnpm test', toolKind: 'execute' };
    assert.deepEqual(memory.events, [
      { kind: 'toolCall', call: { ...call, status: 'in_progress' } },
      { kind: 'toolCall', call: { ...call, status: 'pending' } },
      { kind: 'toolCall', call: { ...call, status: 'pending', requestId: request?.id } },
      { kind: 'toolCall', call: { ...call, status: 'in_progress' } },
      { kind: 'toolCall', call: { ...call, status: 'completed' } },
    ]);
  });

  describe('ends a turn', () => {
    for (const [what, frame, end] of [
      ['that is done', result(), { reason: 'done' }],
      ['that was refused', result({ stop_reason: 'refusal' }), { reason: 'refused' }],
      [
        'at a limit',
        result({ subtype: 'error_max_turns', is_error: true }),
        { reason: 'limit', message: 'Claude Code reached its limit of steps in one turn.' },
      ],
      [
        'with the words of an error',
        result({ is_error: true, result: 'API Error: 529' }),
        { reason: 'error', message: 'API Error: 529' },
      ],
    ] as const) {
      it(what, async () => {
        const memory = await MemoryClaude.start();
        const prompt = memory.prompts('go');
        memory.says(frame);
        assert.deepEqual(await prompt, end);
      });
    }

    it('when nobody is signed in, and says what to do', async () => {
      const memory = await MemoryClaude.start();
      const prompt = memory.prompts('go');
      memory.says(result({ is_error: true, result: 'Not logged in · Please run /login' }));
      await assert.rejects(prompt, (error) => {
        assert.equal(code(error), 'notSignedIn');
        assert.match((error as UserError).next, /Run `claude` once in a terminal/);
        return true;
      });
    });

    it('when the process dies, with its last words', async () => {
      const memory = await MemoryClaude.start();
      const prompt = memory.prompts('go');
      memory.exits(7);
      await assert.rejects(prompt, (error) => {
        assert.equal(code(error), 'agentExited');
        assert.match((error as UserError).message, /exit code 7/);
        assert.equal((error as UserError).detail, 'its last words');
        return true;
      });
      assert.deepEqual(await memory.connection.exited, { code: 7, signal: null });
      await assert.rejects(
        memory.connection.prompt('x'),
        (error) => code(error) === 'sessionEnded',
      );
    });
  });

  it('takes one message at a time', async () => {
    const memory = await MemoryClaude.start();
    const prompt = memory.prompts('go');
    await assert.rejects(memory.connection.prompt('more'), (error) => code(error) === 'agentError');
    memory.says(result());
    await prompt;
    assert.equal(memory.written.length, 1);
  });

  it('says once that the model does not answer', async () => {
    const memory = await MemoryClaude.start();
    void memory.prompts('go');
    const retry = { type: 'system', subtype: 'api_retry', error: 'overloaded' };
    memory.says(retry);
    memory.says(retry);
    assert.deepEqual(
      memory.events.map((event) => event.kind === 'notice' && event.text),
      ['The model does not answer (overloaded). Claude Code is trying again.'],
    );
  });

  it('lets an idle Claude Code end by itself, and stops one at work', async () => {
    const idle = await MemoryClaude.start();
    await idle.connection.stop();
    assert.deepEqual(
      [idle.inputEnded, await idle.connection.exited],
      [true, { code: 0, signal: null }],
    );
    const busy = await MemoryClaude.start();
    const prompt = busy.prompts('go');
    await busy.connection.stop();
    assert.deepEqual(await prompt, { reason: 'interrupted' });
    assert.deepEqual(
      [busy.inputEnded, await busy.connection.exited],
      [false, { code: null, signal: 'SIGTERM' }],
    );
  });
});
