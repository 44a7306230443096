import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { AgentLauncher } from '../../src/agents/agent.ts';
import {
  type AcpCliUnderTest,
  launcherWith,
  qwenSettings,
  qwenUnderTest,
} from '../support/acpCliUnderTest.ts';
import { agentContract } from './contract.ts';
import { Conversation } from './conversation.ts';

agentContract('Qwen Code', qwenUnderTest);

describe('Qwen Code', () => {
  let agent: AcpCliUnderTest;
  beforeEach(async () => {
    agent = await qwenUnderTest();
    agent.configure('.qwen/settings.json', qwenSettings('yolo'));
  });
  afterEach(() => agent.dispose());

  /** Makes it try a command with its settings on "run everything", and denies. */
  async function denies(launcher: AgentLauncher): Promise<void> {
    const conversation = new Conversation({ ...agent, launcher });
    try {
      await conversation.start();
      const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('made')]));
      await conversation.answer(await conversation.one(), 'deny');
      await turn;
      assert.equal(fs.existsSync(path.join(agent.cwd, 'made')), false);
    } finally {
      await conversation.stop();
    }
  }

  it('asks although its settings let everything through', () => denies(agent.launcher));

  it('is set to the mode that asks where its command line does not say so', () =>
    denies(launcherWith(agent, 'qwen', ['--acp'])));
});
