import assert from 'node:assert/strict';
import { ClaudeControls } from '../../../../src/agents/claude/controls.ts';

const HELLO = {
  commands: [
    { name: 'compact', description: 'Shortens', argumentHint: 'instructions' },
    { name: 'permissions' },
    { description: 'without a name' },
    'not an entry',
  ],
  models: [
    { value: 'default', displayName: 'Default', description: 'The usual one' },
    { value: 'opus' },
    { displayName: 'without a value' },
  ],
};

describe('What can be chosen in a session of Claude Code', () => {
  let sent: object[];
  let refusal: string | undefined;
  let changes: number;
  let controls: ClaudeControls;
  beforeEach(() => {
    sent = [];
    refusal = undefined;
    changes = 0;
    controls = new ClaudeControls(async (subtype, fields) => {
      sent.push({ subtype, ...fields });
      return refusal;
    });
    controls.onDidChange(() => changes++);
  });

  it('is what it lists when it is opened', () => {
    assert.equal(controls.models, undefined);
    controls.opened(HELLO);
    assert.deepEqual(controls.models, {
      current: 'default',
      options: [
        { id: 'default', name: 'Default', description: 'The usual one' },
        { id: 'opus', name: 'opus', description: '' },
      ],
    });
    const [compact, permissions, ...more] = controls.commands;
    assert.deepEqual(compact, { name: 'compact', description: 'Shortens', hint: 'instructions' });
    assert.equal(permissions?.name, 'permissions');
    assert.deepEqual(more, []);
  });

  it('is no mode in which it would not ask', async () => {
    for (const id of ['acceptEdits', 'bypassPermissions', 'somethingNew'])
      await assert.rejects(controls.setMode(id), { name: 'UserError' }, id);
    assert.deepEqual(sent, []);
    assert.equal(controls.modes.current, undefined);
  });

  it('is told once it is in force', async () => {
    controls.opened(HELLO);
    await controls.setMode('plan');
    await controls.setModel('opus');
    controls.modeIs('plan');
    assert.deepEqual(sent, [
      { subtype: 'set_permission_mode', mode: 'plan' },
      { subtype: 'set_model', model: 'opus' },
    ]);
    assert.deepEqual([controls.modes.current, controls.models?.current], ['plan', 'opus']);
    assert.equal(changes, 2);
  });

  it('stays as it is where Claude Code refuses, or does not offer it', async () => {
    controls.opened(HELLO);
    refusal = 'Not on this plan';
    await assert.rejects(controls.setMode('plan'), /Not on this plan/);
    await assert.rejects(controls.setModel('opus'), /Not on this plan/);
    refusal = undefined;
    await assert.rejects(controls.setModel('haiku'), { name: 'UserError' });
    assert.deepEqual(
      [controls.modes.current, controls.models?.current, changes],
      [undefined, 'default', 0],
    );
  });
});
