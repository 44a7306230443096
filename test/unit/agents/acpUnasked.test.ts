import assert from 'node:assert/strict';
import type { JsonObject } from '../../../src/base/json.ts';
import { ask, MemoryAgent, settle } from '../../wire/acp/memoryAgent.ts';

const call = (toolCallId: string, status: string, more: JsonObject = {}): JsonObject => ({
  jsonrpc: '2.0',
  method: 'session/update',
  params: {
    sessionId: 'S',
    update: { sessionUpdate: 'tool_call_update', toolCallId, status, ...more },
  },
});
const told = (toolCallId: string, kind: string, more: JsonObject = {}) =>
  call(toolCallId, 'pending', { sessionUpdate: 'tool_call', kind, title: 'Its words', ...more });

async function open() {
  const agent = new MemoryAgent();
  const connection = await agent.openAs('qwen-code');
  const notices: string[] = [];
  connection.onDidEmit((event) => {
    if (event.kind === 'notice') notices.push(event.text);
  });
  return { agent, notices };
}

describe('a call of an ACP agent that ran without being asked for', () => {
  for (const kind of ['execute', 'edit', 'delete', 'move', 'fetch'])
    it(`is said once: ${kind}`, async () => {
      const { agent, notices } = await open();
      const rawInput = kind === 'execute' ? { command: 'touch made' } : {};
      for (const id of ['a', 'b']) agent.say(told(id, kind, { rawInput }), call(id, 'completed'));
      assert.equal(notices.length, 1);
      const what = kind === 'execute' ? 'touch made' : 'Its words';
      assert.ok(
        notices[0]?.startsWith(`Test Agent ran this without asking: ${what}. `),
        notices[0],
      );
    });

  it('is not one that reads, thinks or failed', async () => {
    const { agent, notices } = await open();
    for (const kind of ['read', 'search', 'think', 'other'])
      agent.say(told(kind, kind), call(kind, 'completed'));
    agent.say(told('f', 'execute'), call('f', 'failed'));
    assert.deepEqual(notices, []);
  });

  it('is not one that was asked for, in whatever order its frames come', async () => {
    const { agent, notices } = await open();
    const callId = 'call-1';
    agent.say(told(callId, 'execute'), ask(1));
    await agent.decide(agent.broker.pending[0], 'allow');
    agent.say(call(callId, 'completed'));
    // As Gemini does.
    agent.say(ask(1));
    await agent.decide(agent.broker.pending[0], 'allow');
    agent.say(told(callId, 'execute'), call(callId, 'completed'));
    await settle();
    assert.deepEqual(notices, []);
  });
});
