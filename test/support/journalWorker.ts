// Raises requests into a record until it is killed: `journalWorker.ts FOLDER`. Says "ready" when they are on disk.
import { ulidSource } from '../../src/base/ulid.ts';
import { Broker } from '../../src/permission/broker.ts';
import { FileJournal } from '../../src/storage/journal.ts';
import { allow, draftOf, execute } from './builders.ts';
import { rulesOnFakes } from './rules.ts';

const newId = ulidSource(Date.now);
const journal = new FileJournal({ folder: process.argv[2] ?? '', newId });
const broker = new Broker({ clock: { now: Date.now }, newId, journal, rules: rulesOnFakes(newId) });

async function main(): Promise<void> {
  const answered = broker.raise(draftOf(execute('git status')), () => {}).request;
  broker.raise(draftOf(execute('pnpm publish')), () => {});
  broker.raise(draftOf(execute('rm -rf build')), () => {});
  await broker.answer(allow(answered));
  if (process.argv[3] === 'close') {
    broker.dispose();
    await journal.close();
  }
  process.stdout.write('ready\n');
  setInterval(() => {}, 1000);
}

void main();
