import assert from 'node:assert/strict';
import type { JsonObject } from '../../../src/base/json.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { ask, MemoryAgent, SESSION, settle } from '../../wire/acp/memoryAgent.ts';

const COPILOT = 'https://agentclientprotocol.com/protocol/session-modes#';
const CLAUDE = '@agentclientprotocol/claude-agent-acp';
const CODEX = '@agentclientprotocol/codex-acp';

function modes(currentModeId: string, ...offered: string[]): JsonObject {
  const availableModes = [currentModeId, ...offered].map((id) => ({ id, name: id }));
  return { modes: { currentModeId, availableModes } };
}

const allowAll = (currentValue: string): JsonObject => ({
  configOptions: [{ id: 'allow_all', type: 'select', category: 'permissions', currentValue }],
});
const modeOption = (currentValue: string): JsonObject => ({
  configOptions: [{ id: 'mode', type: 'select', category: 'mode', currentValue }],
});

function update(sessionUpdate: string, fields: JsonObject): JsonObject {
  const params = { sessionId: 'S', update: { sessionUpdate, ...fields } };
  return { jsonrpc: '2.0', method: 'session/update', params };
}
const nowIn = (currentModeId: string) => update('current_mode_update', { currentModeId });

const qwenNowIn = (currentModeId: string): JsonObject => ({
  jsonrpc: '2.0',
  method: 'qwen/notify/session/mode-update',
  params: { v: 1, sessionId: 'S', currentModeId },
});

/** Opens with such an agent, which answers `session/set_mode` with these frames. */
async function open(
  name: string,
  opened: JsonObject,
  onSetMode: (id: JsonObject[string]) => JsonObject[] = (id) => [
    { jsonrpc: '2.0', id, result: {} },
  ],
) {
  const agent = new MemoryAgent();
  const opening = agent.openAs(name, SESSION, opened);
  const handshake = agent.onSent;
  agent.onSent = (frame) => {
    handshake(frame);
    if (frame['method'] === 'session/set_mode') agent.say(...onSetMode(frame['id'] ?? null));
  };
  const methods = () => agent.sent.map(({ method }) => method);
  const result = await opening.catch((error: unknown) => error);
  return { agent, result, methods };
}

function assertNotGated(result: unknown, words: RegExp): void {
  assert.ok(result instanceof UserError, 'It is refused');
  assert.equal(result.code, 'agentNotGated');
  assert.match(result.message, words);
}

describe('the mode of an ACP agent', () => {
  const asking: readonly (readonly [string, JsonObject])[] = [
    ['gemini-cli', modes('default')],
    ['gemini-cli', modes('plan')],
    ['qwen-code', modes('default')],
    ['qwen-code', { ...modes('plan'), ...modeOption('plan') }],
    ['Copilot', { ...modes(`${COPILOT}agent`), ...allowAll('off') }],
    ['Copilot', modes(`${COPILOT}plan`)],
    [CLAUDE, modes('default')],
    [CODEX, modes('workspace-write')],
    ['somebody', {}],
  ];
  for (const [name, opened] of asking)
    it(`is left as it is where it asks: ${name}, ${JSON.stringify(opened).slice(0, 90)}`, async () => {
      const { methods, result, agent } = await open(name, opened);
      assert.ok(!(result instanceof Error));
      assert.deepEqual(methods(), ['initialize', 'session/new']);
      assert.equal(agent.stops, 0);
    });

  const loose: readonly (readonly [string, string])[] = [
    ['gemini-cli', 'autoEdit'],
    ['gemini-cli', 'yolo'],
    ['gemini-cli', 'something new'],
    ['qwen-code', 'auto-edit'],
    ['qwen-code', 'auto'],
    ['qwen-code', 'yolo'],
    [CLAUDE, 'acceptEdits'],
    [CLAUDE, 'auto'],
    [CLAUDE, 'bypassPermissions'],
    [CODEX, 'agent'],
    [CODEX, 'agent-full-access'],
    ['Copilot', `${COPILOT}autopilot`],
    ['somebody', 'yolo'],
    ['somebody', 'acceptEdits'],
  ];
  for (const [name, mode] of loose)
    it(`is refused where it does not ask and cannot be set: ${name}, ${mode}`, async () => {
      const { agent, methods, result } = await open(name, modes(mode));
      assertNotGated(result, /would not ask before each call \(its mode is "/);
      assert.deepEqual(methods(), ['initialize', 'session/new']);
      assert.equal(agent.stops, 1);
    });

  it('is refused where an agent that has modes does not name one', async () => {
    assertNotGated((await open('gemini-cli', {})).result, /does not say in which mode/);
  });

  it('is set to the one that asks before anything else is sent', async () => {
    const { agent, methods, result } = await open('gemini-cli', modes('yolo', 'default'));
    assert.ok(!(result instanceof Error));
    assert.deepEqual(methods(), ['initialize', 'session/new', 'session/set_mode']);
    assert.deepEqual(agent.sent[2]?.['params'], { sessionId: 'S', modeId: 'default' });
  });

  it('is set where only its configuration option names a loose one', async () => {
    const opened = { ...modes('default'), ...modeOption('yolo') };
    const { methods, result } = await open('qwen-code', opened);
    assert.ok(!(result instanceof Error));
    assert.equal(methods().at(-1), 'session/set_mode');
  });

  it('is refused when it cannot be set after all', async () => {
    const { agent, result } = await open('gemini-cli', modes('yolo', 'default'), (id) => [
      { jsonrpc: '2.0', id, error: { code: -32603, message: 'Not in this folder' } },
    ]);
    assertNotGated(result, /its mode is "yolo"/);
    assert.equal(agent.stops, 1);
  });

  it('is refused when the agent says that it took another one', async () => {
    const { result } = await open('qwen-code', modes('yolo', 'default'), (id) => [
      nowIn('auto-edit'),
      { jsonrpc: '2.0', id, result: {} },
    ]);
    assertNotGated(result, /its mode is "auto-edit"/);
  });

  it('does not help where an option lets everything through', async () => {
    const opened = { ...modes(`${COPILOT}agent`), ...allowAll('on') };
    assertNotGated((await open('Copilot', opened)).result, /its option "allow_all" is "on"/);
  });

  it('that nobody knows is tolerated, and said', async () => {
    const { result } = await open('somebody', modes('careful', 'default'));
    assert.ok(!(result instanceof Error));
    assert.match((result as { asksFor: string }).asksFor, /its mode "careful", which Countersign/);
  });

  const later: readonly (readonly [string, JsonObject, JsonObject])[] = [
    ['gemini-cli', modes('default'), nowIn('autoEdit')],
    ['qwen-code', modes('default'), nowIn('yolo')],
    // Qwen's own notification, as recorded
    ['qwen-code', modes('default'), qwenNowIn('yolo')],
    ['qwen-code', modes('default'), update('config_option_update', modeOption('auto'))],
    ['qwen-code', modes('default'), update('current_mode_update', {})],
    [CLAUDE, modes('default'), nowIn('acceptEdits')],
    ['Copilot', modes(`${COPILOT}agent`), update('config_option_update', allowAll('on'))],
    ['somebody', {}, nowIn('yolo')],
  ];
  for (const [name, opened, frame] of later)
    it(`fails the session when it changes to one that does not ask: ${name}, ${JSON.stringify(frame['params']).slice(27, 120)}`, async () => {
      const { agent, result } = await open(name, opened);
      assert.ok(!(result instanceof Error));
      agent.say(ask(7));
      assert.equal(agent.broker.pending.length, 1);
      agent.say(frame);
      await settle();
      assertNotGated(agent.failure, /would not ask before each call/);
      assert.deepEqual(agent.broker.pending, []);
      // Nothing of what comes after it counts.
      agent.say(ask(8));
      assert.deepEqual(agent.broker.pending, []);
    });

  it('may change to another one that asks', async () => {
    const { agent } = await open('gemini-cli', modes('default'));
    agent.say(nowIn('plan'), nowIn('default'));
    assert.equal(agent.failure, undefined);
  });
});
