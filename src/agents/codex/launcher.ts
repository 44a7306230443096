import type { AgentConnection, AgentLauncher, StartOptions } from '../agent.ts';
import { AgentProcess } from '../process.ts';
import { CodexConnection } from './connection.ts';
import { notGated } from './errors.ts';

export interface CodexLauncherOptions {
  /** The program, never handed to a shell. */
  readonly command: string;
  /** The person's own arguments; they come before `app-server`. */
  readonly args?: readonly string[];
}

const AGENT = { id: 'codex', name: 'OpenAI Codex' };

/** Arguments that let calls through without a question, or have them reviewed by a model. */
const LOOSENING =
  /^(?:--(?:dangerously-[\w-]+|yolo|full-auto|approve-for-me|ask-for-approval)(?:=|$)|-a)/;

/** Starts Codex, as it is installed on this machine, as an app-server on its standard input and output. */
export function codexLauncher(options: CodexLauncherOptions): AgentLauncher {
  return { ...AGENT, start: (start) => startCodex(options, start) };
}

async function startCodex(
  { args = [], command }: CodexLauncherOptions,
  start: StartOptions,
): Promise<AgentConnection> {
  const loosening = args.find((arg) => LOOSENING.test(arg));
  if (loosening !== undefined) throw notGated(`its arguments hold ${loosening}`);
  const process = await AgentProcess.start({
    command,
    args: [...args, 'app-server'],
    cwd: start.session.cwd,
    env: start.env,
    signal: start.signal,
    agentName: AGENT.name,
    log: start.log,
  });
  return CodexConnection.open(process, { ...start, agent: AGENT });
}
