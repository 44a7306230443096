import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createAcpLauncher } from '../../src/agents/catalog.ts';
import { GateMemory } from '../../src/agents/gateMemory.ts';
import { watched } from '../../src/agents/watched.ts';
import { qwenUnderTest } from '../support/acpCliUnderTest.ts';
import { openCodeProgram } from '../support/agentCache.ts';
import { openCodeUnderTest } from '../support/openCodeUnderTest.ts';
import { type AgentUnderTest, Conversation } from './conversation.ts';

/** The same command line as an agent of the settings, which nobody says anything about. */
async function asUnknown(agent: AgentUnderTest, program: string, args: readonly string[]) {
  const stored = new Map<string, unknown>();
  const store = {
    get: (key: string) => stored.get(key),
    update: async (key: string, value: unknown) => void stored.set(key, value),
  };
  const memory = new GateMemory(store, agent.env);
  const command = { command: program, args, env: {} };
  const plain = await createAcpLauncher({ id: 'mine', name: 'Mine', ...command }, () => false);
  const folders: string[] = [];
  const noting: typeof plain = {
    ...plain,
    start: (options) => {
      folders.push(options.session.cwd === agent.cwd ? 'workspace' : 'empty');
      return plain.start(options);
    },
  };
  const launcher = watched(noting, { memory, agentKey: 'settings.mine', command });
  const conversation = new Conversation({ ...agent, launcher });
  return { conversation, folders, seen: () => memory.seen('settings.mine', command) };
}

describe('A real agent of the settings, looked at before its first start', () => {
  it('tells without a model whether it asks, and asks when it works', async () => {
    const agent = await qwenUnderTest();
    const args = ['--acp', '--approval-mode', 'default'];
    const { conversation, folders, seen } = await asUnknown(agent, agent.program, args);
    try {
      await conversation.start();
      assert.deepEqual(folders, ['empty', 'workspace']);
      const asksFor = 'what its own settings do not allow';
      assert.deepEqual(seen(), { kind: 'asks', version: '0.24.4', asksFor });
      const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('made')]));
      await conversation.answer(await conversation.one(), 'deny');
      await turn;
      assert.equal(fs.existsSync(path.join(agent.cwd, 'made')), false);
    } finally {
      await conversation.stop();
      await agent.dispose();
    }
  });

  it('is refused before it has seen the workspace when it would not ask', async () => {
    const agent = await openCodeUnderTest();
    const program = await openCodeProgram();
    const { conversation, folders, seen } = await asUnknown(agent, program, ['acp', '--pure']);
    try {
      await assert.rejects(conversation.start(), { code: 'agentNotGated' });
      assert.deepEqual(folders, ['empty']);
      assert.equal(seen()?.kind, 'refused');
      assert.deepEqual(agent.model.models, []);
    } finally {
      await conversation.stop();
      await agent.dispose();
    }
  });
});
