import type { AgentConnection, AgentLauncher, StartOptions } from '../agent.ts';
import { notResumed } from '../connectionErrors.ts';
import { AgentProcess } from '../process.ts';
import { ClaudeConnection } from './connection.ts';
import { notGated } from './errors.ts';
import { STRICT_ARGS } from './strict.ts';

export interface ClaudeLauncherOptions {
  /** The program, never handed to a shell. */
  readonly command: string;
  /** The person's own arguments; ours come after them. */
  readonly args?: readonly string[];
  /** It asks whatever its own settings allow. */
  readonly strict?: boolean;
}

const AGENT = { id: 'claude', name: 'Claude Code' };

/**
 * Streams both ways, and every permission prompt comes to us. The mode is named, so that settings which loosen it do not
 * count; `--verbose` is what stream-json needs.
 */
const ARGS: readonly string[] = [
  '-p',
  '--input-format',
  'stream-json',
  '--output-format',
  'stream-json',
  '--include-partial-messages',
  '--verbose',
  '--permission-prompt-tool',
  'stdio',
  '--permission-mode',
  'default',
];

/** Arguments that let calls through without a prompt, or send the prompts to somebody else. */
const LOOSENING =
  /^--(?:(?:allow-)?dangerously-skip-permissions|permission-mode|permission-prompt-tool)(?:=|$)/;

/**
 * Every command starts in the session's directory. Without it a `cd` carries over to the next command, and one that was
 * allowed for this folder would run in another.
 */
const KEEP_DIRECTORY = { CLAUDE_BASH_MAINTAIN_PROJECT_WORKING_DIR: '1' };

/** Starts Claude Code, as it is installed on this machine, in stream-json on its standard input and output. */
export function claudeLauncher(options: ClaudeLauncherOptions): AgentLauncher {
  return { ...AGENT, start: (start) => startClaude(options, start) };
}

async function startClaude(
  { args = [], command, strict = false }: ClaudeLauncherOptions,
  start: StartOptions,
): Promise<AgentConnection> {
  const loosening = args.find((arg) => LOOSENING.test(arg));
  if (loosening !== undefined) throw notGated(`its arguments hold ${loosening}`);
  const process = await AgentProcess.start({
    command,
    args: [...args, ...ARGS, ...(strict ? STRICT_ARGS : []), ...resumeArgs(start.resume)],
    cwd: start.session.cwd,
    env: { ...start.env, ...KEEP_DIRECTORY },
    signal: start.signal,
    agentName: AGENT.name,
    log: start.log,
  });
  return ClaudeConnection.open(process, { ...start, agent: AGENT });
}

/** Its ids are UUIDs; anything else could be read as another argument, or as a search for some session. */
function resumeArgs(id: string | undefined): readonly string[] {
  if (id === undefined) return [];
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id))
    throw notResumed(AGENT.name, 'its id is not one of Claude Code.');
  return ['--resume', id];
}
