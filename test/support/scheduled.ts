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

/** Turns come, and limits of time run out while `canRunOut`, when the scheduler says so. */
export function scheduledTimers(scheduler: fc.Scheduler, canRunOut: () => boolean): Timers {
  return {
    after: (milliseconds, call) => {
      let isWanted = true;
      const isTurn = milliseconds === 0;
      void scheduler
        .schedule(Promise.resolve(), isTurn ? 'turn' : 'limit')
        .then(() => isWanted && (isTurn || canRunOut()) && call());
      return {
        dispose: () => {
          isWanted = false;
        },
      };
    },
  };
}
