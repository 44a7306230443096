import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { acpLauncher } from '../../src/agents/acp/launcher.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ulidSource } from '../../src/base/ulid.ts';
import { Broker } from '../../src/permission/broker.ts';
import { newSessionRef, Session } from '../../src/sessions/session.ts';
import { installed, modernNode, type PinnedPackage } from '../support/agentCache.ts';
import { homeVariables, platformVariables, scriptedBy } from '../support/agentPlace.ts';
import { claudeModelVariables } from '../support/claudeUnderTest.ts';
import { FakeAnthropic } from '../support/fakeAnthropic.ts';
import { rulesOnFakes } from '../support/rules.ts';
import type { ModelCall } from '../support/scriptedModel.ts';
import { makeFolder, ROOT, temporaryFolder } from '../support/testFolder.ts';
import { agentContract } from './contract.ts';
import type { AgentUnderTest } from './conversation.ts';

const CLAUDE_AGENT_ACP: PinnedPackage = {
  name: '@agentclientprotocol/claude-agent-acp',
  version: '0.100.0',
};

agentContract('Claude Code over ACP', claudeUnderTest);

describe('Claude Code over ACP', () => {
  it('starts every command in the session directory, whatever a command before it did', async () => {
    const agent = await claudeUnderTest();
    fs.mkdirSync(path.join(agent.cwd, 'sub'));
    const newId = ulidSource(Date.now);
    const journal = { append: async () => {} };
    const rules = rulesOnFakes(newId);
    const broker = new Broker({ clock: systemClock, newId, journal, rules });
    const commands: string[] = [];
    broker.onDidRaise(({ id, argsHash, action }) => {
      if (action.tool === 'execute') commands.push(`${action.cwd}: ${action.command}`);
      const by = { kind: 'person', surface: 'cli' } as const;
      setImmediate(() => void broker.answer({ requestId: id, argsHash, outcome: 'allow', by }));
    });
    const session = new Session({
      ref: newSessionRef(newId(), agent.cwd),
      launcher: agent.launcher,
      broker,
      env: agent.env,
      log: () => {},
    });
    try {
      await session.start();
      await session.prompt(
        agent.prompt([
          call('Bash', { command: 'cd sub && touch first' }),
          call('Bash', { command: 'touch second' }),
        ]),
      );
      assert.deepEqual(commands, ['.: cd sub && touch first', '.: touch second']);
      assert.deepEqual(
        ['sub/first', 'second', 'sub/second'].map((file) =>
          fs.existsSync(path.join(agent.cwd, file)),
        ),
        [true, true, false],
      );
    } finally {
      await session.stop();
      await agent.dispose();
    }
  });
});

/** The real adapter with the real Claude Code in it and a scripted model, in folders of its own. */
async function claudeUnderTest(): Promise<AgentUnderTest> {
  const program = path.join(await installed(CLAUDE_AGENT_ACP), 'dist/index.js');
  const node = await modernNode();
  const model = await FakeAnthropic.start();
  const folder = temporaryFolder();
  const home = makeFolder(folder, 'home');
  const config = makeFolder(folder, 'config');
  const temporary = makeFolder(folder, 'tmp');
  const server = path.join(ROOT, 'test/support/parallelMcpServer.mjs');
  const mcpServers = { marks: { type: 'stdio', command: process.execPath, args: [server] } };
  fs.writeFileSync(path.join(config, '.claude.json'), JSON.stringify({ mcpServers }));
  return {
    launcher: acpLauncher({
      id: 'claude-acp',
      name: 'Claude Code over ACP',
      command: node,
      args: [program],
    }),
    env: {
      ...platformVariables(),
      ...homeVariables(home, temporary),
      CLAUDE_CONFIG_DIR: config,
      CLAUDE_CODE_TMPDIR: temporary,
      XDG_RUNTIME_DIR: makeFolder(folder, 'run'),
      ...claudeModelVariables(model.url),
    },
    cwd: makeFolder(folder, 'project'),
    makeFile: (file) => call('Bash', { command: `touch ${file}`, description: 'Make a file' }),
    makeFileInParallel: (file) => call('mcp__marks__mark', { file }),
    ...scriptedBy(model, folder),
    toldToModel: () => undefined,
  };
}

function call(name: string, input: ModelCall['input']): ModelCall {
  return { name, input };
}
