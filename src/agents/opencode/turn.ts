import type { UserError } from '../../protocol/userError.ts';
import type { TurnEnd } from '../agent.ts';
import type { SessionError } from './frames.ts';

/** One message of the person and all that comes of it. */
export interface Turn {
  readonly resolve: (end: TurnEnd) => void;
  readonly reject: (error: UserError) => void;
  /** Milliseconds since the epoch; the server's clock is the same. */
  readonly startedAt: number;
  interrupted: boolean;
  /** OpenCode works on it: an "idle" that comes before belongs to the turn before. */
  isBusy: boolean;
  /** Settles, never rejects, when OpenCode has heard of the interrupt. */
  aborting?: Promise<void>;
  error?: SessionError;
  toldRetry?: boolean;
}

/** How a turn ended, in common words. Names of errors: https://opencode.ai/docs/sdk (`session.error`). */
export function endOfTurn(error: SessionError | undefined): TurnEnd {
  switch (error?.name) {
    case undefined:
      return { reason: 'done' };
    case 'MessageOutputLengthError':
    case 'ContextOverflowError':
      return { reason: 'limit', message: 'The model reached its limit of tokens.' };
    default:
      return { reason: 'error', message: error?.message.split('\n')[0] ?? '' };
  }
}

/** The words in which OpenCode says that nobody is signed in; `undefined` when that is not the problem. */
export function signInProblem(error: SessionError | undefined): string | undefined {
  return error?.name === 'ProviderAuthError' ? error.message : undefined;
}
