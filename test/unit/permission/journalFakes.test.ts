import { FailingJournal, HeldJournal, MemoryJournal } from '../../support/fakes.ts';
import { journalContract } from '../../support/fakesJournalContract.ts';

journalContract('MemoryJournal', async () => {
  const journal = new MemoryJournal();
  return { journal, read: async () => journal.entries };
});

journalContract('FailingJournal that does not fail', async () => {
  const journal = new FailingJournal();
  journal.failure = undefined;
  return { journal, read: async () => journal.entries };
});

journalContract('HeldJournal that lets through', async () => {
  const journal = new HeldJournal();
  journal.passes = () => true;
  return { journal, read: async () => journal.entries };
});
