import fs from 'node:fs';
import path from 'node:path';
import { acpLauncher } from '../../src/agents/acp/launcher.ts';
import type { AgentUnderTest } from '../agents/conversation.ts';
import { installed, modernNode, type PinnedPackage } from './agentCache.ts';
import { homeVariables, platformVariables, scriptedBy } from './agentPlace.ts';
import { claudeModelVariables } from './claudeUnderTest.ts';
import { FakeAnthropic } from './fakeAnthropic.ts';
import type { ModelCall } from './scriptedModel.ts';
import { makeFolder, ROOT, temporaryFolder } from './testFolder.ts';

const CLAUDE_AGENT_ACP: PinnedPackage = {
  name: '@agentclientprotocol/claude-agent-acp',
  version: '0.100.0',
};

/** The real adapter with the real Claude Code in it and a scripted model, in folders of its own. */
export async function claudeAcpUnderTest(): Promise<AgentUnderTest> {
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
