import { settledWithin } from '../base/settledWithin.ts';
import type { AgentProcess } from './process.ts';

/** Milliseconds. */
const PATIENCE = 2000;

/**
 * Ends an agent. An idle one ends by itself when its input ends, and then its exit code tells
 * the truth; any other has to be told by a signal.
 */
export async function goodbye(
  agent: Pick<AgentProcess, 'endInput' | 'stop' | 'exited'>,
  isIdle: boolean,
): Promise<void> {
  if (isIdle) {
    agent.endInput();
    await settledWithin(agent.exited, PATIENCE);
  }
  await agent.stop();
}
