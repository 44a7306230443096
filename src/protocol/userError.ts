/** What can go wrong in front of a person. One catalogue, so that every surface says the same. */
export type UserErrorCode =
  | 'agentNotFound'
  | 'agentExited'
  | 'agentNotGated'
  | 'badFrame'
  | 'frameTooLarge'
  | 'protocolVersion'
  | 'duplicateRequest'
  | 'unknownOptionKind'
  | 'unknownSession'
  | 'notSignedIn'
  | 'agentError'
  | 'sessionEnded'
  | 'notChosen'
  | 'notResumed'
  | 'journalFailed'
  | 'noNetwork'
  | 'serverFailed'
  | 'relayFailed'
  | 'phoneNotRemoved'
  | 'phoneUnreadable'
  | 'pairingRefused'
  | 'registryFailed'
  | 'badArguments';

/**
 * A failure that a person is told about: what happened, what was not done, what to do next. Texts are safe to show
 * (already redacted and escaped).
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: UserErrorCode;
  /** What to do next, a sentence. */
  readonly next: string;
  /** The end of what the agent wrote to its error output, when that helps. */
  readonly detail?: string;

  constructor(
    code: UserErrorCode,
    message: string,
    next: string,
    options: { readonly detail?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.next = next;
    if (options.detail) this.detail = options.detail;
  }
}

/** The sentence that surfaces show. */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return `${error.message} ${error.next}`;
  return error instanceof Error ? error.message : String(error);
}
