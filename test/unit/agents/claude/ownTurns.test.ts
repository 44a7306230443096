import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { type JsonObject, stringAt } from '../../../../src/base/json.ts';
import { MemoryClaude } from '../../../wire/claude/memoryClaude.ts';

/** What the turns come to, as far as they have ended. */
function watched(memory: MemoryClaude, text: string) {
  const ends: string[] = [];
  void memory.prompts(text).then(({ reason }) => ends.push(reason));
  const uuid = stringAt(memory.written.at(-1), 'uuid') ?? '';
  const is = (state: string) =>
    says(memory, { type: 'command_lifecycle', command_uuid: uuid, state });
  return { ends, uuid, is };
}

async function says(memory: MemoryClaude, frame: JsonObject): Promise<void> {
  memory.says(frame);
  await turn();
}

const result = (terminal = 'completed'): JsonObject => ({
  type: 'result',
  subtype: terminal === 'completed' ? 'success' : 'error_during_execution',
  is_error: terminal !== 'completed',
  terminal_reason: terminal,
});
const interrupts = (memory: MemoryClaude) =>
  memory.written.filter(({ request }) => stringAt(request, 'subtype') === 'interrupt');
const answered = (memory: MemoryClaude, response: JsonObject): Promise<void> => {
  const request_id = stringAt(interrupts(memory).at(-1), 'request_id') ?? '';
  const success = { subtype: 'success', request_id, response };
  return says(memory, { type: 'control_response', response: success });
};

describe('a message that is sent while Claude Code works by itself', () => {
  it('is not ended by the end of that turn', async () => {
    const memory = await MemoryClaude.start();
    const { ends, is } = watched(memory, 'go');
    await is('queued');
    await says(memory, result());
    assert.deepEqual(ends, []);
    await is('started');
    await says(memory, result());
    assert.deepEqual(ends, ['done']);
  });

  it('is not ended by it before it is known to wait, nor when it comes from nobody else', async () => {
    const memory = await MemoryClaude.start();
    const first = watched(memory, 'go');
    for (const state of ['queued', 'started']) await first.is(state);
    await says(memory, result());
    const { ends, is } = watched(memory, 'again');
    await says(memory, { ...result(), origin: { kind: 'task-notification' } });
    assert.deepEqual(ends, []);
    for (const state of ['queued', 'started']) await is(state);
    await says(memory, result());
    assert.deepEqual(ends, ['done']);
    for (const origin of [undefined, { kind: 'human' }]) {
      const untold = watched(memory, 'not told of');
      await says(memory, { ...result(), ...(origin && { origin }) });
      assert.deepEqual(untold.ends, ['done']);
    }
  });

  it('does not fail for what failed that turn', async () => {
    const memory = await MemoryClaude.start();
    const { ends, is } = watched(memory, 'go');
    await is('queued');
    await says(memory, { type: 'assistant', error: 'authentication_failed', message: {} });
    await says(memory, result('failed'));
    await is('started');
    await says(memory, result('failed'));
    assert.deepEqual(ends, ['error']);
  });

  it('ends with that turn when it became a part of it', async () => {
    const memory = await MemoryClaude.start();
    const { ends, is } = watched(memory, 'go');
    for (const state of ['queued', 'started', 'completed']) await is(state);
    await says(memory, result());
    assert.deepEqual(ends, ['done']);
  });

  it('is interrupted once it begins, when the person stopped it before', async () => {
    const memory = await MemoryClaude.start();
    const { ends, is, uuid } = watched(memory, 'go');
    await is('queued');
    void memory.connection.interrupt();
    await answered(memory, { still_queued: [uuid] });
    await says(memory, result('aborted_streaming'));
    assert.deepEqual(ends, []);
    await is('started');
    assert.equal(interrupts(memory).length, 2);
    await says(memory, result('aborted_streaming'));
    assert.deepEqual(ends, ['interrupted']);
  });

  it('is over when the interrupt took it out of the queue', async () => {
    const memory = await MemoryClaude.start();
    const { ends, is } = watched(memory, 'go');
    await is('queued');
    void memory.connection.interrupt();
    await answered(memory, { still_queued: [] });
    assert.deepEqual(ends, ['interrupted']);
    await says(memory, result('aborted_streaming'));
    // The next one is not taken for it.
    const next = watched(memory, 'again');
    await next.is('started');
    await says(memory, result());
    assert.deepEqual(next.ends, ['done']);
  });

  it('is not over before Claude Code has ended it, when it had begun', async () => {
    const memory = await MemoryClaude.start();
    const { ends, is } = watched(memory, 'go');
    for (const state of ['queued', 'started']) await is(state);
    void memory.connection.interrupt();
    await answered(memory, { still_queued: [] });
    assert.deepEqual(ends, []);
    await says(memory, result('aborted_tools'));
    assert.deepEqual(ends, ['interrupted']);
  });

  it('is ended by any result of a version that does not say what waits', async () => {
    const memory = await MemoryClaude.start();
    const { ends } = watched(memory, 'go');
    await says(memory, { ...result(), origin: { kind: 'task-notification' } });
    assert.deepEqual(ends, ['done']);
  });

  it('is another one than what somebody else has sent', async () => {
    const memory = await MemoryClaude.start();
    const { ends } = watched(memory, 'go');
    await says(memory, { type: 'command_lifecycle', command_uuid: 'other', state: 'queued' });
    await says(memory, result());
    assert.deepEqual(ends, ['done']);
  });
});
