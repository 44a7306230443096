import { UserError } from '../protocol/userError.ts';
import type { AgentLauncher } from './agent.ts';
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
}

type Launch = (command: string, options: LaunchOptions) => Promise<AgentLauncher>;

interface Row extends Omit<CatalogAgent, 'relayed'> {
  /** How to start it so that it asks; or the reason why that cannot be ensured. */
  readonly gate: Launch | string;
}

const ROWS: readonly Row[] = [
  {
    id: 'claude',
    name: 'Claude Code',
    transport: 'stream-json',
    native: 'can_use_tool',
    alwaysScope: 'a rule in its settings, by destination',
    programs: ['claude'],
    install: 'npm install -g @anthropic-ai/claude-code',
    gate: async (command) => {
      const { claudeLauncher } = await import('./claude/launcher.ts');
      return claudeLauncher({ command });
    },
  },
  {
    id: 'demo',
    name: 'Demo agent',
    transport: 'ACP',
    native: 'session/request_permission',
    alwaysScope: 'the same call, until it ends',
    programs: [],
    install: 'part of Countersign',
    gate: async (_, { demoProgram }) => {
      const { acpLauncher } = await import('./acp/launcher.ts');
      return acpLauncher({
        id: 'demo',
        name: 'Demo agent',
        command: process.execPath,
        args: [demoProgram],
        // In VS Code the program of this process is Electron, which is Node only when told so.
        env: { ELECTRON_RUN_AS_NODE: '1' },
      });
    },
  },
  {
    id: 'qwen',
    name: 'Qwen Code',
    transport: 'ACP',
    native: 'session/request_permission',
    alwaysScope: 'a command prefix, in its project settings',
    programs: ['qwen'],
    install: 'npm install -g @qwen-code/qwen-code',
    gate: async (command) => {
      const { acpLauncher } = await import('./acp/launcher.ts');
      // Its own default lets a model decide; this makes it ask, whatever its settings say.
      const args = ['--acp', '--approval-mode', 'default'];
      return acpLauncher({ id: 'qwen', name: 'Qwen Code', command, args });
    },
  },
  {
    id: 'codex',
    name: 'OpenAI Codex',
    transport: 'app-server JSON-RPC',
    native: 'item/…/requestApproval',
    alwaysScope: 'the same command or file for the session, or a command prefix for good',
    programs: ['codex'],
    install: 'npm install -g @openai/codex',
    // Not over ACP, where it asks only for what leaves its sandbox.
    gate: async (command) => {
      const { codexLauncher } = await import('./codex/launcher.ts');
      return codexLauncher({ command });
    },
  },
  {
    id: 'gemini',
    name: 'Gemini CLI',
    transport: 'ACP',
    native: 'session/request_permission',
    alwaysScope: 'the first word of a command; for edits, every edit of the session',
    programs: ['gemini'],
    install: 'npm install -g @google/gemini-cli',
    gate: async (command) => {
      const { acpLauncher } = await import('./acp/launcher.ts');
      return acpLauncher({
        id: 'gemini',
        name: 'Gemini CLI',
        command,
        args: ['--acp'],
        // Else it starts itself again, and what is stopped is not what works.
        env: { GEMINI_CLI_NO_RELAUNCH: '1' },
      });
    },
  },
  {
    id: 'opencode',
    name: 'OpenCode',
    transport: 'serve: HTTP and SSE',
    native: 'permission.asked',
    alwaysScope: 'a pattern, in all its sessions of the folder',
    programs: ['opencode'],
    install: 'npm install -g opencode-ai',
    gate: async (command) => {
      const { openCodeLauncher } = await import('./opencode/launcher.ts');
      return openCodeLauncher({ command });
    },
  },
  {
    id: 'copilot',
    name: 'GitHub Copilot CLI',
    transport: 'ACP',
    native: 'session/request_permission',
    alwaysScope: 'not known',
    programs: ['copilot'],
    install: 'npm install -g @github/copilot',
    gate: async (command) => {
      const { acpLauncher } = await import('./acp/launcher.ts');
      return acpLauncher({
        id: 'copilot',
        name: 'GitHub Copilot CLI',
        command,
        args: ['--acp'],
        // Else they make it run everything, or what a model takes for safe, and it does not say so in its session.
        env: { COPILOT_ALLOW_ALL: 'false', COPILOT_ASSISTED_APPROVAL: 'false' },
      });
    },
  },
  {
    id: 'agent',
    name: 'agent (link-assistant)',
    transport: 'stream-json',
    native: 'permission_request',
    alwaysScope: 'commands that begin alike, or every later edit, for the session',
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
  const command = options.commands?.[id] ?? row.programs[0] ?? '';
  return row.gate(command, options);
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
