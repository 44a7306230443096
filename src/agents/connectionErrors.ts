import { safeText } from '../permission/spans.ts';
import { UserError } from '../protocol/userError.ts';
import type { AgentExit } from './agent.ts';

/** How much of an offending line is quoted. */
const QUOTED = 200;
const NOTHING_RAN = 'It was stopped; nothing that was waiting ran.';

/** Something that the agent sent is not of its protocol, or is only half of a request. */
export function badFrame(agentName: string, what: string, text: string): UserError {
  return new UserError(
    'badFrame',
    `${agentName} sent something that cannot be read: ${what}. ${NOTHING_RAN}`,
    'Check that the command in the settings is this agent and update it, then start again.',
    { detail: safeText(text.slice(0, QUOTED)) },
  );
}

/** A second request under an id that still waits: an answer would be for both. */
export function duplicateRequest(agentName: string, requestId: string): UserError {
  return new UserError(
    'duplicateRequest',
    `${agentName} asked twice under one id (${safeText(requestId.slice(0, QUOTED))}), so no answer could be for one of them only. ${NOTHING_RAN}`,
    'Start again, and update the agent if this happens again.',
  );
}

/** Calls would be let through without being asked for. `next` is what to do about it. */
export function notGated(
  agentName: string,
  what: string,
  next: string,
  done = 'It was stopped.',
): UserError {
  return new UserError(
    'agentNotGated',
    `${agentName} would not ask before each call (${safeText(what)}). ${done}`,
    next,
  );
}

export function notSignedIn(agentName: string, words: string, how: string): UserError {
  return new UserError(
    'notSignedIn',
    `${agentName} is not signed in (${safeText(words.slice(0, QUOTED))}).`,
    `${how} Then start a new session.`,
  );
}

/** The agent answered one of our requests with an error. */
export function agentError(agentName: string, words: string): UserError {
  return new UserError(
    'agentError',
    `${agentName} answered with an error: ${safeText(words.slice(0, QUOTED))}.`,
    'Start a new session, or look at the Countersign output for its last words.',
  );
}

/** An expected failure as it is; any other one in words of ours. */
export function asUserError(agentName: string, error: unknown): UserError {
  return error instanceof UserError ? error : agentError(agentName, wordsOf(error));
}

/** `fetch` says only "fetch failed"; why, its cause knows. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${wordsOf(error.cause)}`;
}

/** The process ended although something was expected from it. */
export function stopped(agentName: string, exit: AgentExit, stderrTail: string): UserError {
  const how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code ?? 'unknown'}`;
  return new UserError(
    'agentExited',
    `${agentName} stopped with ${how} before it answered. Nothing that was waiting ran.`,
    'Start again, or look at the Countersign output for its last words.',
    { detail: stderrTail },
  );
}

export function stillWorking(agentName: string): UserError {
  return new UserError(
    'agentError',
    `${agentName} is still working on the last message, so this one was not sent.`,
    'Wait until it is done, or stop it.',
  );
}

export function sessionOver(agentName: string): UserError {
  return new UserError(
    'sessionEnded',
    `${agentName} is not running any more, so nothing was sent to it.`,
    'Start a new session.',
  );
}

/** A mode, model or command that is not offered, or after which calls would not be asked for. */
export function notChosen(agentName: string, what: string, why: string): UserError {
  return new UserError(
    'notChosen',
    `${safeText(what.slice(0, QUOTED))} was not chosen: ${safeText(why.slice(0, QUOTED))}`,
    `${agentName} goes on as before.`,
  );
}

/** The earlier conversation could not be opened. `why` is a sentence. */
export function notResumed(agentName: string, why: string): UserError {
  return new UserError(
    'notResumed',
    `${agentName} did not take up the earlier session: ${safeText(why.slice(0, QUOTED))} Nothing was sent to it.`,
    'Start a new session.',
  );
}
