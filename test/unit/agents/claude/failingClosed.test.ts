import assert from 'node:assert/strict';
import { claudeLauncher } from '../../../../src/agents/claude/launcher.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import { UserError } from '../../../../src/protocol/userError.ts';
import { answerIn, askFrame, MemoryClaude, SESSION } from '../../../wire/claude/memoryClaude.ts';

const bash = (id: string) =>
  askFrame(id, 'Bash', { command: 'pnpm test' }, { tool_use_id: `toolu_${id}` });
const code = (error: unknown) => error instanceof UserError && error.code;

describe('ClaudeConnection fails closed', () => {
  for (const [what, frame, expected] of [
    ['a line that is not JSON', 'Welcome to Claude', 'badFrame'],
    ['JSON that is no object', '[1]', 'badFrame'],
    ['an object without a type', '{"a":1}', 'badFrame'],
    [
      'an ask without an id',
      { type: 'control_request', request: { subtype: 'can_use_tool' } },
      'badFrame',
    ],
    ['an ask whose input is no object', askFrame('b', 'Bash', [] as never), 'badFrame'],
    ['an ask without a tool', askFrame('b', '', {}), 'badFrame'],
    ['a second ask under an id that waits', bash('a'), 'duplicateRequest'],
    [
      'a mode that does not ask',
      { type: 'system', permissionMode: 'bypassPermissions' },
      'agentNotGated',
    ],
    ['a mode that nobody knows', { type: 'system', permissionMode: 'brandNew' }, 'agentNotGated'],
  ] as const) {
    it(`on ${what}`, async () => {
      const memory = await MemoryClaude.start();
      memory.says(bash('a'));
      assert.equal(memory.pending.length, 1);
      memory.isDeaf = true;
      memory.says(frame);
      memory.says(bash('late'));
      memory.says({ type: 'control_request', request_id: 'x', request: { subtype: 'other' } });
      assert.deepEqual(memory.pending, [], 'nothing it says counts any more');
      memory.exits(null, 'SIGTERM');
      const { error } = await memory.connection.exited;
      assert.equal(error?.code, expected);
      assert.ok(error?.next);
      assert.deepEqual(memory.pending, []);
      assert.deepEqual(memory.written.map(answerIn), []);
      await assert.rejects(memory.connection.prompt('x'), (thrown) => thrown === error);
    });
  }

  it('on a request that nobody can show: it is denied', async () => {
    const memory = await MemoryClaude.start();
    let deep: JsonObject = {};
    for (let i = 0; i < 2000; i++) deep = { deep };
    memory.says(askFrame('a', 'Odd', deep));
    assert.deepEqual(answerIn(memory.written[0]), {
      behavior: 'deny',
      message: 'It could not be shown to anybody. It was not run.',
    });
  });

  it('on an answer after the end: it is not delivered', async () => {
    const memory = await MemoryClaude.start();
    memory.says(bash('a'));
    memory.exits(9);
    await memory.connection.exited;
    await memory.answers('a', 'allow');
    assert.deepEqual(memory.written, []);
    assert.equal(memory.settled[0]?.delivery, 'failed');
  });

  it('on an answer while it is being stopped', async () => {
    const memory = await MemoryClaude.start();
    memory.says(bash('a'));
    memory.isDeaf = true;
    const stopping = memory.connection.stop();
    await memory.answers('a', 'allow');
    assert.deepEqual(memory.written, []);
    assert.equal(memory.settled[0]?.delivery, 'failed');
    memory.exits(0);
    await stopping;
  });

  it('on a journal that cannot be written', async () => {
    const memory = await MemoryClaude.start();
    memory.says(bash('a'));
    memory.journalError = new Error('disk full');
    const answer = await memory.answers('a', 'allow');
    assert.equal(answer.ok, false);
    assert.deepEqual(memory.written, []);
  });
});

describe('claudeLauncher', () => {
  for (const arg of [
    '--dangerously-skip-permissions',
    '--allow-dangerously-skip-permissions',
    '--permission-mode=bypassPermissions',
    '--permission-mode',
    '--permission-prompt-tool',
  ]) {
    it(`starts nothing with ${arg}`, async () => {
      const launcher = claudeLauncher({ command: 'no-such-program', args: ['--model', 'x', arg] });
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
