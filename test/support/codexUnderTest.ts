import fs from 'node:fs';
import path from 'node:path';
import { codexLauncher } from '../../src/agents/codex/launcher.ts';
import type { AgentUnderTest } from '../agents/conversation.ts';
import { installed, type PinnedPackage } from './agentCache.ts';
import { homeVariables, platformVariables, scriptedBy } from './agentPlace.ts';
import { FakeResponses, type ResponsesCall } from './fakeResponses.ts';
import { makeFolder, ROOT, temporaryFolder } from './testFolder.ts';

export const CODEX: PinnedPackage = { name: '@openai/codex', version: '0.169.0' };

/** A port on which nobody listens. */
const NOWHERE = 'http://127.0.0.1:9';

/** The real Codex with a scripted model, in folders of its own: nothing of the person's is read or written. */
export interface CodexUnderTest extends AgentUnderTest {
  readonly model: FakeResponses;
  readonly codexHome: string;
}

export interface CodexSetup {
  /** Lines of `config.toml` before its tables. */
  readonly config?: readonly string[];
  readonly args?: readonly string[];
  /** A tool server of ours, whose tool says that it only reads. */
  readonly marks?: boolean;
  /** The model is one of OpenAI's, for which somebody has to sign in. */
  readonly needsAccount?: boolean;
}

export async function codexUnderTest(setup: CodexSetup = {}): Promise<CodexUnderTest> {
  const command = await codexProgram();
  const model = await FakeResponses.start();
  const folder = temporaryFolder();
  const home = makeFolder(folder, 'home');
  // Codex refuses a home that lies in the temporary folder, so that one is beside it.
  const codexHome = makeFolder(folder, 'codex');
  const temporary = makeFolder(folder, 'tmp');
  fs.writeFileSync(path.join(codexHome, 'config.toml'), configToml(model.url, setup));
  return {
    launcher: codexLauncher({ command, args: setup.args ?? [] }),
    env: {
      ...platformVariables(),
      ...homeVariables(home, temporary),
      CODEX_HOME: codexHome,
      FAKE_KEY: 'not-a-real-key',
      // Whatever else it would like to reach is not there.
      HTTP_PROXY: NOWHERE,
      HTTPS_PROXY: NOWHERE,
      NO_PROXY: '127.0.0.1',
    },
    cwd: makeFolder(folder, 'project'),
    model,
    codexHome,
    makeFile: (file) => exec(`touch ${file}`),
    makeFileInParallel: (file) => exec(`touch ${file}`),
    ...scriptedBy(model, folder),
    // Codex has no place for a sentence along with a deny.
    toldToModel: () => undefined,
  };
}

/** A call of Codex's shell tool. */
export function exec(cmd: string, more: Readonly<Record<string, string>> = {}): ResponsesCall {
  return { name: 'exec_command', input: { cmd, ...more } };
}

/** The program is a native one, in an optional package for each platform. */
async function codexProgram(): Promise<string> {
  const folder = await installed(CODEX);
  const vendor = path.join(`${folder}-${process.platform}-${process.arch}`, 'vendor');
  const name = process.platform === 'win32' ? 'codex.exe' : 'codex';
  const program = fs
    .readdirSync(vendor)
    .map((target) => path.join(vendor, target, 'bin', name))
    .find((file) => fs.existsSync(file));
  if (program === undefined) throw new Error(`${CODEX.name} has no program for this platform.`);
  return program;
}

function configToml(url: string, { config, marks, needsAccount }: CodexSetup): string {
  const server = path.join(ROOT, 'test/support/parallelMcpServer.mjs');
  const marksTable = [
    '[mcp_servers.marks]',
    `command = ${JSON.stringify(process.execPath)}`,
    `args = [${JSON.stringify(server)}]`,
  ];
  return [
    // An unknown model gets no apply_patch.
    'model = "gpt-5.5"',
    'model_provider = "fake"',
    // They are fetched from the network.
    'features.plugins = false',
    // Not every machine that runs tests can make Codex's sandbox.
    ...(config ?? ['sandbox_mode = "danger-full-access"']),
    '[model_providers.fake]',
    'name = "fake"',
    `base_url = "${url}"`,
    'wire_api = "responses"',
    needsAccount ? 'requires_openai_auth = true' : 'env_key = "FAKE_KEY"',
    'request_max_retries = 0',
    'stream_max_retries = 0',
    '[analytics]',
    'enabled = false',
    ...(marks ? marksTable : []),
    '',
  ].join('\n');
}
