import type { JournalEntry, JournalPort } from './journalPort.ts';

export interface JournalFailure {
  readonly cause: unknown;
}

/** Appends; never rejects and never throws: a failure is the value. */
export function recorded(
  journal: JournalPort,
  entry: JournalEntry,
): Promise<JournalFailure | undefined> {
  try {
    return journal.append(entry).then(nothing, asFailure);
  } catch (error) {
    return Promise.resolve(asFailure(error));
  }
}

function nothing(): undefined {
  return undefined;
}

function asFailure(error: unknown): JournalFailure {
  return { cause: error ?? new Error('The journal failed without a reason') };
}
