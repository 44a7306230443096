import type { RequestError } from '@agentclientprotocol/sdk';
import { stringAt } from '../../base/json.ts';
import { oneLine } from '../../permission/cut.ts';
import { safeText } from '../../permission/spans.ts';
import { UserError } from '../../protocol/userError.ts';

/** How much of an offending line is quoted. */
const QUOTED = 200;

const NOTHING_RAN = 'It was stopped; nothing that was waiting ran.';

/** A line on standard output that is not a frame of the protocol. */
export function badFrame(agentName: string, what: string, line: string): UserError {
  return new UserError(
    'badFrame',
    `${agentName} sent something that is not ACP: ${what}. ${NOTHING_RAN}`,
    'Check that its command starts it in ACP mode and that nothing else prints to standard output, then start again.',
    { detail: safeText(line.slice(0, QUOTED)) },
  );
}

/** A second request under an id that still waits: an answer would be for both. */
export function duplicateRequest(agentName: string, id: string | number): UserError {
  return new UserError(
    'duplicateRequest',
    `${agentName} asked twice under one id (${safeText(String(id))}), so no answer could be for one of them only. ${NOTHING_RAN}`,
    'Start again, and update the agent if this happens again.',
  );
}

/** An answer that is offered under a kind that we cannot tell to be allow or deny. */
export function unknownOptionKind(agentName: string, kind: string): UserError {
  return new UserError(
    'unknownOptionKind',
    `${agentName} offered an answer of a kind that Countersign does not know (${safeText(kind)}). ${NOTHING_RAN}`,
    'Update Countersign, or use another version of the agent.',
  );
}

/** A permission request that belongs to no conversation of this process. */
export function unknownSession(agentName: string, sessionId: string): UserError {
  return new UserError(
    'unknownSession',
    `${agentName} asked for a session that is not open here (${safeText(sessionId)}). ${NOTHING_RAN}`,
    'Start again, and update the agent if this happens again.',
  );
}

export function wrongVersion(agentName: string, version: unknown, ours: number): UserError {
  return new UserError(
    'protocolVersion',
    `${agentName} speaks version ${safeText(JSON.stringify(version) ?? 'unknown')} of the Agent Client Protocol; Countersign speaks version ${ours}. It was stopped.`,
    'Update the agent or Countersign.',
  );
}

/** The agent refuses to work before somebody has signed in. `words` are its own. */
export function notSignedIn(
  agentName: string,
  words: string,
  methods: readonly string[],
): UserError {
  const how =
    methods.length > 0 ? ` It offers: ${methods.map((name) => safeText(name)).join(', ')}.` : '';
  return new UserError(
    'notSignedIn',
    `${agentName} is not signed in (${safeText(words)}).`,
    `Start it once in a terminal and sign in there, then start again.${how}`,
  );
}

/** The process ended although something was expected from it. */
export function stopped(agentName: string, stderrTail: string): UserError {
  return new UserError(
    'agentExited',
    `${agentName} stopped before it answered. Nothing that was waiting ran.`,
    'Start again, or look at the Countersign output for its last words.',
    { detail: stderrTail },
  );
}

/** The agent answered one of our requests with an error. */
export function agentError(agentName: string, words: string): UserError {
  return new UserError(
    'agentError',
    `${agentName} answered with an error: ${safeText(words)}.`,
    'Start a new session.',
  );
}

/** The words of an error answer; an internal error has its reason in `data`. */
export function errorWords({ message, data }: RequestError): string {
  const details = stringAt(data, 'details') ?? stringAt(data, 'message');
  return details === undefined ? message : `${message}: ${details}`;
}

/** It wanted to write a file or run a command without a permission request. */
export function besideWords(agentName: string, method: string): string {
  return `${agentName} wanted to go through the editor (\`${safeText(method)}\`) and was refused: what it does has to be asked for.`;
}

/** It ran something that it did not ask for: the header says so of its settings, this says what. */
export function unaskedWords(agentName: string, what: string): string {
  return `${agentName} ran this without asking: ${oneLine(what, 300)}. Its own settings or its command line allow it, or it takes it for reading; such calls never reach Countersign, and are not pointed out again.`;
}
