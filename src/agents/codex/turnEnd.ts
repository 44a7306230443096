import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { TurnEnd } from '../agent.ts';

/** `TurnError`, of a failed turn or of an attempt that Codex repeats. */
export interface TurnFailure {
  readonly message: string;
  /** The name of `CodexErrorInfo`, such as `usageLimitExceeded`; empty when there is none. */
  readonly name: string;
  /** HTTP status of the model's service, where that is what failed. */
  readonly httpStatus?: number;
}

/** Reads a `TurnError`; never throws. */
export function failureOf(error: unknown): TurnFailure {
  const message = stringAt(error, 'message') ?? 'no reason given';
  const info = isJsonObject(error) ? error['codexErrorInfo'] : undefined;
  if (!isJsonObject(info)) return { message, name: typeof info === 'string' ? info : '' };
  const [name = '', detail] = Object.entries(info)[0] ?? [];
  const status = isJsonObject(detail) ? detail['httpStatusCode'] : undefined;
  return { message, name, ...(typeof status === 'number' && { httpStatus: status }) };
}

/** Whether a failure means that nobody is signed in, or that the sign-in does not count any more. */
export function isSignInFailure({ httpStatus, name }: TurnFailure): boolean {
  return name === 'unauthorized' || httpStatus === 401;
}

const LIMITS: readonly string[] = [
  'contextWindowExceeded',
  'rateLimitExceeded',
  'sessionBudgetExceeded',
  'usageLimitExceeded',
];
const REFUSALS: readonly string[] = ['cyberPolicy', 'misalignmentPolicyViolation'];

/** How a turn ended, in common words; `undefined` while it goes on. */
export function endOfTurn(turn: JsonObject): TurnEnd | undefined {
  switch (stringAt(turn, 'status')) {
    case 'completed':
      return { reason: 'done' };
    case 'interrupted':
      return { reason: 'interrupted' };
    case 'inProgress':
      return undefined;
    default: {
      const { message, name } = failureOf(turn['error']);
      if (LIMITS.includes(name)) return { reason: 'limit', message };
      return { reason: REFUSALS.includes(name) ? 'refused' : 'error', message };
    }
  }
}
