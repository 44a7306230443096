import { safeText } from '../permission/spans.ts';
import { UserError } from '../protocol/userError.ts';

interface Started {
  readonly command: string;
  readonly cwd: string;
  readonly agentName: string;
}

const NOTHING_RAN = 'It was stopped; nothing that was waiting ran.';

/** There is no such program. */
export function notFound({ agentName, command }: Started): UserError {
  const isRelative = /[/\\]/.test(command) && !/^(?:[/~]|[a-z]:)/i.test(command);
  return new UserError(
    'agentNotFound',
    isRelative
      ? `The program of ${agentName} is given as "${safeText(command)}", a path that depends on the folder, so it was not started.`
      : `${agentName} was not started: there is no program "${safeText(command)}".`,
    isRelative
      ? 'Give its name, or its full path.'
      : 'Install it, or give the full path of its program, then start again.',
  );
}

/** The folder that the agent was to work in is not there. */
export function noFolder({ agentName, cwd }: Started): UserError {
  return new UserError(
    'badArguments',
    `${agentName} was not started: there is no folder "${safeText(cwd)}".`,
    'Choose a folder that exists.',
  );
}

/** The operating system refused to start the program. */
export function notStarted({ agentName, command }: Started, cause: unknown): UserError {
  const words = cause instanceof Error ? cause.message : String(cause);
  return new UserError(
    'agentNotFound',
    `${agentName} was not started: "${safeText(command)}" cannot be run (${safeText(words)}).`,
    'Check that it is a program of this system and may be run, then start again.',
    { cause },
  );
}

export function stoppedBefore(agentName: string): UserError {
  return new UserError(
    'sessionEnded',
    `${agentName} was stopped before it had started.`,
    'Start a new session.',
  );
}

export function frameTooLarge(agentName: string, maxBytes: number): UserError {
  const size = maxBytes >= 1024 * 1024 ? `${maxBytes / 1024 / 1024} MiB` : `${maxBytes} bytes`;
  return new UserError(
    'frameTooLarge',
    `${agentName} sent a line of more than ${size}. ${NOTHING_RAN}`,
    'Start again, and ask for less at once.',
  );
}

export function inputClosed(agentName: string, detail: string): UserError {
  return new UserError(
    'agentExited',
    `${agentName} does not listen any more, so nothing was sent to it.`,
    'Start a new session.',
    { detail },
  );
}

export function notReading(agentName: string): UserError {
  return new UserError(
    'agentError',
    `${agentName} has stopped reading what it is sent. ${NOTHING_RAN}`,
    'Start again.',
  );
}

/** A bug of ours or a broken pipe while its output was read. */
export function broken(agentName: string, cause: unknown): UserError {
  const words = cause instanceof Error ? cause.message : String(cause);
  return new UserError(
    'agentError',
    `What ${agentName} sent could not be handled (${safeText(words)}). ${NOTHING_RAN}`,
    'Start again, and report this if it happens again.',
    { cause },
  );
}
