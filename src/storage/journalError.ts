/** Why the record could not be written. */
export type JournalErrorCode = 'full' | 'notWritable' | 'gone' | 'busy' | 'closed' | 'failed';

/** An entry is not known to be on disk. The message follows "cannot write its record" and has no full stop. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Puts an error of the file system into words. */
export function journalError(cause: unknown, folder: string): JournalError {
  if (cause instanceof JournalError) return cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new JournalError('full', 'the disk is full', cause);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new JournalError('notWritable', `${folder} is not writable`, cause);
    case 'ENOTDIR':
    case 'EEXIST':
      return new JournalError('notWritable', `${folder} is not a folder`, cause);
    default: {
      const words = cause instanceof Error ? cause.message : String(cause);
      return new JournalError('failed', words, cause);
    }
  }
}
