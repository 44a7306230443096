import fs from 'node:fs';
import path from 'node:path';
import { claudeLauncher } from '../../src/agents/claude/launcher.ts';
import type { AgentUnderTest } from '../agents/conversation.ts';
import { claudeProgram } from './agentCache.ts';
import { homeVariables, platformVariables, scriptedBy } from './agentPlace.ts';
import { FakeAnthropic } from './fakeAnthropic.ts';
import type { ModelCall } from './scriptedModel.ts';
import { makeFolder, ROOT, temporaryFolder } from './testFolder.ts';

/** The real Claude Code with a scripted model, in folders of its own: nothing of the person's is read or written. */
export interface ClaudeUnderTest extends AgentUnderTest {
  readonly model: FakeAnthropic;
  /** Holds everything that is removed afterwards. */
  readonly folder: string;
}

export async function claudeUnderTest(): Promise<ClaudeUnderTest> {
  const program = await claudeProgram();
  const model = await FakeAnthropic.start();
  const folder = temporaryFolder();
  const [home, config, temporary, runtime, cwd] = ['home', 'config', 'tmp', 'run', 'project'].map(
    (name) => makeFolder(folder, name),
  );
  if (!home || !config || !temporary || !runtime || !cwd) throw new Error('No folders');
  const servers = path.join(folder, 'mcp.json');
  fs.writeFileSync(servers, JSON.stringify(mcpServers()));
  return {
    launcher: claudeLauncher({ command: program, args: ['--mcp-config', servers] }),
    env: {
      ...platformVariables(),
      ...homeVariables(home, temporary),
      CLAUDE_CONFIG_DIR: config,
      CLAUDE_CODE_TMPDIR: temporary,
      XDG_RUNTIME_DIR: runtime,
      ...claudeModelVariables(model.url),
    },
    cwd,
    folder,
    model,
    makeFile: (file) => call('Bash', { command: `touch ${file}`, description: 'Make a file' }),
    makeFileInParallel: (file) => call('mcp__marks__mark', { file }),
    ...scriptedBy(model, folder),
    toldToModel: () => model.outcomes.map(({ text }) => text).join('\n'),
  };
}

/** Points Claude Code at a scripted model and keeps it quiet. */
export function claudeModelVariables(url: string): NodeJS.ProcessEnv {
  return {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'not-a-real-key',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_TELEMETRY: '1',
  };
}

function mcpServers(): object {
  const server = path.join(ROOT, 'test/support/parallelMcpServer.mjs');
  return { mcpServers: { marks: { command: process.execPath, args: [server] } } };
}

function call(name: string, input: ModelCall['input']): ModelCall {
  return { name, input };
}
