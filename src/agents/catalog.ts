import type { AsksFor, Reach } from '../protocol/asksFor.ts';
import { UserError } from '../protocol/userError.ts';
import type { AcpLauncherOptions } from './acp/launcher.ts';
import type { AgentLauncher } from './agent.ts';
import { findDoors, overrulesStrict } from './doors.ts';
import { findProgram } from './program.ts';

/** One row of the parity table: what an agent offers, and whether each of its calls can be made to ask. */
export interface CatalogAgent {
  readonly id: string;
  readonly name: string;
  readonly transport: string;
  /** What the agent calls its way of asking. */
  readonly native: string;
  /** How far the agent's own "always" reaches. It is sent only where that is exactly the call that was asked about. */
  readonly alwaysScope: string;
  readonly relayed: Relayed;
  readonly asksFor: AsksFor;
  /** How far its own settings can be switched off. */
  readonly strict: Reach;
  /** Names of its program, the first that is found counts; none for what is a part of Countersign. */
  readonly programs: readonly string[];
  /** What to do to have it on this machine. */
  readonly install: string;
}

/** Whether every call with a side effect can be made to wait for an answer, and if not, why not. */
export type Relayed = { readonly kind: 'yes' } | { readonly kind: 'no'; readonly reason: string };

/** What the launchers need to know of this installation. */
export interface LaunchOptions {
  /** The demo agent's program, an absolute path. */
  readonly demoProgram: string;
  /** Programs that replace the first of {@link CatalogAgent.programs}, by agent id. */
  readonly commands?: Readonly<Record<string, string>>;
  /** The person wants to be asked whatever an agent's own settings allow. Read at each start; not so unless given. */
  isStrict?(): boolean;
}

type Launch = (command: string, how: How) => Promise<AgentLauncher>;

interface How extends Pick<LaunchOptions, 'demoProgram'> {
  /** Those of its row. */
  readonly agent: Pick<AcpLauncherOptions, 'id' | 'name'>;
  readonly strict: boolean;
}

interface Row extends Omit<CatalogAgent, 'relayed'> {
  /** How to start it so that it asks; or the reason why that cannot be ensured. */
  readonly gate: Launch | string;
}

const OWN_SETTINGS_EXCEPTED: AsksFor = {
  kind: 'everything',
  except: 'what its own settings allow',
};
const NO_WAY = { kind: 'noWay' } as const;
const OFF = { kind: 'off' } as const;
const OVER_ACP = { transport: 'ACP', native: 'session/request_permission' } as const;
const OPENCODE = {
  alwaysScope: 'a pattern, in all its sessions of the folder',
  asksFor: {
    kind: 'everything',
    except: 'a bare `> file` or assignment, and plugins of its own',
  },
  strict: { kind: 'on' },
  programs: ['opencode'],
  install: 'npm install -g opencode-ai',
} as const;
/** Its rules are ours in any case; a plugin could still run code of its own. */
const WITHOUT_PLUGINS = ['--pure'];

const ROWS: readonly Row[] = [
  {
    id: 'claude',
    name: 'Claude Code',
    transport: 'stream-json',
    native: 'can_use_tool',
    alwaysScope: 'a rule in its settings, by destination',
    asksFor: OWN_SETTINGS_EXCEPTED,
    strict: { kind: 'on' },
    programs: ['claude'],
    install: 'npm install -g @anthropic-ai/claude-code',
    gate: async (command, { strict }) => {
      const { claudeLauncher } = await import('./claude/launcher.ts');
      return claudeLauncher({ command, strict });
    },
  },
  {
    id: 'demo',
    name: 'Demo agent',
    ...OVER_ACP,
    alwaysScope: 'the same call, until it ends',
    asksFor: { kind: 'everything' },
    strict: { kind: 'on' },
    programs: [],
    install: 'part of Countersign',
    gate: (_, { agent, demoProgram }) =>
      acp({
        ...agent,
        command: process.execPath,
        args: [demoProgram],
        // In VS Code the program of this process is Electron, which is Node only when told so.
        env: { ELECTRON_RUN_AS_NODE: '1' },
      }),
  },
  {
    id: 'qwen',
    name: 'Qwen Code',
    ...OVER_ACP,
    alwaysScope: 'a command prefix, in its project settings',
    asksFor: OWN_SETTINGS_EXCEPTED,
    strict: { kind: 'on' },
    programs: ['qwen'],
    install: 'npm install -g @qwen-code/qwen-code',
    gate: (command, { agent, strict }) => {
      // Its own default lets a model decide; this makes it ask, whatever its settings say.
      const asking = ['--acp', '--approval-mode', 'default'];
      // Without its rules and hooks, but also without its tool servers, extensions and context files (measured).
      const args = strict ? [...asking, '--safe-mode'] : asking;
      return acp({ ...agent, command, args });
    },
  },
  {
    id: 'codex',
    name: 'OpenAI Codex',
    transport: 'app-server JSON-RPC',
    native: 'item/…/requestApproval',
    alwaysScope: 'the same command or file for the session, or a command prefix for good',
    asksFor: {
      kind: 'everything',
      except: 'what its own settings allow, and text typed into a command that runs',
    },
    strict: NO_WAY,
    programs: ['codex'],
    install: 'npm install -g @openai/codex',
    gate: async (command) => {
      const { codexLauncher } = await import('./codex/launcher.ts');
      return codexLauncher({ command });
    },
  },
  {
    id: 'codex-acp',
    name: 'Codex over ACP',
    ...OVER_ACP,
    alwaysScope: 'a command prefix for good, or every change of the same files',
    asksFor: {
      kind: 'some',
      // It makes the title in a thread of its own, with the person's settings and no tools offered (measured, 2.6.0).
      except: 'commands and changes that stay in its sandbox, nor while it titles the conversation',
    },
    strict: NO_WAY,
    programs: ['codex-acp'],
    install: 'npm install -g @agentclientprotocol/codex-acp',
    gate: (command, { agent }) =>
      // Its own default lets a model decide.
      acp({ ...agent, command, args: [], env: { INITIAL_AGENT_MODE: 'workspace-write' } }),
  },
  {
    id: 'claude-acp',
    name: 'Claude Code over ACP',
    ...OVER_ACP,
    alwaysScope: 'a rule in the local settings of its project',
    asksFor: OWN_SETTINGS_EXCEPTED,
    strict: NO_WAY,
    programs: ['claude-agent-acp'],
    install: 'npm install -g @agentclientprotocol/claude-agent-acp',
    gate: (command, { agent }) => acp({ ...agent, command, args: [] }),
  },
  {
    id: 'gemini',
    name: 'Gemini CLI',
    ...OVER_ACP,
    alwaysScope: 'the first word of a command; for edits, every edit of the session',
    asksFor: OWN_SETTINGS_EXCEPTED,
    strict: { kind: 'partly', still: 'not for MCP servers that its settings trust' },
    programs: ['gemini'],
    install: 'npm install -g @google/gemini-cli',
    gate: async (command, { agent, strict }) => {
      const options = {
        ...agent,
        command,
        args: ['--acp'],
        // Else it starts itself again, and what is stopped is not what works.
        env: { GEMINI_CLI_NO_RELAUNCH: '1' },
      };
      if (!strict) return acp(options);
      const { strictGeminiLauncher } = await import('./geminiStrict.ts');
      return strictGeminiLauncher(options);
    },
  },
  {
    id: 'opencode',
    name: 'OpenCode',
    transport: 'serve: HTTP and SSE',
    native: 'permission.asked',
    ...OPENCODE,
    gate: async (command, { strict }) => {
      const { openCodeLauncher } = await import('./opencode/launcher.ts');
      return openCodeLauncher({ command, args: strict ? WITHOUT_PLUGINS : [] });
    },
  },
  {
    id: 'opencode-acp',
    name: 'OpenCode over ACP',
    ...OVER_ACP,
    ...OPENCODE,
    gate: async (command, { strict }) => {
      const { openCodeAcpLauncher } = await import('./openCodeAcp.ts');
      return openCodeAcpLauncher({ command, args: strict ? WITHOUT_PLUGINS : [] });
    },
  },
  {
    id: 'copilot',
    name: 'GitHub Copilot CLI',
    ...OVER_ACP,
    alwaysScope: 'the same command; for how long is not known',
    asksFor: {
      kind: 'everything',
      // Measured: the server only has to say so.
      except: 'what its own settings allow, and MCP tools that say that they only read',
    },
    strict: NO_WAY,
    programs: ['copilot'],
    install: 'npm install -g @github/copilot',
    gate: (command, { agent }) => acp({ ...agent, command, args: ['--acp'] }),
  },
  {
    id: 'agent',
    name: 'agent (link-assistant)',
    transport: 'stream-json',
    native: 'permission_request',
    alwaysScope: 'commands that begin alike, or every later edit, for the session',
    asksFor: {
      kind: 'everything',
      except: 'what its own settings allow, a bare `> file` or assignment, and calls of sub-agents',
    },
    strict: NO_WAY,
    programs: ['agent'],
    install: 'from its repository, with Bun',
    gate: async (command) => {
      const { linkAssistantLauncher } = await import('./linkAssistant/launcher.ts');
      return linkAssistantLauncher({ command });
    },
  },
];

/** The parity table. */
export const CATALOG: readonly CatalogAgent[] = ROWS.map(({ gate, ...agent }) => ({
  ...agent,
  relayed: typeof gate === 'string' ? { kind: 'no', reason: gate } : { kind: 'yes' },
}));

/** The absolute path of the agent's program on this machine; `undefined` when it is not installed or needs none. */
export function programOf(agent: CatalogAgent, env: NodeJS.ProcessEnv): string | undefined {
  for (const name of agent.programs) {
    const found = findProgram(name, env);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The launcher of an agent of the table; its dialect is loaded only now. Rejects with an `agentNotGated` error, before
 * anything is started, for an agent that is not known or that cannot be made to ask for each call.
 */
export async function createLauncher(id: string, options: LaunchOptions): Promise<AgentLauncher> {
  const row = ROWS.find((each) => each.id === id);
  if (!row || typeof row.gate === 'string') throw notGated(id);
  const { gate, name, strict } = row;
  const { demoProgram } = options;
  const isStrict = () => options.isStrict?.() ?? false;
  const command = options.commands?.[id] ?? row.programs[0] ?? '';
  const launcher = () => gate(command, { agent: { id, name }, demoProgram, strict: isStrict() });
  await launcher();
  return {
    id,
    name,
    start: async (start) => {
      const { boundStart } = await import('./mcp/boundStart.ts');
      const { refuseLooseStart } = await import('./looseStart.ts');
      refuseLooseStart({ name, command, args: [], env: {} }, start.env);
      const agent = await launcher();
      return boundStart(id, start, (bound) => agent.start(bound));
    },
    doors: async (place) => {
      const wanted = isStrict() ? strict : OFF;
      const files = await findDoors(id, place);
      const { allowedEntries } = await import('./allowedEntries.ts');
      const allowed = await allowedEntries(id, files ?? []);
      return {
        files,
        allowed,
        strict: wanted !== OFF && overrulesStrict(id, files) ? NO_WAY : wanted,
      };
    },
  };
}

/**
 * The launcher of any other agent over ACP. Nobody knows its settings, so there is no way to switch them off; its `start`
 * rejects, before anything is started, where its command line is known to switch its asking off.
 */
export async function createAcpLauncher(
  options: AcpLauncherOptions,
  isStrict: () => boolean,
): Promise<AgentLauncher> {
  const launcher = await acp(options);
  const strict = () => (isStrict() ? NO_WAY : OFF);
  return {
    ...launcher,
    start: async (start) => {
      const { refuseLooseStart } = await import('./looseStart.ts');
      refuseLooseStart({ ...options, env: options.env ?? {} }, start.env);
      return launcher.start(start);
    },
    doors: async () => ({ files: undefined, strict: strict() }),
  };
}

async function acp(options: AcpLauncherOptions): Promise<AgentLauncher> {
  const { acpLauncher } = await import('./acp/launcher.ts');
  return acpLauncher(options);
}

/** Why an agent of the table is not relayed, as a sentence; `undefined` for one that is, or that is not in the table. */
function reasonNotRelayed(id: string): string | undefined {
  const agent = CATALOG.find((each) => each.id === id);
  return agent?.relayed.kind === 'no' ? `${agent.name}: ${agent.relayed.reason}.` : undefined;
}

function notGated(id: string): UserError {
  const gated = CATALOG.filter(({ relayed }) => relayed.kind === 'yes').map((agent) => agent.id);
  return new UserError(
    'agentNotGated',
    `Agent "${id}" does not support enforceable per-command approval (ask mode).`,
    `Choose one of: ${gated.join(', ')}.`,
    { detail: reasonNotRelayed(id) ?? '' },
  );
}
