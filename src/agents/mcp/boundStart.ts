import type { PermissionGate } from '../../permission/broker.ts';
import type { RequestDraft } from '../../permission/request.ts';
import type { AgentConnection, StartOptions } from '../agent.ts';
import { type McpServers, readMcpServers, serverKey } from './mcpServers.ts';

/**
 * Starts an agent so that what its MCP servers want to do says which server it is. Agents read their servers when they
 * start: what its settings say before the start and after it is what it runs; what changed in between is not known.
 */
export async function boundStart(
  id: string,
  options: StartOptions,
  start: (options: StartOptions) => Promise<AgentConnection>,
): Promise<AgentConnection> {
  const { env, gate: outer, session } = options;
  const read = () => readMcpServers(id, { cwd: session.cwd, env });
  const before = await read();
  let servers: McpServers = new Map();
  const gate: PermissionGate = {
    raise: (draft, deliver) => outer.raise(bound(draft, servers), deliver),
  };
  const connection = await start({ ...options, gate });
  // Not awaited: what the agent says before its session listens would be lost.
  void read().then((after) => {
    servers = new Map([...before].filter(([name, hash]) => after.get(name) === hash));
  });
  return connection;
}

function bound(draft: RequestDraft, servers: McpServers): RequestDraft {
  if (draft.action.tool !== 'mcp') return draft;
  const mcpServerHash = servers.get(serverKey(draft.action.server));
  return mcpServerHash === undefined ? draft : { ...draft, mcpServerHash };
}
