import { safeText } from '../../permission/spans.ts';
import { UserError } from '../../protocol/userError.ts';
import type { AgentExit } from '../agent.ts';
import * as shared from '../connectionErrors.ts';

const NAME = 'Codex';

/** A line on standard output that is not a frame of the app-server protocol, or only half a request. */
export function badFrame(what: string, line: string): UserError {
  return shared.badFrame(NAME, what, line);
}

/** A second request under an id that still waits. */
export function duplicateRequest(id: string | number): UserError {
  return shared.duplicateRequest(NAME, String(id));
}

/** Calls are let through without being asked for, or somebody else is asked. */
export function notGated(what: string): UserError {
  const next =
    'Take what loosens its approvals out of its settings, requirements or arguments, or update it, then start again.';
  return shared.notGated(NAME, what, next);
}

/** `words` are Codex's own. */
export function notSignedIn(words: string): UserError {
  return shared.notSignedIn(NAME, words, 'Run `codex login` once in a terminal.');
}

/** Codex answered one of our requests with an error. */
export function refused(words: string): UserError {
  return shared.agentError(NAME, words);
}

/** The process ended although something was expected from it. */
export function stopped(exit: AgentExit, stderrTail: string): UserError {
  return shared.stopped(NAME, exit, stderrTail);
}

/** A request of ours that the gate depends on was refused: some other program, or a version that does not know it. */
export function noHandshake(words: string): UserError {
  return new UserError(
    'protocolVersion',
    `${NAME} does not speak the protocol that Countersign needs (${safeText(words.slice(0, 200))}). It was stopped.`,
    'Check that the command in the settings is Codex, and update it.',
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
