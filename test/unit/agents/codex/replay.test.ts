import assert from 'node:assert/strict';
import { replayOf } from '../../../../src/agents/codex/replay.ts';

describe('A thread of Codex that is resumed', () => {
  it('tells what was said and done, as ended, and nothing that it cannot read', () => {
    const said = (...texts: readonly string[]) => ({
      type: 'userMessage',
      content: [...texts.map((text) => ({ type: 'text', text })), { type: 'image' }],
    });
    const command = {
      id: 'c1',
      type: 'commandExecution',
      command: "/bin/bash -lc 'touch a'",
      cwd: '/home/dev/project',
      status: 'inProgress',
    };
    const events = replayOf([
      { items: [said('Make a file', 'called a'), command] },
      { items: [{ id: 'm1', type: 'agentMessage', text: 'Done.' }, { type: 'userMessage' }] },
      { items: 'none' },
    ]);
    const [user, call, text, ...more] = events;
    assert.deepEqual(user, { kind: 'user', text: 'Make a file\ncalled a' });
    assert.ok(call?.kind === 'toolCall');
    assert.deepEqual([call.call.callId, call.call.requestId], ['c1', undefined]);
    assert.deepEqual(text, { kind: 'text', text: 'Done.', messageId: 'm1' });
    assert.deepEqual(more, []);
  });
});
