import assert from 'node:assert/strict';
import { OpenCodeControls } from '../../../../src/agents/opencode/controls.ts';
import { MemoryOpenCode } from '../../../wire/opencode/memoryOpenCode.ts';

const PROVIDERS = {
  providers: [
    {
      id: 'fake',
      name: 'Fake',
      models: { one: { name: 'One' }, 'two/b': {}, old: { status: 'deprecated' } },
    },
    { id: 'odd' },
    'not an entry',
  ],
};
const ONE = { id: 'fake/one', name: 'One', description: 'Fake' };
const TWO = { id: 'fake/two/b', name: 'two/b', description: 'Fake' };

async function load(providers: unknown, config: unknown = { model: 'fake/one' }) {
  const controls = new OpenCodeControls();
  const answers: Readonly<Record<string, unknown>> = {
    '/config': config,
    '/config/providers': providers,
  };
  const nothing = async () => undefined;
  const get = async (path: string) => answers[path];
  await controls.load({ get, post: nothing, patch: nothing, events: () => Promise.reject() });
  return controls;
}

describe('What can be chosen in a session of OpenCode', () => {
  it('is a model of its providers; its settings name the one in force', async () => {
    const controls = await load(PROVIDERS);
    assert.deepEqual(controls.models, { current: 'fake/one', options: [ONE, TWO] });
    assert.deepEqual([controls.modes, controls.commands], [undefined, []]);
    assert.equal((await load(PROVIDERS, {})).models?.current, undefined);
  });

  it('is nothing where it lists nothing', async () => {
    for (const providers of [undefined, {}, { providers: [] }, { providers: 'x' }])
      assert.equal((await load(providers)).models, undefined);
  });

  it('goes along with a message only once a person has chosen', async () => {
    const controls = await load(PROVIDERS);
    assert.deepEqual(controls.chosen, {});
    await controls.setModel('fake/two/b');
    assert.deepEqual(controls.chosen, { model: { providerID: 'fake', modelID: 'two/b' } });
    assert.equal(controls.models?.current, 'fake/two/b');
  });

  it('stays as it was when it is not offered', async () => {
    const controls = await load(PROVIDERS);
    for (const id of ['fake/old', 'other/one', ''])
      await assert.rejects(controls.setModel(id), { name: 'UserError' });
    await assert.rejects(controls.setMode('build'), { name: 'UserError' });
    assert.deepEqual(controls.chosen, {});
  });

  it('is sent with the prompt', async () => {
    const memory = await MemoryOpenCode.start();
    await memory.connection.controls.load({
      get: async (path) => (path === '/config/providers' ? PROVIDERS : {}),
      post: async () => undefined,
      patch: async () => undefined,
      events: () => Promise.reject(),
    });
    await memory.connection.controls.setModel('fake/one');
    void memory.connection.prompt('hi');
    const { body } = memory.posted.at(-1) ?? {};
    assert.deepEqual(body && 'model' in body && body.model, {
      providerID: 'fake',
      modelID: 'one',
    });
  });
});
