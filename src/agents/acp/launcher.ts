import type { AgentConnection, AgentLauncher, StartOptions } from '../agent.ts';
import { AgentProcess } from '../process.ts';
import { AcpConnection } from './connection.ts';
import { ASKING_VARIABLES } from './profiles.ts';

export interface AcpLauncherOptions {
  /** Stable id of the catalogue or of the person's settings. */
  readonly id: string;
  readonly name: string;
  /** The program, never handed to a shell. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Its settings were seen to make it ask; without this an agent that asks only when it is told to is refused. */
  readonly madeToAsk?: boolean;
}

/** Starts any program that speaks the Agent Client Protocol on its standard input and output. */
export function acpLauncher(options: AcpLauncherOptions): AgentLauncher {
  return {
    id: options.id,
    name: options.name,
    start: (start) => startAcp(options, start),
  };
}

async function startAcp(
  options: AcpLauncherOptions,
  start: StartOptions,
): Promise<AgentConnection> {
  const process = await AgentProcess.start({
    command: options.command,
    args: options.args,
    // Gemini names its own process's directory when it asks; so it must be the session's.
    cwd: start.session.cwd,
    env: { ...start.env, ...ASKING_VARIABLES, ...options.env },
    signal: start.signal,
    agentName: options.name,
    log: start.log,
  });
  const { id, name, madeToAsk = false } = options;
  return AcpConnection.open(process, { id, name, madeToAsk, start });
}
