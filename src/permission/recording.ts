import { type Timers, within } from '../base/timers.ts';
import type { JournalEntry, JournalPort } from './journalPort.ts';

export interface JournalFailure {
  readonly cause: unknown;
  /** The entry may still reach the disk, although nothing comes of it. */
  readonly isLate?: true;
}

export interface RecordingOptions {
  readonly journal: JournalPort;
  readonly timers: Timers;
  /** Hears of every entry that is not known to be on disk. */
  readonly failed: (cause: unknown) => void;
}

/** How long a decision may be on its way, in milliseconds: a disk that does not answer must not hide a request. */
const PATIENCE = 5000;

/** Puts on record what a broker does. Never rejects and never throws: a failure is the value. */
export class Recording {
  readonly #options: RecordingOptions;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** Waits until the entry is on disk, or for five seconds. */
  async decision(entry: JournalEntry): Promise<JournalFailure | undefined> {
    const { failed, timers } = this.#options;
    const failure = await within(timers, PATIENCE, this.#append(entry), tooLate);
    if (failure) failed(failure.cause);
    return failure;
  }

  /** For what is safe without a record. */
  note(entry: JournalEntry): void {
    void this.#append(entry).then((failure) => {
      if (failure) this.#options.failed(failure.cause);
    });
  }

  #append(entry: JournalEntry): Promise<JournalFailure | undefined> {
    try {
      return this.#options.journal.append(entry).then(nothing, asFailure);
    } catch (error) {
      return Promise.resolve(asFailure(error));
    }
  }
}

function nothing(): undefined {
  return undefined;
}

function asFailure(error: unknown): JournalFailure {
  return { cause: error ?? new Error('The journal failed without a reason') };
}

function tooLate(): JournalFailure {
  return { cause: new Error('the disk has not answered for 5 seconds'), isLate: true };
}
