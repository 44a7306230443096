import fs from 'node:fs';
import path from 'node:path';
import type { AgentLauncher } from '../../src/agents/agent.ts';
import { openCodeAcpLauncher } from '../../src/agents/openCodeAcp.ts';
import {
  type OpenCodeLauncherOptions,
  openCodeLauncher,
} from '../../src/agents/opencode/launcher.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { AgentUnderTest } from '../agents/conversation.ts';
import { openCodeProgram } from './agentCache.ts';
import { platformVariables, scriptedBy } from './agentPlace.ts';
import { FakeChatCompletions } from './fakeChatCompletions.ts';
import type { ModelCall } from './scriptedModel.ts';
import { makeFolder, temporaryFolder } from './testFolder.ts';

/** The real OpenCode with a scripted model, in folders of its own: nothing of the person's is read or written. */
export interface OpenCodeUnderTest extends AgentUnderTest {
  readonly model: FakeChatCompletions;
  /** Adds to its `opencode.json`. */
  configure(more: JsonObject): void;
}

export async function openCodeUnderTest(
  launcherOf: (options: OpenCodeLauncherOptions) => AgentLauncher = openCodeLauncher,
): Promise<OpenCodeUnderTest> {
  const program = await openCodeProgram();
  const model = await FakeChatCompletions.start();
  const folder = temporaryFolder();
  const [home, config, data, cache, state, cwd] = [
    'home',
    'config',
    'data',
    'cache',
    'state',
    'project',
  ].map((name) => makeFolder(folder, name));
  if (!home || !config || !data || !cache || !state || !cwd) throw new Error('No folders');
  const settings = path.join(config, 'opencode.json');
  const configure = (more: JsonObject) =>
    fs.writeFileSync(settings, JSON.stringify({ ...provider(model.url), ...more }));
  configure({});
  return {
    launcher: launcherOf({ command: program, args: ['--pure'] }),
    env: {
      ...platformVariables(),
      HOME: home,
      USERPROFILE: home,
      XDG_CONFIG_HOME: config,
      XDG_DATA_HOME: data,
      XDG_CACHE_HOME: cache,
      XDG_STATE_HOME: state,
      OPENCODE_CONFIG: settings,
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_SHARE: '1',
    },
    cwd,
    model,
    configure,
    makeFile: (file) => bash(`touch ${file}`),
    makeFileInParallel: (file) => bash(`touch ${file}`),
    ...scriptedBy(model, folder),
    toldToModel: () => model.told.join('\n'),
  };
}

/** The same over `opencode acp`, where a deny carries no words. */
export async function openCodeAcpUnderTest(): Promise<OpenCodeUnderTest> {
  const agent = await openCodeUnderTest(openCodeAcpLauncher);
  return { ...agent, asksOneByOne: true, toldToModel: () => undefined };
}

/** A call of its `bash`. */
export function bash(command: string, more: JsonObject = {}): ModelCall {
  return { name: 'bash', input: { command, description: 'Make a file', ...more } };
}

function provider(baseURL: string): JsonObject {
  return {
    provider: {
      fake: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Fake',
        options: { baseURL, apiKey: 'not-a-real-key' },
        models: {
          fake: { name: 'Fake', tool_call: true, limit: { context: 100_000, output: 4000 } },
          second: { name: 'Second', tool_call: true, limit: { context: 100_000, output: 4000 } },
        },
      },
    },
    model: 'fake/fake',
    small_model: 'fake/fake',
  };
}
