import { constants } from 'node:os';
import type { AgentExit, TurnEnd } from '../agents/agent.ts';
import type { UserError } from '../protocol/userError.ts';
import type { StopReason } from './runStop.ts';

/** How a run ended. Without `exit` the agent never ran. */
export type RunEnd =
  | {
      readonly outcome: 'turn';
      readonly turn: TurnEnd;
      readonly exit: AgentExit;
      /** False when the agent had to be stopped after its turn. */
      readonly exitedByItself: boolean;
    }
  /** The agent exited before its turn was over. */
  | { readonly outcome: 'exited'; readonly exit: AgentExit }
  /** It could not be started, or the connection broke. */
  | { readonly outcome: 'failed'; readonly error: UserError; readonly exit?: AgentExit }
  | { readonly outcome: 'stopped'; readonly by: StopReason; readonly exit?: AgentExit };

export const EXIT = { ok: 0, failed: 1, usage: 2, consumerGone: 3 } as const;

/** The exit code of `countersign run`; the help text lists them. */
export function exitCodeOf(end: RunEnd): number {
  switch (end.outcome) {
    case 'turn': {
      const code = end.exitedByItself ? agentCode(end.exit) : EXIT.ok;
      return code === EXIT.ok && end.turn.reason !== 'done' ? EXIT.failed : code;
    }
    case 'exited':
      // It ended well, but not its turn.
      return agentCode(end.exit) || EXIT.failed;
    case 'failed':
      return end.error.code === 'agentNotGated' || end.error.code === 'badArguments'
        ? EXIT.usage
        : (end.exit?.code ?? EXIT.failed) || EXIT.failed;
    case 'stopped':
      return end.by.kind === 'signal' ? signalCode(end.by.signal) : EXIT.consumerGone;
  }
}

export function exitWords({ code, signal }: AgentExit): string {
  return signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`;
}

function agentCode({ code, signal }: AgentExit): number {
  return signal ? signalCode(signal) : (code ?? EXIT.failed);
}

/** As a shell reports a process that a signal ended. */
function signalCode(signal: string): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (numbers[signal] ?? 0);
}
