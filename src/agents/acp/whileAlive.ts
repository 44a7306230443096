import { RequestError } from '@agentclientprotocol/sdk';
import { UserError } from '../../protocol/userError.ts';
import { agentError, stopped } from './errors.ts';
import type { AgentLines } from './lines.ts';

/**
 * Waits for an agent's answer, but no longer than the agent lives. Rejects with its own `RequestError` or a
 * {@link UserError}. `closed` is aborted when the SDK's side of the connection is closed.
 */
export async function whileAlive<T>(
  answer: Promise<T>,
  lines: Pick<AgentLines, 'exited' | 'stderrTail'>,
  agentName: string,
  closed: AbortSignal,
): Promise<T> {
  const gone = lines.exited.then((exit): never => {
    throw exit.error ?? stopped(agentName, lines.stderrTail());
  });
  gone.catch(() => undefined);
  try {
    return await Promise.race([answer, gone]);
  } catch (error) {
    if (error instanceof RequestError || error instanceof UserError) throw error;
    // The SDK could not read the answer, or its side was closed before the exit was known.
    if (closed.aborted) return await gone;
    throw agentError(agentName, error instanceof Error ? error.message : String(error));
  }
}
