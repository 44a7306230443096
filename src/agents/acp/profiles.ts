import { OWN_SETTINGS } from '../../protocol/asksFor.ts';

/**
 * What was measured of the ACP agents that we know, by the name that they give in `initialize`. An agent that is not in
 * this table works as well; it only gets no benefit of the doubt.
 */
export interface AgentProfile {
  /**
   * In which directory a command runs:
   * - `session`: always in the session's directory, unless its input names another;
   * - `input`: in the directory that the input names, unknown if it names none;
   * - `told`: in the directory that an earlier update of the same call named along with the same command;
   * - `title`: Gemini's `[current working directory X]` in the content;
   * - `unknown`: nobody has measured it.
   */
  readonly commandCwd: 'session' | 'input' | 'told' | 'title' | 'unknown';
  /** A diff in the content holds the whole file, not a piece of it. */
  readonly wholeFileDiffs: boolean;
  /** The title of a call is the model's description of it, not what is run. */
  readonly titleIsDescription: boolean;
  /** A call of an MCP tool is known by its titles only. */
  readonly mcpInTitles: boolean;
  /** Input fields beyond the usual ones that do not change what happens. */
  readonly cosmetic: readonly string[];
  /** How far the agent's own "always" reaches, in words. */
  readonly alwaysScope: string;
  readonly bound: 'wider' | 'unknown';
  /** A deny makes the agent end its turn. */
  readonly denyEndsTurn: boolean;
  /** Without settings that say so it runs everything, and its session does not tell (measured). */
  readonly asksOnlyWhenTold: boolean;
  /** What it asks for, see `AgentConnection.asksFor`. */
  readonly asksFor: string;
}

const UNKNOWN: AgentProfile = {
  commandCwd: 'unknown',
  wholeFileDiffs: false,
  titleIsDescription: false,
  mcpInTitles: false,
  cosmetic: [],
  alwaysScope: 'As far as the agent decides',
  bound: 'unknown',
  denyEndsTurn: false,
  asksOnlyWhenTold: false,
  asksFor: OWN_SETTINGS,
};

/** Keys are `agentInfo.name` of `initialize`; versions are those that were measured. */
const PROFILES: Readonly<Record<string, Partial<AgentProfile>>> = {
  // @google/gemini-cli 0.61.0
  'gemini-cli': {
    commandCwd: 'title',
    wholeFileDiffs: true,
    alwaysScope: 'Every command with the same first word, or every edit, until the session ends',
    bound: 'wider',
  },
  // @qwen-code/qwen-code 0.24.4: each command is a new process; `directory` names another folder.
  'qwen-code': {
    commandCwd: 'session',
    wholeFileDiffs: true,
    alwaysScope:
      'Every command with the same beginning, in the settings of the project or the user',
    bound: 'wider',
  },
  // opencode-ai 1.18.33: the request names the command only, the update before it the directory as well.
  OpenCode: {
    commandCwd: 'told',
    wholeFileDiffs: true,
    alwaysScope:
      'Every call that fits a pattern such as `echo *`, in all its sessions of this folder',
    bound: 'wider',
    asksOnlyWhenTold: true,
    asksFor: 'everything but reading and a bare `> file` or assignment',
  },
  // @github/copilot 1.0.102: each command ran in a new shell in the session's directory. `commands` repeats `command`.
  Copilot: {
    commandCwd: 'session',
    titleIsDescription: true,
    mcpInTitles: true,
    cosmetic: ['commands', 'initial_wait'],
  },
  // @agentclientprotocol/claude-agent-acp 0.100.0, started with ASKING_VARIABLES.
  '@agentclientprotocol/claude-agent-acp': {
    commandCwd: 'session',
    // As in claude/toolMapping.ts.
    cosmetic: ['timeout', 'offset'],
    alwaysScope:
      'A rule in `.claude/settings.local.json` of the project, such as every command with this beginning',
    bound: 'wider',
  },
  // @agentclientprotocol/codex-acp 2.6.0
  '@agentclientprotocol/codex-acp': {
    commandCwd: 'input',
    wholeFileDiffs: true,
    alwaysScope: 'Every command with this beginning, for good, or every change of these files',
    bound: 'wider',
    denyEndsTurn: true,
    asksFor: 'some tools: what leaves its sandbox',
  },
  // codex-acp 0.16.0, the one by Zed
  'codex-acp': {
    commandCwd: 'input',
    wholeFileDiffs: true,
    cosmetic: [
      'call_id',
      'turn_id',
      'started_at_ms',
      'reason',
      'proposed_execpolicy_amendment',
      'available_decisions',
      'parsed_cmd',
    ],
    alwaysScope: 'Every command with this beginning, for good',
    bound: 'wider',
    denyEndsTurn: true,
    asksFor: 'some tools: what leaves its sandbox',
  },
  'countersign-demo': {
    commandCwd: 'input',
    wholeFileDiffs: true,
    alwaysScope: 'The same call, until the demo ends',
    asksFor: 'everything',
  },
};

/** `name` is what the agent calls itself in `initialize`. */
export function profileOf(name: string | undefined): AgentProfile {
  const known = name !== undefined && Object.hasOwn(PROFILES, name) ? PROFILES[name] : undefined;
  return { ...UNKNOWN, ...known };
}

/** Variables that every agent over ACP is started with; those that they are not for do not know them. */
export const ASKING_VARIABLES: Readonly<Record<string, string>> = {
  // Makes Claude Code run each command in the session's directory. Without it a `cd` that it allows itself moves all later
  // commands, and one allowed for this folder would run in another.
  CLAUDE_BASH_MAINTAIN_PROJECT_WORKING_DIR: '1',
  // Else they make Copilot run everything, or what a model takes for safe, and it does not say so in its session.
  COPILOT_ALLOW_ALL: 'false',
  COPILOT_ASSISTED_APPROVAL: 'false',
};
