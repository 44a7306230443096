import type fc from 'fast-check';
import type { Timers } from '../../src/base/timers.ts';
import type { JournalEntry, JournalPort } from '../../src/permission/journalPort.ts';

export type JournalMode = 'writes' | 'rejects' | 'throws';

/** A journal whose writes end when the scheduler says so. */
export class ScheduledJournal implements JournalPort {
  readonly onRecord: JournalEntry[] = [];
  mode: JournalMode = 'writes';
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  append(entry: JournalEntry): Promise<void> {
    const { mode } = this;
    if (mode === 'throws') throw new Error('throws');
    return this.#scheduler.schedule(Promise.resolve(), `${entry.type} ${mode}`).then(() => {
      if (mode === 'rejects') throw new Error('rejects');
      this.onRecord.push(entry);
    });
  }
}

/** Turns come when the scheduler says so. */
export function scheduledTimers(scheduler: fc.Scheduler): Timers {
  return {
    after: (_, call) => {
      let isWanted = true;
      void scheduler.schedule(Promise.resolve(), 'turn').then(() => isWanted && call());
      return {
        dispose: () => {
          isWanted = false;
        },
      };
    },
  };
}
