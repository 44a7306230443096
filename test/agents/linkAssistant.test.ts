import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { linkAssistantLauncher } from '../../src/agents/linkAssistant/launcher.ts';
import { UserError } from '../../src/protocol/userError.ts';
import { LINK_AGENT, linkAgentUnderTest } from '../support/linkAgentUnderTest.ts';
import { waitFor } from '../support/waitFor.ts';
import { agentContract } from './contract.ts';
import { type AgentUnderTest, Conversation } from './conversation.ts';

// The protocol over real pipes, with a program that stands in for the real one; why, see fakeLinkAgent.mjs.
agentContract('agent (link-assistant), stand-in', linkAgentUnderTest);

describe('agent (link-assistant), stand-in', () => {
  let agent: AgentUnderTest;
  let conversation: Conversation;
  beforeEach(async () => {
    agent = await linkAgentUnderTest();
    conversation = new Conversation(agent);
  });
  afterEach(async () => {
    await conversation.stop();
    await agent.dispose();
  });

  const file = (name: string) => path.join(agent.cwd, name);

  it('says its version and ends with exit code 0', async () => {
    await conversation.start();
    assert.equal(conversation.connection.agent.version, '0.26.0');
    await conversation.connection.prompt(agent.prompt([]));
    await conversation.connection.stop();
    assert.deepEqual(await conversation.connection.exited, { code: 0, signal: null });
  });

  it('is not started in a version that is not known to ask', async () => {
    for (const version of ['0.25.9', '0.9.100', 'none']) {
      const env = { ...agent.env, FAKE_LINK_AGENT_VERSION: version };
      await assert.rejects(new Conversation({ ...agent, env }).start(), (error) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.code, 'agentNotGated');
        return true;
      });
    }
  });

  it('is not started with arguments that let calls through', async () => {
    for (const arg of ['--permission', '--permission-mode=auto', '--output-format', '-p']) {
      const launcher = linkAssistantLauncher({
        command: process.execPath,
        args: [LINK_AGENT, arg],
      });
      await assert.rejects(new Conversation({ ...agent, launcher }).start(), {
        code: 'agentNotGated',
      });
    }
  });

  it('ends on SIGINT, with exit code 0, though a request waits', async () => {
    await conversation.start();
    const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('never')]));
    turn.catch(() => undefined);
    await conversation.one();
    await conversation.stop();
    assert.deepEqual(await conversation.connection.exited, { code: 0, signal: null });
    assert.equal(fs.existsSync(file('never')), false);
  });

  it('does not run what is allowed after the interrupt', async () => {
    await conversation.start();
    const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('late')]));
    const { argsHash, id: requestId } = await conversation.one();
    await conversation.connection.interrupt();
    await turn;
    const by = { kind: 'person', surface: 'cli' } as const;
    const late = await conversation.broker.answer({ requestId, argsHash, outcome: 'allow', by });
    assert.equal(late.ok, false);
    await sleep(500);
    assert.equal(fs.existsSync(file('late')), false);
  });

  it('asks for the same command again, whatever its own "always" would cover', async () => {
    await conversation.start();
    const { broker, connection } = conversation;
    for (const name of ['one', 'two']) {
      const turn = connection.prompt(agent.prompt([agent.makeFile(name)]));
      const { argsHash, id: requestId } = await conversation.one();
      const by = { kind: 'person', surface: 'cli' } as const;
      const answer = { requestId, argsHash, outcome: 'allow', optionId: 'always', by } as const;
      const result = await broker.answer(answer);
      assert.ok(result.ok && result.value.narrowed);
      await turn;
      await waitFor(() => fs.existsSync(file(name)), name);
    }
  });
});
