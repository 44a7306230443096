import type { TurnEnd } from '../agent.ts';
import type { TurnResult } from './frames.ts';

/** How a turn ended, in common words. */
export function endOfTurn(result: TurnResult, interrupted: boolean): TurnEnd {
  const { isError, stopReason, subtype, terminalReason = '', text } = result;
  if (terminalReason.startsWith('aborted') || (interrupted && isError))
    return { reason: 'interrupted' };
  if (subtype.startsWith('error_max')) return { reason: 'limit', message: limitWords(subtype) };
  if (isError || subtype !== 'success')
    return { reason: 'error', message: text ?? `It stopped: ${subtype}.` };
  switch (stopReason) {
    case 'refusal':
      return { reason: 'refused' };
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return { reason: 'limit', message: 'The model reached its limit of tokens.' };
    default:
      return { reason: 'done' };
  }
}

function limitWords(subtype: string): string {
  return subtype === 'error_max_budget_usd'
    ? 'Claude Code reached its limit of money.'
    : 'Claude Code reached its limit of steps in one turn.';
}

/** The words in which Claude Code says that nobody is signed in; `undefined` when that is not the problem. */
export function signInProblem(result: TurnResult, failure: string | undefined): string | undefined {
  if (!result.isError) return undefined;
  const text = result.text ?? '';
  const isIt =
    failure === 'authentication_failed' ||
    result.apiStatus === 401 ||
    /not logged in|please run \/login/i.test(text);
  return isIt ? text || 'no reason given' : undefined;
}

/** Why nothing seems to happen. */
export function retryWords(failure: string): string {
  return failure === 'authentication_failed'
    ? 'The model does not accept the sign-in of Claude Code, which is trying again. If it stays so, stop it, run `claude` once in a terminal and sign in there.'
    : `The model does not answer (${failure}). Claude Code is trying again.`;
}
