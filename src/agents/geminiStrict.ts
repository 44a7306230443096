import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AcpLauncherOptions, acpLauncher } from './acp/launcher.ts';
import type { AgentConnection, AgentLauncher, StartOptions } from './agent.ts';

/**
 * A policy of the highest tier, above the person's own: https://geminicli.com/docs/reference/policy-engine. Gemini reads it
 * from a file only, when it opens its session.
 */
const POLICY = `[[rule]]
toolName = [
  "run_shell_command",
  "write_file",
  "replace",
  "web_fetch",
  "activate_skill",
  "save_memory",
  "discovered_tool_*",
  "mcp_*",
]
decision = "ask_user"
priority = 999
`;

/** Starts Gemini so that it asks whatever its own policies and settings allow. */
export function strictGeminiLauncher(options: AcpLauncherOptions): AgentLauncher {
  const { id, name } = options;
  return { id, name, start: (start) => startStrict(options, start) };
}

async function startStrict(
  options: AcpLauncherOptions,
  start: StartOptions,
): Promise<AgentConnection> {
  const folder = await mkdtemp(path.join(tmpdir(), 'countersign-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const file = path.join(folder, 'ask.toml');
    await writeFile(file, POLICY, { mode: 0o600 });
    const args = [...options.args, '--admin-policy', file];
    const connection = await acpLauncher({ ...options, args }).start(start);
    void connection.exited.then(remove, remove);
    return connection;
  } catch (error) {
    await remove();
    throw error;
  }
}
