import assert from 'node:assert/strict';
import type { AcpConnection } from '../../../src/agents/acp/connection.ts';
import type { AgentEvent } from '../../../src/agents/agent.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { argsHash } from '../../../src/permission/action.ts';
import { cardView } from '../../../src/protocol/cardView.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { ask, MemoryAgent, OPTIONS, SESSION, settle } from '../../wire/acp/memoryAgent.ts';

describe('an ACP connection', () => {
  let agent: MemoryAgent;
  let connection: AcpConnection;
  let events: AgentEvent[];

  beforeEach(async () => {
    agent = new MemoryAgent();
    connection = await agent.openAs('qwen-code');
    events = [];
    connection.onDidEmit((event) => events.push(event));
  });

  const pending = () => agent.broker.pending;
  const outcomes = () =>
    agent.sent.flatMap((frame) => ('method' in frame ? [] : [frame['result'] ?? frame['error']]));

  it('offers neither files nor terminals, and starts where the session works', () => {
    const [init, created] = agent.sent;
    assert.deepEqual((init?.['params'] as JsonObject | undefined)?.['clientCapabilities'], {});
    assert.deepEqual(created?.['params'], { cwd: '/home/dev/project', mcpServers: [] });
    assert.deepEqual(connection.agent, { id: 'test', name: 'Test Agent', version: '1.2.3' });
  });

  it('sends the reject option for a deny, never the first one', async () => {
    agent.say(ask(0));
    await agent.decide(pending()[0], 'deny');
    assert.deepEqual(outcomes(), [{ outcome: { outcome: 'selected', optionId: 'n' } }]);
  });

  it('sends "once" for an "always", which no agent binds to one call', async () => {
    agent.say(ask(0));
    await agent.decide(pending()[0], 'allow', { optionId: 'a' });
    assert.deepEqual(outcomes(), [{ outcome: { outcome: 'selected', optionId: 'y' } }]);
  });

  it('cancels for a deny when no reject is offered, and says so before the click', async () => {
    agent.say(ask(0, { options: OPTIONS.slice(0, 2) }));
    const [request] = pending();
    assert.equal(request && cardView(request).denyEndsTurn, true);
    await agent.decide(request, 'deny');
    assert.deepEqual(outcomes(), [{ outcome: { outcome: 'cancelled' } }]);
  });

  it('cannot allow when only "always" is offered', async () => {
    agent.say(ask(0, { options: OPTIONS.slice(0, 1) }));
    const answer = await agent.decide(pending()[0], 'allow');
    assert.equal(!answer.ok && answer.error.kind, 'onlyWiderAllow');
    assert.deepEqual(outcomes(), []);
  });

  it('answers by a rule of the person the next time, and with "once" again', async () => {
    agent.say(ask(0));
    await agent.decide(pending()[0], 'allow', { always: true });
    agent.say(ask(0));
    await settle();
    assert.deepEqual(
      outcomes(),
      Array(2).fill({ outcome: { outcome: 'selected', optionId: 'y' } }),
    );
  });

  it('keeps ids of another type apart, and takes one again after it was answered', async () => {
    agent.say(ask(0), ask('0'));
    assert.equal(pending().length, 2);
    await agent.decide(pending()[1], 'deny');
    await agent.decide(pending()[0], 'allow');
    assert.deepEqual(
      agent.sent.slice(-2).map(({ id, result }) => [id, (result as JsonObject)['outcome']]),
      [
        ['0', { outcome: 'selected', optionId: 'n' }],
        [0, { outcome: 'selected', optionId: 'y' }],
      ],
    );
    agent.say(ask(0));
    assert.equal(pending().length, 1);
  });

  const broken: readonly (readonly [string, string, JsonObject | string])[] = [
    ['a line that is not JSON', 'badFrame', 'Loading model…'],
    ['JSON that is no frame', 'badFrame', '[1,2]'],
    ['an old JSON-RPC', 'badFrame', { id: 1, method: 'session/update' }],
    ['a request without a usable id', 'badFrame', { ...ask(1), id: null }],
    ['a request that is not complete', 'badFrame', ask(1, { toolCall: {} })],
    [
      'one option id for allow and deny',
      'badFrame',
      ask(1, { options: OPTIONS.map((option) => ({ ...option, optionId: 'x' })) }),
    ],
    ['a second request under one id', 'duplicateRequest', ask(0, { sessionId: 'S' })],
    [
      'an option of an unknown kind',
      'unknownOptionKind',
      ask(1, { options: [...OPTIONS, { optionId: 'z', name: 'Z', kind: 'allow_forever' }] }),
    ],
    ['a request for another session', 'unknownSession', ask(1, { sessionId: 'ended' })],
  ];
  for (const [what, code, frame] of broken) {
    it(`closes the connection and allows nothing: ${what}`, async () => {
      agent.say(ask(0));
      const [waiting] = pending();
      agent.say(frame);
      const exit = await connection.exited;
      assert.equal(exit.error?.code, code);
      assert.ok(exit.error?.next);
      assert.deepEqual(pending(), []);
      agent.say(ask(7));
      assert.deepEqual(pending(), []);
      const late = await agent.decide(waiting, 'allow');
      assert.equal(!late.ok && late.error.kind, 'alreadySettled');
      assert.deepEqual(outcomes(), []);
    });
  }

  it('neither hears nor answers a broken agent until it is gone', async () => {
    agent.lingers = true;
    agent.say(ask(0));
    const sent = agent.sent.length;
    agent.say('garbage', ask(1), ask(2, { sessionId: 'other' }));
    assert.equal(agent.failure?.code, 'badFrame');
    assert.deepEqual(pending(), []);
    assert.equal(agent.sent.length, sent);
  });

  it('gives no answer to an agent that is being stopped, so that it does not go on', () => {
    agent.say(ask(0));
    agent.broker.agentGone(SESSION.key, 'the session was stopped');
    assert.deepEqual(pending(), []);
    assert.deepEqual(outcomes(), []);
  });

  it('reads a second request about one call by itself', () => {
    const bare = { toolCallId: 'call-0', kind: 'execute', title: 'Something else' };
    agent.say(ask(0), ask(1, { toolCall: bare }));
    assert.deepEqual(
      pending().map(({ action }) => [action.tool, action.incomplete]),
      [
        ['execute', undefined],
        ['other', true],
      ],
    );
  });

  it('stops the turn first and cancels what waits after it', async () => {
    const turn = connection.prompt('go');
    agent.say(ask(0), ask(1));
    await settle();
    await connection.interrupt();
    assert.deepEqual(
      agent.sent.slice(-3).map(({ method, id, result }) => method ?? [id, result]),
      [
        'session/cancel',
        [0, { outcome: { outcome: 'cancelled' } }],
        [1, { outcome: { outcome: 'cancelled' } }],
      ],
    );
    agent.say(ask(2));
    assert.deepEqual(agent.answerTo(2)?.['result'], { outcome: { outcome: 'cancelled' } });
    assert.deepEqual(pending(), []);
    const prompt = agent.sent.find(({ method }) => method === 'session/prompt');
    agent.say({ jsonrpc: '2.0', id: prompt?.['id'] ?? null, result: { stopReason: 'cancelled' } });
    assert.deepEqual(await turn, { reason: 'interrupted' });
  });

  it('does not let an allow through that was on its way when the turn was stopped', async () => {
    void connection.prompt('go');
    agent.say(ask(0));
    const answer = agent.decide(pending()[0], 'allow');
    await connection.interrupt();
    const settled = await answer;
    assert.equal(settled.ok, false);
    assert.deepEqual(outcomes(), [{ outcome: { outcome: 'cancelled' } }]);
  });

  it('closes a card that the agent takes back, and one whose call has ended', async () => {
    agent.say(ask(0), ask(1));
    agent.say({ jsonrpc: '2.0', method: '$/cancel_request', params: { requestId: 0 } });
    assert.equal(pending().length, 1);
    agent.say(
      update({ sessionUpdate: 'tool_call_update', toolCallId: 'call-1', status: 'failed' }),
    );
    assert.deepEqual(pending(), []);
    assert.deepEqual(outcomes(), Array(2).fill({ outcome: { outcome: 'cancelled' } }));
  });

  it('says that an answer did not arrive when the agent died', async () => {
    agent.say(ask(0));
    agent.die({ code: 1, signal: null });
    const answer = await agent.decide(pending()[0], 'allow');
    assert.equal(answer.ok && answer.value.delivery, 'failed');
  });

  it('refuses files and terminals, and tells the person once', async () => {
    for (const id of [5, 6])
      agent.say({ jsonrpc: '2.0', id, method: 'fs/write_text_file', params: {} });
    agent.say({ jsonrpc: '2.0', id: 7, method: 'terminal/create', params: {} });
    agent.say({ jsonrpc: '2.0', id: 8, method: 'craft/other', params: {} });
    await settle();
    assert.deepEqual(
      [5, 6, 7, 8].map((id) => (agent.answerTo(id)?.['error'] as JsonObject | undefined)?.['code']),
      Array(4).fill(-32601),
    );
    assert.equal(events.filter(({ kind }) => kind === 'notice').length, 2);
  });

  it('denies what cannot be put in words', async () => {
    agent.broker.raise = () => {
      throw new RangeError('nested too deeply');
    };
    agent.say(ask(0));
    assert.deepEqual(outcomes(), [{ outcome: { outcome: 'selected', optionId: 'n' } }]);
    assert.deepEqual(events.at(-1)?.kind, 'notice');
  });

  it('tells what the agent says and does, and ignores what it does not know', () => {
    const text = { type: 'text', text: 'Hi' };
    agent.say(
      update({ sessionUpdate: 'agent_message_chunk', content: text, messageId: 'm' }),
      update({ sessionUpdate: 'agent_thought_chunk', content: text }),
      update({ sessionUpdate: 'from_the_future', content: text }),
      update({ sessionUpdate: 'tool_call', toolCallId: 'c', title: 'Read', kind: 'read' }),
      update({ sessionUpdate: 'tool_call_update', toolCallId: 'c', status: 'completed' }),
    );
    assert.deepEqual(events, [
      { kind: 'text', text: 'Hi', messageId: 'm' },
      { kind: 'thought', text: 'Hi' },
      {
        kind: 'toolCall',
        call: { callId: 'c', title: 'Read', toolKind: 'read', status: 'pending' },
      },
      {
        kind: 'toolCall',
        call: { callId: 'c', title: 'Read', toolKind: 'read', status: 'completed' },
      },
    ]);
  });

  for (const [stopReason, reason] of [
    ['end_turn', 'done'],
    ['cancelled', 'interrupted'],
    ['refusal', 'refused'],
    ['max_tokens', 'limit'],
    ['max_turn_requests', 'limit'],
  ] as const) {
    it(`ends the turn: ${stopReason}`, async () => {
      const turn = connection.prompt('go');
      await settle();
      agent.say({ jsonrpc: '2.0', id: agent.sent.at(-1)?.['id'] ?? null, result: { stopReason } });
      assert.equal((await turn).reason, reason);
    });
  }

  it('does not call a turn done that was stopped, though Copilot does', async () => {
    const turn = connection.prompt('go');
    await settle();
    const id = agent.sent.at(-1)?.['id'] ?? null;
    const stop = agent.stop.bind(agent);
    agent.stop = async () => {
      agent.say({ jsonrpc: '2.0', id, result: { stopReason: 'end_turn' } });
      await settle();
      await stop();
    };
    await connection.stop();
    assert.deepEqual(await turn, { reason: 'interrupted' });
  });

  it('ends the turn with the words of the error', async () => {
    const turn = connection.prompt('go');
    await settle();
    const error = { code: -32603, message: 'Internal error', data: { details: 'no credit' } };
    agent.say({ jsonrpc: '2.0', id: agent.sent.at(-1)?.['id'] ?? null, error });
    assert.deepEqual(await turn, { reason: 'error', message: 'Internal error: no credit' });
  });

  it('rejects the prompt when the agent dies in the middle of it', async () => {
    const turn = connection.prompt('go');
    agent.die({ code: 1, signal: null });
    await assert.rejects(turn, { code: 'agentExited', detail: 'last words' });
  });
});

describe('the ACP handshake', () => {
  const cases: readonly (readonly [
    string,
    string,
    (frame: JsonObject, agent: MemoryAgent) => void,
  ])[] = [
    [
      'another protocol version',
      'protocolVersion',
      ({ id = null }, agent) => agent.say({ jsonrpc: '2.0', id, result: { protocolVersion: 99 } }),
    ],
    ['a death', 'agentExited', (_, agent) => agent.die({ code: 1, signal: null })],
    ['garbage', 'badFrame', (_, agent) => agent.say('Usage: agent [options]')],
    [
      'an error',
      'agentError',
      ({ id = null }, agent) =>
        agent.say({ jsonrpc: '2.0', id, error: { code: -32603, message: 'no' } }),
    ],
  ];
  for (const [what, code, react] of cases) {
    it(`fails clearly and stops the agent: ${what}`, async () => {
      const agent = new MemoryAgent();
      agent.onSent = (frame) => react(frame, agent);
      await assert.rejects(
        agent.open(),
        (error) => error instanceof UserError && error.code === code,
      );
      assert.equal(agent.stops, 1);
    });
  }

  it('says how to sign in', async () => {
    const agent = new MemoryAgent();
    const authMethods = [{ id: 'x', name: 'Log in with Google' }];
    agent.onSent = ({ id = null, method }) =>
      agent.say(
        method === 'initialize'
          ? { jsonrpc: '2.0', id, result: { protocolVersion: 1, authMethods } }
          : { jsonrpc: '2.0', id, error: { code: -32000, message: 'Authentication required' } },
      );
    await assert.rejects(agent.open(), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, 'notSignedIn');
      assert.match(error.next, /Log in with Google/);
      return true;
    });
  });

  it('knows the session before it looks at the next frame', async () => {
    const agent = new MemoryAgent();
    agent.onSent = ({ id = null, method }) => {
      if (method === 'initialize')
        agent.say({ jsonrpc: '2.0', id, result: { protocolVersion: 1 } });
      if (method === 'session/new')
        agent.say({ jsonrpc: '2.0', id, result: { sessionId: 'S' } }, ask(0));
    };
    await agent.open();
    assert.equal(agent.broker.pending.length, 1);
    assert.notEqual(agent.broker.pending[0]?.argsHash, argsHash({ tool: 'execute', command: '' }));
  });
});

function update(fields: JsonObject): JsonObject {
  return { jsonrpc: '2.0', method: 'session/update', params: { sessionId: 'S', update: fields } };
}
