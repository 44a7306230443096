import { safeText } from '../../permission/spans.ts';
import { UserError } from '../../protocol/userError.ts';
import type { AgentExit } from '../agent.ts';

/** How much of an offending line is quoted. */
const QUOTED = 200;
const NAME = 'Claude Code';
const NOTHING_RAN = 'It was stopped; nothing that was waiting ran.';

/** A line on standard output that is not a frame. */
export function badFrame(what: string, line: string): UserError {
  return new UserError(
    'badFrame',
    `${NAME} sent something that cannot be read: ${what}. ${NOTHING_RAN}`,
    'Check that the command in the settings is Claude Code and update it, then start again.',
    { detail: safeText(line.slice(0, QUOTED)) },
  );
}

/** A second request under an id that still waits: an answer would be for both. */
export function duplicateRequest(requestId: string): UserError {
  return new UserError(
    'duplicateRequest',
    `${NAME} asked twice under one id (${safeText(requestId.slice(0, QUOTED))}), so no answer could be for one of them only. ${NOTHING_RAN}`,
    'Start again, and update Claude Code if this happens again.',
  );
}

/** Calls are let through without being asked for. */
export function notGated(what: string): UserError {
  return new UserError(
    'agentNotGated',
    `${NAME} would not ask before each call (${safeText(what)}). It was stopped.`,
    'Take what loosens its permissions out of its settings or arguments, then start again.',
  );
}

export function notSignedIn(words: string): UserError {
  return new UserError(
    'notSignedIn',
    `${NAME} is not signed in (${safeText(words.slice(0, QUOTED))}).`,
    'Run `claude` once in a terminal and sign in there, then start a new session.',
  );
}

/** The process ended although something was expected from it. */
export function stopped(exit: AgentExit, stderrTail: string): UserError {
  const how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code ?? 'unknown'}`;
  return new UserError(
    'agentExited',
    `${NAME} stopped with ${how} before it answered. Nothing that was waiting ran.`,
    'Start again, or look at the Countersign output for its last words.',
    { detail: stderrTail },
  );
}

/** Our first frame was refused: some other program, or a version that does not know it. */
export function noHandshake(words: string): UserError {
  return new UserError(
    'protocolVersion',
    `${NAME} does not speak the protocol that Countersign needs (${safeText(words.slice(0, QUOTED))}). It was stopped.`,
    'Check that the command in the settings is Claude Code, and update it.',
  );
}

export function stillWorking(): UserError {
  return new UserError(
    'agentError',
    `${NAME} is still working on the last message, so this one was not sent.`,
    'Wait until it is done, or stop it.',
  );
}

export function sessionOver(): UserError {
  return new UserError(
    'sessionEnded',
    `${NAME} is not running any more, so nothing was sent to it.`,
    'Start a new session.',
  );
}
