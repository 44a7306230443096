import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { JsonObject } from '../../../../src/base/json.ts';
import { HANDSHAKE, type Handshake, MemoryCodex } from '../../../wire/codex/memoryCodex.ts';

const MODELS = {
  data: [
    { model: 'gpt-a', displayName: 'GPT-A', description: 'Latest' },
    { model: 'gpt-b' },
    { model: 'gpt-old', hidden: true },
    { displayName: 'without a name' },
    'not an entry',
  ],
};
const A = { id: 'gpt-a', name: 'GPT-A', description: 'Latest' };
const B = { id: 'gpt-b', name: 'gpt-b', description: '' };

async function start(model: string, more: JsonObject = {}, list: Handshake = {}) {
  const opened = { ...(HANDSHAKE['thread/start'] as JsonObject), model, ...more };
  const memory = await MemoryCodex.start({
    'thread/start': opened,
    'model/list': MODELS,
    ...list,
  });
  await turn();
  return { memory, controls: memory.connection.controls };
}

const asking = { approvalPolicy: 'untrusted', approvalsReviewer: 'user' };

describe('What can be chosen in a session of Codex', () => {
  it('is a model of its list, with the one in force', async () => {
    const { controls } = await start('gpt-b');
    assert.deepEqual(controls.models, { current: 'gpt-b', options: [A, B] });
    assert.deepEqual([controls.modes, controls.commands], [undefined, []]);
  });

  it('is nothing where the list is of another provider, fails or is empty', async () => {
    for (const { controls } of [
      await start('llama', { modelProvider: 'ollama' }),
      await start('gpt-a', {}, { 'model/list': new Error('no') }),
      await start('gpt-a', {}, { 'model/list': { data: [] } }),
    ])
      assert.equal(controls.models, undefined);
  });

  it('holds the model in force also where the list leaves it out', async () => {
    const { controls } = await start('gpt-old', { modelProvider: 'openai' });
    const old = { id: 'gpt-old', name: 'gpt-old', description: '' };
    assert.deepEqual(controls.models, { current: 'gpt-old', options: [old, A, B] });
  });

  it('is set for the thread, and said once it is in force', async () => {
    const { controls, memory } = await start('gpt-a');
    let changes = 0;
    controls.onDidChange(() => changes++);
    const set = controls.setModel('gpt-b');
    const [frame] = memory.written.slice(-1);
    assert.deepEqual(
      [frame?.['method'], frame?.['params']],
      ['thread/settings/update', { threadId: 'T', model: 'gpt-b' }],
    );
    assert.deepEqual([controls.models?.current, changes], ['gpt-a', 0]);
    memory.says({ id: frame?.['id'] ?? null, result: {} });
    await set;
    assert.deepEqual([controls.models?.current, changes], ['gpt-b', 1]);
  });

  it('stays as it was when Codex refuses, and when it was not offered', async () => {
    const { controls, memory } = await start('gpt-a');
    const before = memory.written.length;
    await assert.rejects(controls.setModel('gpt-old'), { name: 'UserError' });
    await assert.rejects(controls.setMode('full-auto'), { name: 'UserError' });
    assert.equal(memory.written.length, before);
    const set = controls.setModel('gpt-b');
    memory.says({ id: memory.written.at(-1)?.['id'] ?? null, error: { code: 1, message: 'no' } });
    await assert.rejects(set, /no/);
    assert.equal(controls.models?.current, 'gpt-a');
  });

  it('follows what Codex says of this thread, and of no other', async () => {
    const { controls, memory } = await start('gpt-a');
    const says = (threadId: string, model: string) =>
      memory.says({
        method: 'thread/settings/updated',
        params: { threadId, threadSettings: { ...asking, model } },
      });
    says('sub-agent', 'gpt-b');
    assert.equal(controls.models?.current, 'gpt-a');
    says('T', 'gpt-b');
    assert.equal(controls.models?.current, 'gpt-b');
  });
});
