import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { acpLauncher } from '../../src/agents/acp/launcher.ts';
import { UserError } from '../../src/protocol/userError.ts';
import { openCodeProgram } from '../support/agentCache.ts';
import {
  bash,
  type OpenCodeUnderTest,
  openCodeAcpUnderTest,
} from '../support/openCodeUnderTest.ts';
import { agentContract } from './contract.ts';
import { Conversation } from './conversation.ts';

agentContract('OpenCode over ACP', openCodeAcpUnderTest);

describe('OpenCode over ACP', () => {
  let agent: OpenCodeUnderTest;
  let conversation: Conversation;
  beforeEach(async () => {
    agent = await openCodeAcpUnderTest();
    conversation = new Conversation(agent);
  });
  afterEach(async () => {
    await conversation.stop();
    await agent.dispose();
  });

  const refusal = (words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, 'agentNotGated');
    assert.match(error.message, words);
    return true;
  };

  it('asks although its settings allow everything', async () => {
    agent.configure({ permission: { '*': 'allow', bash: { '*': 'allow', 'touch *': 'allow' } } });
    await conversation.start();
    const turn = conversation.connection.prompt(agent.prompt([bash('touch made')]));
    await conversation.answer(await conversation.one(), 'deny');
    await turn;
    assert.equal(fs.existsSync(path.join(agent.cwd, 'made')), false);
  });

  it('is refused when one of its agents has rules of its own that allow', async () => {
    agent.configure({ agent: { build: { permission: { bash: 'allow' } } } });
    await assert.rejects(conversation.start(), refusal(/allowed to its agent build/));
  });

  it('is refused, before it opens a session, where nobody has made it ask', async () => {
    const command = await openCodeProgram();
    const launcher = acpLauncher({ id: 'mine', name: 'Mine', command, args: ['acp', '--pure'] });
    conversation = new Conversation({ ...agent, launcher });
    await assert.rejects(conversation.start(), refusal(/only when it is told to/));
  });
});
