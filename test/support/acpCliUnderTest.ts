import fs from 'node:fs';
import path from 'node:path';
import { acpLauncher } from '../../src/agents/acp/launcher.ts';
import type { AgentLauncher } from '../../src/agents/agent.ts';
import { createLauncher } from '../../src/agents/catalog.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { AgentUnderTest } from '../agents/conversation.ts';
import { installed, modernNode, type PinnedPackage } from './agentCache.ts';
import { homeVariables, platformVariables, scriptedBy } from './agentPlace.ts';
import { FakeChatCompletions } from './fakeChatCompletions.ts';
import { FakeGemini } from './fakeGemini.ts';
import type { ModelCall, ScriptedModel } from './scriptedModel.ts';
import { makeFolder, temporaryFolder } from './testFolder.ts';

/** A real command line that speaks ACP, started as the catalogue says, with a scripted model and a home of its own. */
export interface AcpCliUnderTest extends AgentUnderTest {
  readonly model: ScriptedModel;
  readonly program: string;
  /** Writes a file of JSON in its home, such as its settings. */
  configure(file: string, content: JsonObject): void;
}

/** Gemini CLI. */
export async function geminiUnderTest(): Promise<AcpCliUnderTest> {
  const model = await FakeGemini.start();
  const agent = await setup('gemini', { name: '@google/gemini-cli', version: '0.61.0' }, model, {
    GEMINI_API_KEY: 'not-a-real-key',
    GEMINI_DEFAULT_AUTH_TYPE: 'gemini-api-key',
    GEMINI_MODEL: 'gemini-2.5-flash',
    GOOGLE_GEMINI_BASE_URL: model.url,
    // Without it the folder is not trusted, and every mode but the one that asks is refused.
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  });
  agent.configure('.gemini/settings.json', geminiSettings());
  return agent;
}

/** Its settings: no network but the model's; `mode` is what it starts in. */
export function geminiSettings(mode = 'default'): JsonObject {
  return {
    security: { auth: { selectedType: 'gemini-api-key' } },
    general: { enableAutoUpdate: false, defaultApprovalMode: mode },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  };
}

/** Qwen Code. */
export async function qwenUnderTest(): Promise<AcpCliUnderTest> {
  const model = await FakeChatCompletions.start();
  const agent = await setup('qwen', { name: '@qwen-code/qwen-code', version: '0.24.4' }, model, {
    OPENAI_API_KEY: 'not-a-real-key',
    OPENAI_BASE_URL: model.url,
    OPENAI_MODEL: 'scripted',
  });
  agent.configure('.qwen/settings.json', qwenSettings());
  return agent;
}

/** Its settings: no network but the model's; `mode` is what it starts in. */
export function qwenSettings(mode = 'default'): JsonObject {
  return {
    security: { auth: { selectedType: 'openai' } },
    general: { enableAutoUpdate: false },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
    tools: { approvalMode: mode },
  };
}

/** GitHub Copilot CLI. */
export async function copilotUnderTest(): Promise<AcpCliUnderTest> {
  const model = await FakeChatCompletions.start();
  return setup('copilot', { name: '@github/copilot', version: '1.0.102' }, model, {
    COPILOT_PROVIDER_BASE_URL: model.url,
    COPILOT_PROVIDER_API_KEY: 'not-a-real-key',
    COPILOT_MODEL: 'gpt-4.1',
    COPILOT_OFFLINE: 'true',
    COPILOT_AUTO_UPDATE: 'false',
  });
}

/** A launcher of the same program with other arguments. */
export function launcherWith(
  { launcher, program }: AcpCliUnderTest,
  id: string,
  args: readonly string[],
): AgentLauncher {
  return acpLauncher({ id, name: launcher.name, command: program, args });
}

const SHELL: Readonly<Record<string, (command: string) => ModelCall>> = {
  gemini: (command) => ({ name: 'run_shell_command', input: { command } }),
  qwen: (command) => ({ name: 'run_shell_command', input: { command, is_background: false } }),
  copilot: (command) => ({ name: 'bash', input: { command, description: 'Make a file' } }),
};

async function setup(
  id: string,
  pinned: PinnedPackage,
  model: ScriptedModel,
  env: NodeJS.ProcessEnv,
): Promise<AcpCliUnderTest> {
  const packages = path.join(await installed(pinned), '../..');
  const node = await modernNode();
  const folder = temporaryFolder();
  const home = makeFolder(folder, 'home');
  const temporary = makeFolder(folder, 'tmp');
  const ending = process.platform === 'win32' ? '.cmd' : '';
  const program = path.join(packages, '.bin', `${id}${ending}`);
  const shell = (command: string) => SHELL[id]?.(command) ?? {};
  return {
    launcher: await createLauncher(id, { demoProgram: '', commands: { [id]: program } }),
    env: {
      ...platformVariables(),
      // Its first line asks for `node`.
      PATH: `${path.dirname(node)}${path.delimiter}${process.env['PATH'] ?? ''}`,
      ...homeVariables(home, temporary),
      XDG_CONFIG_HOME: makeFolder(folder, 'config'),
      XDG_CACHE_HOME: makeFolder(folder, 'cache'),
      XDG_STATE_HOME: makeFolder(folder, 'state'),
      XDG_DATA_HOME: makeFolder(folder, 'data'),
      ...env,
    },
    cwd: makeFolder(folder, 'project'),
    model,
    program,
    configure: (file, content) => {
      const target = path.join(home, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, JSON.stringify(content));
    },
    makeFile: (file) => shell(`touch ${file}`),
    makeFileInParallel: (file) => shell(`touch ${file}`),
    asksOneByOne: id !== 'copilot',
    ...scriptedBy(model, folder),
    // ACP has no place for a sentence along with a deny.
    toldToModel: () => undefined,
  };
}
