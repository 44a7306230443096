import type { TurnEnd } from '../agent.ts';

/** The end of a turn by ACP's stop reason; one that is not known is an error. */
export function turnEnd(stopReason: string): TurnEnd {
  switch (stopReason) {
    case 'end_turn':
      return { reason: 'done' };
    case 'cancelled':
      return { reason: 'interrupted' };
    case 'refusal':
      return { reason: 'refused' };
    case 'max_tokens':
      return { reason: 'limit', message: 'The model reached its limit of tokens.' };
    case 'max_turn_requests':
      return { reason: 'limit', message: 'The agent reached its limit of requests in one turn.' };
    default:
      return { reason: 'error', message: `It stopped: ${stopReason}` };
  }
}
