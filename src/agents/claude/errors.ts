import { safeText } from '../../permission/spans.ts';
import { UserError } from '../../protocol/userError.ts';
import type { AgentExit } from '../agent.ts';
import * as shared from '../connectionErrors.ts';

const NAME = 'Claude Code';

/** A line on standard output that is not a frame. */
export function badFrame(what: string, line: string): UserError {
  return shared.badFrame(NAME, what, line);
}

/** A second request under an id that still waits. */
export function duplicateRequest(requestId: string): UserError {
  return shared.duplicateRequest(NAME, requestId);
}

/** Calls are let through without being asked for. */
export function notGated(what: string): UserError {
  const next =
    'Take what loosens its permissions out of its settings or arguments, then start again.';
  return shared.notGated(NAME, what, next);
}

/** `words` are Claude Code's own. */
export function notSignedIn(words: string): UserError {
  return shared.notSignedIn(NAME, words, 'Run `claude` once in a terminal and sign in there.');
}

/** The process ended although something was expected from it. */
export function stopped(exit: AgentExit, stderrTail: string): UserError {
  return shared.stopped(NAME, exit, stderrTail);
}

/** Our first frame was refused: some other program, or a version that does not know it. */
export function noHandshake(words: string): UserError {
  return new UserError(
    'protocolVersion',
    `${NAME} does not speak the protocol that Countersign needs (${safeText(words.slice(0, 200))}). It was stopped.`,
    'Check that the command in the settings is Claude Code, and update it.',
  );
}

/** A message while a turn runs. */
export function stillWorking(): UserError {
  return shared.stillWorking(NAME);
}

/** A message or an answer after the end. */
export function sessionOver(): UserError {
  return shared.sessionOver(NAME);
}
