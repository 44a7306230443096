import { ulidSource } from '../../../src/base/ulid.ts';
import type { JournalEntry } from '../../../src/permission/journalPort.ts';
import { FileJournal } from '../../../src/storage/journal.ts';
import { journalFiles, readJournal } from '../../../src/storage/journalReader.ts';
import { journalContract } from '../../support/fakesJournalContract.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

journalContract('FileJournal', async () => {
  const folder = temporaryFolder();
  const journal = new FileJournal({ folder, newId: ulidSource(Date.now) });
  return {
    journal,
    read: async () => {
      const entries: JournalEntry[] = [];
      for await (const record of readJournal(await journalFiles(folder)))
        if (record.kind === 'entry') entries.push(JSON.parse(record.text) as JournalEntry);
      return entries;
    },
    close: async () => {
      await journal.close();
      removeFolder(folder);
    },
  };
});
