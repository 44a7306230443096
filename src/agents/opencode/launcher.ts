import { stringAt } from '../../base/json.ts';
import { safeText } from '../../permission/spans.ts';
import type { AgentConnection, AgentLauncher, StartOptions } from '../agent.ts';
import { asUserError, notGated } from '../connectionErrors.ts';
import { OpenCodeConnection } from './connection.ts';
import { AGENT } from './frames.ts';
import { gatePlan, permissionSetting, readSettings, type Settings } from './gate.ts';
import { type ServerOptions, startServer } from './server.ts';

export interface OpenCodeLauncherOptions {
  /** The program, never handed to a shell. */
  readonly command: string;
  /** The person's own arguments of `opencode serve`. */
  readonly args?: readonly string[];
}

/** Arguments that open the server to others than us. */
const OPENING = /^--(?:hostname|port|mdns|mdns-domain|cors)(?:=|$)/;

/** Starts OpenCode, as it is installed on this machine, as a server of our own: https://opencode.ai/docs/server. */
export function openCodeLauncher(options: OpenCodeLauncherOptions): AgentLauncher {
  return { ...AGENT, start: (start) => startOpenCode(options, start) };
}

async function startOpenCode(
  { args = [], command }: OpenCodeLauncherOptions,
  start: StartOptions,
): Promise<AgentConnection> {
  refuseOpening(args);
  const options = { command, args, start };
  const own = await ownSettings({ ...options, env: start.env });
  const env = { ...start.env, OPENCODE_PERMISSION: permissionSetting(own) };
  const { api, process } = await startServer({ ...options, env });
  try {
    const health = await api.get('/global/health');
    const plan = gatePlan(own, await readSettings(api));
    const version = safeText(stringAt(health, 'version') ?? '');
    return await OpenCodeConnection.open({ ...start, api, process, plan, version });
  } catch (error) {
    await process.stop();
    throw asUserError(AGENT.name, error);
  }
}

/** Throws for arguments that let others than us answer. */
export function refuseOpening(args: readonly string[]): void {
  const opening = args.find((arg) => OPENING.test(arg));
  if (opening === undefined) return;
  throw notGated(
    AGENT.name,
    `its arguments hold ${opening}, so others could answer for you`,
    'Take it out of the arguments, then start again.',
  );
}

/**
 * Asking is not OpenCode's default, and its settings can come from many files. So a server without our rules is asked
 * what they come to and ended again; it has no session and calls no model.
 */
export async function ownSettings(options: ServerOptions): Promise<Settings> {
  const { api, process } = await startServer(options);
  try {
    return await readSettings(api);
  } catch (error) {
    throw asUserError(AGENT.name, error);
  } finally {
    await process.stop();
  }
}
