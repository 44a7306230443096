import assert from 'node:assert/strict';
import type { AcpConnection } from '../../../src/agents/acp/connection.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { ask, MemoryAgent, SESSION, settle } from '../../wire/acp/memoryAgent.ts';

const mode = (id: string) => ({ id, name: id });
const modes = (currentModeId: string): JsonObject => ({
  currentModeId,
  availableModes: ['default', 'plan', 'yolo'].map(mode),
});
const update = (fields: JsonObject): JsonObject => ({
  jsonrpc: '2.0',
  method: 'session/update',
  params: { sessionId: 'S', update: fields },
});
const text = (sessionUpdate: string, words: string) =>
  update({ sessionUpdate, content: { type: 'text', text: words } });
const answer = (id: JsonObject[string], result: JsonObject): JsonObject => ({
  jsonrpc: '2.0',
  id,
  result,
});

interface Given {
  readonly name?: string;
  readonly capabilities?: JsonObject;
  /** Sent while the session is loaded. */
  readonly replay?: readonly JsonObject[];
  readonly loaded?: JsonObject;
}

/** Opens session `S` again with an agent that answers like this. */
async function load(given: Given = {}) {
  const { capabilities = { loadSession: true }, loaded = { modes: modes('default') } } = given;
  const { name = 'gemini-cli', replay = [] } = given;
  const agent = new MemoryAgent();
  agent.onSent = ({ id = null, method }) => {
    const agentInfo = { name, version: '1' };
    if (method === 'initialize')
      agent.say(answer(id, { protocolVersion: 1, agentInfo, agentCapabilities: capabilities }));
    if (method === 'session/load') agent.say(...replay, answer(id, loaded));
    if (method === 'session/set_mode') agent.say(answer(id, {}));
  };
  const result = await agent.open(SESSION, 'S').catch((error: unknown) => error);
  const methods = () => agent.sent.map((frame) => frame['method']);
  return { agent, result, methods };
}

function assertError(result: unknown, code: string, words: RegExp): void {
  assert.ok(result instanceof UserError, String(result));
  assert.equal(result.code, code);
  assert.match(result.message, words);
}

describe('an ACP session that is loaded', () => {
  it('tells again what was said, and asks afterwards', async () => {
    const call = { sessionUpdate: 'tool_call', toolCallId: 'c', title: 'ls', status: 'pending' };
    const { agent, methods, result } = await load({
      replay: [
        text('user_message_chunk', 'do '),
        text('user_message_chunk', 'it'),
        update(call),
        text('agent_message_chunk', 'done'),
      ],
    });
    const { nativeSessionId, replay } = result as AcpConnection;
    assert.deepEqual(
      [nativeSessionId, replay],
      [
        'S',
        [
          { kind: 'user', text: 'do it' },
          { kind: 'toolCall', call: { callId: 'c', title: 'ls', status: 'pending' } },
          { kind: 'text', text: 'done' },
        ],
      ],
    );
    // Its mode is set once more, whatever it was when the session ended.
    assert.deepEqual(methods(), ['initialize', 'session/load', 'session/set_mode']);
    assert.deepEqual([agent.broker.pending, agent.failure], [[], undefined]);
    agent.say(ask(1));
    assert.equal(agent.broker.pending.length, 1);
  });

  it('does not show as said by the person what Gemini itself told its model', async () => {
    const context = '<session_context>\nToday is Saturday.\n</session_context>';
    const { result } = await load({
      replay: [text('user_message_chunk', context), text('user_message_chunk', 'Do it')],
    });
    assert.deepEqual((result as AcpConnection).replay, [{ kind: 'user', text: 'Do it' }]);
  });

  it('raises nothing of what it tells again: who asks then is ended', async () => {
    const { agent, result } = await load({ replay: [ask(1)] });
    assert.ok(result instanceof Error);
    assert.deepEqual(agent.broker.pending, []);
    assert.equal(agent.answerTo(1), undefined);
  });

  it('is refused when it comes back in a mode that does not ask and cannot be set', async () => {
    const loaded = { modes: { currentModeId: 'yolo', availableModes: [mode('yolo')] } };
    assertError((await load({ loaded })).result, 'agentNotGated', /its mode is "yolo"/);
  });

  it('is put in the mode that asks when it comes back in another', async () => {
    const { agent, result } = await load({ loaded: { modes: modes('yolo') } });
    assert.ok(!(result instanceof Error));
    assert.deepEqual(agent.sent.at(-1)?.['params'], { sessionId: 'S', modeId: 'default' });
  });

  it('does not forget a loose mode that is told only while it is loaded', async () => {
    const told = update({ sessionUpdate: 'current_mode_update', currentModeId: 'yolo' });
    const { result } = await load({ name: 'somebody', loaded: {}, replay: [told] });
    assertError(result, 'agentNotGated', /its mode is "yolo"/);
  });

  it('is not tried with an agent that does not offer it', async () => {
    const { methods, result } = await load({ capabilities: {} });
    assertError(result, 'notResumed', /does not offer to load one/);
    assert.deepEqual(methods(), ['initialize']);
  });
});

describe('what an ACP agent lets one choose', () => {
  const models = {
    currentModelId: 'a',
    availableModels: [
      { modelId: 'a', name: 'A' },
      { modelId: 'b', name: 'B' },
    ],
  };
  const config = (id: string, values: readonly string[]): JsonObject => ({
    id,
    category: id,
    type: 'select',
    currentValue: values[0] ?? '',
    options: values.map((value) => ({ value, name: value })),
  });

  async function open(name: string, opened: JsonObject) {
    const agent = new MemoryAgent();
    const connection = await agent.openAs(name, SESSION, opened);
    agent.onSent = ({ id = null }) => agent.say(answer(id, {}));
    return { agent, connection, controls: connection.controls };
  }

  it('are its modes: those in which it does not ask are there with the reason, and refused', async () => {
    const { agent, controls } = await open('gemini-cli', { modes: modes('default') });
    assert.deepEqual(
      controls.modes?.options.map(({ id, whyNot }) => [id, whyNot !== undefined]),
      [
        ['default', false],
        ['plan', false],
        ['yolo', true],
      ],
    );
    const before = agent.sent.length;
    await assert.rejects(controls.setMode('yolo'), { code: 'notChosen' });
    await assert.rejects(controls.setMode('unheard-of'), { code: 'notChosen' });
    assert.equal(agent.sent.length, before);
    await controls.setMode('plan');
    assert.equal(controls.modes?.current, 'plan');
    assert.deepEqual(agent.sent.at(-1)?.['params'], { sessionId: 'S', modeId: 'plan' });
  });

  it('are no modes of an agent that nobody measured, where their names sound loose', async () => {
    const named = { currentModeId: 'ask', availableModes: [mode('ask'), mode('full-auto')] };
    const { controls } = await open('somebody', { modes: named });
    await assert.rejects(controls.setMode('full-auto'), { code: 'notChosen' });
  });

  it('stay as they were when the agent refuses', async () => {
    const { agent, controls } = await open('gemini-cli', { modes: modes('default') });
    const error = { code: -32603, message: 'No' };
    agent.onSent = ({ id = null }) => agent.say({ jsonrpc: '2.0', id, error });
    await assert.rejects(controls.setMode('plan'), { code: 'agentError' });
    assert.equal(controls.modes?.current, 'default');
  });

  it('are its models, by their own method or as a configuration option', async () => {
    const own = await open('gemini-cli', { modes: modes('default'), models });
    await own.controls.setModel('b');
    assert.equal(own.agent.sent.at(-1)?.['method'], 'session/set_model');
    assert.equal(own.controls.models?.current, 'b');
    const option = await open('qwen-code', {
      modes: modes('default'),
      configOptions: [config('model', ['x', 'y']), config('allow_all', ['off', 'on'])],
    });
    await option.controls.setModel('y');
    const { method, params } = option.agent.sent.at(-1) ?? {};
    assert.deepEqual(
      [method, params],
      ['session/set_config_option', { sessionId: 'S', configId: 'model', value: 'y' }],
    );
  });

  it('are its commands; one after which it would not ask is not sent', async () => {
    const { agent, connection, controls } = await open('Copilot', {
      modes: {
        currentModeId: 'https://agentclientprotocol.com/protocol/session-modes#agent',
        availableModes: [],
      },
    });
    let changes = 0;
    controls.onDidChange(() => changes++);
    const availableCommands = [
      { name: 'init', description: 'Begin', input: { hint: 'what' } },
      { name: 'allow-all', description: 'Enable all permissions' },
    ];
    agent.say(update({ sessionUpdate: 'available_commands_update', availableCommands }));
    assert.deepEqual(
      [changes, controls.commands.map(({ hint, name, whyNot }) => [name, hint, !!whyNot])],
      [
        1,
        [
          ['init', 'what', false],
          ['allow-all', undefined, true],
        ],
      ],
    );
    const before = agent.sent.length;
    await assert.rejects(connection.prompt(' /allow-all on'), { code: 'notChosen' });
    assert.equal(agent.sent.length, before);
    void connection.prompt('/init here').catch(() => undefined);
    await settle();
    assert.equal(agent.sent.at(-1)?.['method'], 'session/prompt');
  });
});
