import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PermissionGate } from '../permission/broker.ts';
import type { UserErrorCode } from '../protocol/userError.ts';
import type { AgentConnection, AgentLauncher, StartOptions } from './agent.ts';
import type { AgentCommand, GateMemory } from './gateMemory.ts';

export interface WatchedOptions {
  readonly memory: GateMemory;
  /** Under which it is remembered. */
  readonly agentKey: string;
  readonly command: AgentCommand;
  /** What it is known to ask for, in words. An agent without it is looked at before the first start of a version. */
  readonly measured?: string;
}

/**
 * The same launcher, with a memory of how its agent shook hands. An agent that nobody measured is started in an empty folder
 * first: one that would not ask is refused before it has seen the workspace. Each start is held to asking all the same.
 */
export function watched(launcher: AgentLauncher, options: WatchedOptions): AgentLauncher {
  const { agentKey, command, measured, memory } = options;
  const seen = () => memory.seen(agentKey, command);
  return {
    ...launcher,
    expects: () => {
      const before = seen();
      return measured ?? (before?.kind === 'asks' ? before.asksFor : undefined);
    },
    start: async (start) => {
      if (measured === undefined && seen()?.kind !== 'asks') await probe(launcher, options, start);
      return noting(launcher.start(start), options);
    },
  };
}

/** Rejects when the agent would not ask. Any other failure is the start's to tell: it can be of the empty folder only. */
async function probe(
  launcher: AgentLauncher,
  options: WatchedOptions,
  { env, log, signal }: StartOptions,
): Promise<void> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'countersign-')));
  const session = { key: 'probe', title: '', cwd: folder, workspaceFolder: folder };
  try {
    const start = launcher.start({ session, gate: CLOSED, env, signal, log });
    const connection = await noting(start, options);
    await connection.stop();
  } catch (error) {
    if (isNotGated(error)) throw error;
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

const NOT_GATED: UserErrorCode = 'agentNotGated';

/** Nothing is prompted, so nothing should be asked. */
const CLOSED: PermissionGate = {
  raise: () => {
    throw new Error('Nothing can be allowed before a session has started.');
  },
};

async function noting(
  start: Promise<AgentConnection>,
  { agentKey, command, memory }: WatchedOptions,
): Promise<AgentConnection> {
  try {
    const connection = await start;
    const { agent, asksFor } = connection;
    // It is a convenience: what cannot be kept is looked at again.
    memory
      .note(agentKey, command, { kind: 'asks', version: agent.version, asksFor })
      .catch(() => undefined);
    return connection;
  } catch (error) {
    if (isNotGated(error))
      await memory
        .note(agentKey, command, { kind: 'refused', why: error.message })
        .catch(() => undefined);
    throw error;
  }
}

function isNotGated(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === NOT_GATED;
}
