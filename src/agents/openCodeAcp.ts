import { randomBytes } from 'node:crypto';
import { acpLauncher } from './acp/launcher.ts';
import type { AgentConnection, AgentLauncher, StartOptions } from './agent.ts';
import { permissionSetting, refuseUnasked } from './opencode/gate.ts';
import { type OpenCodeLauncherOptions, ownSettings, refuseOpening } from './opencode/launcher.ts';

const AGENT = { id: 'opencode-acp', name: 'OpenCode over ACP' };

/**
 * Starts `opencode acp`. It does not ask by itself and its sessions take no rules, so all of them come through the
 * environment; what they come to is read first, and where something would still be let through it is refused.
 */
export function openCodeAcpLauncher(options: OpenCodeLauncherOptions): AgentLauncher {
  return { ...AGENT, start: (start) => startOverAcp(options, start) };
}

async function startOverAcp(
  { args = [], command }: OpenCodeLauncherOptions,
  start: StartOptions,
): Promise<AgentConnection> {
  refuseOpening(args);
  const options = { command, args, start };
  const own = await ownSettings({ ...options, env: start.env });
  const asking = { OPENCODE_PERMISSION: permissionSetting(own) };
  refuseUnasked(await ownSettings({ ...options, env: { ...start.env, ...asking } }));
  const launcher = acpLauncher({
    ...AGENT,
    command,
    args: ['acp', ...args],
    // It listens on a port beside its standard input; nobody else knows the password.
    env: { ...asking, OPENCODE_SERVER_PASSWORD: randomBytes(32).toString('base64url') },
    madeToAsk: true,
  });
  return launcher.start(start);
}
