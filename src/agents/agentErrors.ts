import { safeText } from '../permission/spans.ts';
import { UserError } from '../protocol/userError.ts';
import type { AgentExit } from './agent.ts';
import * as shared from './connectionErrors.ts';

interface Named {
  readonly name: string;
  /** What to do about what makes it let calls through, a sentence. */
  readonly tighten: string;
  /** How to sign in, a sentence. */
  readonly signIn: string;
}

/** The errors of one agent's connection, in its name; see connectionErrors.ts. */
export function agentErrors({ name, signIn, tighten }: Named) {
  return {
    /** A line on standard output that is not a frame, or only half of one. */
    badFrame: (what: string, line: string) => shared.badFrame(name, what, line),
    duplicateRequest: (id: string | number) => shared.duplicateRequest(name, String(id)),
    notGated: (what: string) => shared.notGated(name, what, tighten),
    /** `words` are the agent's own. */
    notSignedIn: (words: string) => shared.notSignedIn(name, words, signIn),
    /** It answered one of our requests with an error. */
    refused: (words: string) => shared.agentError(name, words),
    stopped: (exit: AgentExit, stderrTail: string) => shared.stopped(name, exit, stderrTail),
    /** A message while a turn runs. */
    stillWorking: () => shared.stillWorking(name),
    /** A message or an answer after the end. */
    sessionOver: () => shared.sessionOver(name),
    /** A frame that the gate depends on was refused: some other program, or a version that does not know it. */
    noHandshake: (words: string) =>
      new UserError(
        'protocolVersion',
        `${name} does not speak the protocol that Countersign needs (${safeText(words.slice(0, 200))}). It was stopped.`,
        `Check that the command in the settings is ${name}, and update it.`,
      ),
  };
}
