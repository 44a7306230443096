import { oneLine } from '../../permission/cut.ts';
import { safeText } from '../../permission/spans.ts';
import { UserError } from '../../protocol/userError.ts';
import { AGENT } from './frames.ts';

const MAX_TITLE = 200;
const STOPPED = 'It was stopped; nothing that was waiting ran.';
const START_AGAIN = 'Start again, or look at the Countersign output for its last words.';

/** It took a request and went silent. */
export function noAnswer(milliseconds: number): UserError {
  const seconds = Math.round(milliseconds / 1000);
  return new UserError(
    'agentError',
    `${AGENT.name} has not answered for ${seconds} seconds. ${STOPPED}`,
    START_AGAIN,
  );
}

/** What was allowed, as its title tells it, was sent; whether it arrived is not known. */
export function unknownFate(title: string, cause: unknown): UserError {
  return new UserError(
    'agentError',
    `${AGENT.name} did not confirm that it was told what is allowed, so this may have run or not: ${oneLine(title, MAX_TITLE)}. It was stopped; nothing else that was waiting ran.`,
    'Look at what has changed before you start again.',
    { detail: safeText(String(cause)), cause },
  );
}

/** A message was sent, and the server takes its time. */
export const PROMPT_IS_SLOW = `${AGENT.name} has not confirmed yet that it got your message. You can end the session.`;

/** A message was sent; whether it arrived is not known. */
export function promptUnconfirmed(cause: UserError): UserError {
  return new UserError(
    'agentError',
    `${AGENT.name} did not confirm that it got your message, so it may have begun with it. ${STOPPED}`,
    START_AGAIN,
    { detail: cause.message, cause },
  );
}

/** The person wants the turn to stop, and OpenCode does not say that it has. */
export function notInterrupted(): UserError {
  return new UserError(
    'agentError',
    `${AGENT.name} did not stop when it was told to, so its process was ended. Nothing that was waiting ran.`,
    'Look at what has changed, then start again.',
  );
}
