import assert from 'node:assert/strict';
import fs from 'node:fs';
import * as fsPromises from 'node:fs/promises';
import path from 'node:path';
import { ulidSource } from '../../../src/base/ulid.ts';
import { journalFolder } from '../../../src/cli/stateFolder.ts';
import type { JournalEntry } from '../../../src/permission/journalPort.ts';
import { isProtected } from '../../../src/permission/protectedPaths.ts';
import { FileJournal, type JournalFs } from '../../../src/storage/journal.ts';
import { journalFiles, verifyJournal } from '../../../src/storage/journalReader.ts';
import { hasPosix, needs } from '../../support/needs.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

const entry = (n: number, target = `command ${n}`): JournalEntry => ({
  type: 'raised',
  requestId: `R${n}`,
  agentId: 'fake',
  sessionKey: 'S',
  tool: 'execute',
  toolName: 'Bash',
  argsHash: 'ab',
  raisedAt: n,
  target,
});

/** The disk, with every step on record and each of them breakable. */
function disk() {
  const steps: string[] = [];
  const fault: {
    write?: (bytes: Uint8Array) => Promise<number>;
    datasync?: () => Promise<void>;
    truncate?: () => Promise<void>;
    open?: () => Promise<void>;
  } = {};
  const open: JournalFs['open'] = async (...args) => {
    if (args[1] === 'ax') await fault.open?.();
    const handle = await fsPromises.open(...args);
    if (args[1] !== 'ax') return handle;
    return new Proxy(handle, {
      get(target, name) {
        const original: unknown = Reflect.get(target, name);
        if (typeof original !== 'function') return original;
        return async (...given: unknown[]) => {
          if (name === 'write' && fault.write) {
            const bytes = given[0] as Uint8Array;
            const from = given[1] as number;
            const count = await fault.write(bytes.subarray(from));
            await handle.write(bytes, from, count, null);
            steps.push(`write ${count}`);
            return { bytesWritten: count, buffer: bytes };
          }
          if (name === 'datasync') await fault.datasync?.();
          if (name === 'truncate') await fault.truncate?.();
          const result: unknown = await Reflect.apply(original, target, given);
          steps.push(String(name));
          return result;
        };
      },
    });
  };
  const port: JournalFs = { mkdir: fsPromises.mkdir, stat: fsPromises.stat, open };
  return { fs: port, steps, fault };
}

const failure = (code: string) => Object.assign(new Error(`${code}: made by a test`), { code });

describe('FileJournal', () => {
  let folder: string;
  const newId = ulidSource(Date.now);
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => removeFolder(folder));

  const lines = (file: string | undefined) =>
    fs
      .readFileSync(file ?? '', 'utf8')
      .split('\n')
      .slice(0, -1);
  const targets = (file: string | undefined) =>
    lines(file).map((line) => (JSON.parse(line) as { entry: { target: string } }).entry.target);
  const intact = async () => (await verifyJournal(await journalFiles(folder))).broken;

  it('writes entries in the order they came, in a chain that can be verified', async () => {
    const journal = new FileJournal({ folder, newId });
    await Promise.all([1, 2, 3].map((n) => journal.append(entry(n))));
    await journal.append(entry(4, 'ünï \u2028 \ud83d\ude00 \ud800'));
    const { file } = journal;
    await journal.close();
    assert.equal(lines(file).length, 4);
    assert.deepEqual(await verifyJournal([file ?? '']), {
      files: [{ file, lines: 4 }],
      broken: undefined,
    });
  });

  it('lies where no rule lets an agent write', async () => {
    const journal = new FileJournal({ folder, newId });
    await journal.append(entry(1));
    const { file: written = '' } = journal;
    await journal.close();
    const folderOfCli = journalFolder({ env: {}, platform: 'linux', home: '/home/dev' });
    assert.equal(isProtected({ tool: 'edit', path: written, change: { kind: 'unseen' } }), true);
    assert.equal(isProtected({ tool: 'execute', command: `rm -r ${folderOfCli}` }), true);
    assert.equal(
      isProtected({ tool: 'execute', command: `cat > ${path.basename(written)}` }),
      true,
    );
  });

  it('makes no file before the first entry', async () => {
    const inner = path.join(folder, 'a', 'b');
    const journal = new FileJournal({ folder: inner, newId });
    assert.equal(fs.existsSync(inner), false);
    await journal.append(entry(1));
    await journal.close();
    assert.equal((await journalFiles(inner)).length, 1);
  });

  it('makes a file that only its owner can read', async function () {
    // In Windows a profile's folder is its owner's.
    needs(this, 'file modes', hasPosix);
    const inner = path.join(folder, 'a', 'b');
    const journal = new FileJournal({ folder: inner, newId });
    await journal.append(entry(1));
    await journal.close();
    const [file] = await journalFiles(inner);
    assert.equal(fs.statSync(file ?? '').mode & 0o777, 0o600);
    assert.equal(fs.statSync(inner).mode & 0o777, 0o700);
  });

  it('confirms an entry only when it is synced', async () => {
    const { fs: port, steps, fault } = disk();
    let release = () => {};
    fault.datasync = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const journal = new FileJournal({ folder, newId, fs: port });
    let confirmed = false;
    const done = journal.append(entry(1)).then(() => {
      confirmed = true;
      steps.push('confirmed');
    });
    while (!steps.includes('write')) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(confirmed, false);
    release();
    await done;
    assert.deepEqual(steps, ['stat', 'write', 'datasync', 'confirmed']);
    delete fault.datasync;
    await journal.close();
  });

  it('lets entries that come while the disk is busy share one write and one sync', async () => {
    const { fs: port, steps } = disk();
    const journal = new FileJournal({ folder, newId, fs: port });
    const first = journal.append(entry(0));
    while (!steps.includes('write')) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([
      first,
      ...Array.from({ length: 500 }, (_, n) => journal.append(entry(n + 1))),
    ]);
    assert.deepEqual(steps, ['stat', 'write', 'datasync', 'write', 'datasync']);
    assert.deepEqual(
      targets(journal.file),
      Array.from({ length: 501 }, (_, n) => `command ${n}`),
    );
    await journal.close();
    assert.equal(await intact(), undefined);
  });

  it('keeps order and chain over several batches of 1 MiB', async () => {
    const journal = new FileJournal({ folder, newId });
    const long = 'x'.repeat(100_000);
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => journal.append(entry(n, `${n} ${long}`))),
    );
    assert.deepEqual(
      targets(journal.file).map((text) => Number.parseInt(text, 10)),
      Array.from({ length: 40 }, (_, n) => n),
    );
    await journal.close();
    assert.equal(await intact(), undefined);
  });

  it('finishes a write that the disk takes in pieces', async () => {
    const { fs: port, fault, steps } = disk();
    fault.write = async (bytes) => Math.min(100, bytes.length);
    const journal = new FileJournal({ folder, newId, fs: port });
    await journal.append(entry(1));
    await journal.close();
    assert.ok(steps.filter((step) => step.startsWith('write')).length > 2);
    assert.equal(await intact(), undefined);
  });

  it('refuses what waits behind a failed write, and never goes on over the torn line', async () => {
    const { fs: port, fault } = disk();
    const journal = new FileJournal({ folder, newId, fs: port });
    await journal.append(entry(1));
    let calls = 0;
    fault.write = async () => {
      if (++calls > 1) throw failure('ENOSPC');
      return 40;
    };
    const results = await Promise.allSettled([2, 3].map((n) => journal.append(entry(n))));
    assert.deepEqual(
      results.map((result) => result.status === 'rejected' && String(result.reason)),
      ['JournalError: the disk is full', 'JournalError: the disk is full'],
    );
    assert.equal((await verifyJournal([journal.file ?? ''])).files[0]?.tornLine, 2);
    delete fault.write;
    await journal.append(entry(4));
    assert.deepEqual(targets(journal.file), ['command 1', 'command 4']);
    await journal.close();
    assert.equal(await intact(), undefined);
  });

  it('refuses entries that came during a failing sync, and takes the refused lines back', async () => {
    const { fs: port, fault } = disk();
    const journal = new FileJournal({ folder, newId, fs: port });
    await journal.append(entry(1));
    let fail = (_: Error) => {};
    fault.datasync = () =>
      new Promise((_, reject) => {
        fail = reject;
      });
    const second = assert.rejects(journal.append(entry(2)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const third = assert.rejects(journal.append(entry(3)));
    fail(failure('EIO'));
    await Promise.all([second, third]);
    delete fault.datasync;
    await journal.append(entry(4));
    await journal.close();
    const [file] = await journalFiles(folder);
    assert.deepEqual(targets(file), ['command 1', 'command 4']);
    assert.equal(await intact(), undefined);
  });

  it('starts a new file when the torn one cannot be cut back', async () => {
    const { fs: port, fault } = disk();
    const journal = new FileJournal({ folder, newId, fs: port });
    await journal.append(entry(1));
    fault.datasync = async () => {
      throw failure('EIO');
    };
    await assert.rejects(journal.append(entry(2)));
    delete fault.datasync;
    fault.truncate = async () => {
      throw failure('EIO');
    };
    await journal.append(entry(3));
    await journal.close();
    const files = await journalFiles(folder);
    assert.deepEqual(files.map(targets), [['command 1', 'command 2'], ['command 3']]);
    assert.equal(await intact(), undefined);
  });

  it('does not leave a refused entry behind when it is closed', async () => {
    const { fs: port, fault } = disk();
    const journal = new FileJournal({ folder, newId, fs: port });
    await journal.append(entry(1));
    fault.datasync = async () => {
      delete fault.datasync;
      throw failure('EIO');
    };
    await assert.rejects(journal.append(entry(2)));
    await journal.close();
    assert.deepEqual(targets((await journalFiles(folder))[0]), ['command 1']);
  });

  it('notices that its file was deleted, and goes on in a new one', async () => {
    const journal = new FileJournal({ folder, newId });
    await journal.append(entry(1));
    fs.rmSync(folder, { recursive: true });
    await assert.rejects(journal.append(entry(2)), { code: 'gone' });
    await journal.append(entry(3));
    assert.deepEqual(targets(journal.file), ['command 3']);
    await journal.close();
  });

  it('notices that its file was replaced', async function () {
    needs(this, 'to rename a file that is open', hasPosix);
    const journal = new FileJournal({ folder, newId });
    await journal.append(entry(1));
    const file = journal.file ?? '';
    fs.renameSync(file, `${file}.bak`);
    fs.copyFileSync(`${file}.bak`, file);
    await assert.rejects(journal.append(entry(2)), { code: 'gone' });
    await journal.close();
  });

  it('says why a folder cannot be used, and works once it can', async () => {
    const blocked = path.join(folder, 'taken');
    fs.writeFileSync(blocked, 'a file');
    const journal = new FileJournal({ folder: blocked, newId });
    await assert.rejects(journal.append(entry(1)), {
      code: 'notWritable',
      message: `${blocked} is not a folder`,
    });
    fs.rmSync(blocked);
    await journal.append(entry(2));
    await journal.close();
    assert.equal((await journalFiles(blocked)).length, 1);
  });

  it('says that a folder is not writable', async () => {
    const { fs: port, fault } = disk();
    fault.open = async () => {
      throw failure('EACCES');
    };
    const journal = new FileJournal({ folder, newId, fs: port });
    await assert.rejects(journal.append(entry(1)), {
      code: 'notWritable',
      message: `${folder} is not writable`,
    });
    await journal.close();
  });

  it('refuses an entry when a real device is full', async function () {
    needs(this, '/dev/full', fs.existsSync('/dev/full'));
    const port: JournalFs = {
      mkdir: fsPromises.mkdir,
      stat: fsPromises.stat,
      open: (file, flags, mode) =>
        flags === 'ax' ? fsPromises.open('/dev/full', 'a') : fsPromises.open(file, flags, mode),
    };
    const journal = new FileJournal({ folder, newId, fs: port });
    await assert.rejects(journal.append(entry(1)), { code: 'full', message: 'the disk is full' });
    await journal.close();
  });

  it('never writes into a file that is already there, nor through a link', async () => {
    const fixed = newId();
    const target = path.join(folder, 'elsewhere');
    fs.symlinkSync(target, path.join(folder, `journal-${fixed}.ndjson`));
    const journal = new FileJournal({ folder, newId: () => fixed });
    await assert.rejects(journal.append(entry(1)));
    await journal.close();
    assert.equal(fs.existsSync(target), false);
  });

  it('bounds what waits for a disk that hangs', async () => {
    const { fs: port, fault } = disk();
    let release = () => {};
    fault.datasync = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const journal = new FileJournal({ folder, newId, fs: port, maxQueued: 1000 });
    const first = journal.append(entry(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const rest = Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => journal.append(entry(n + 2))),
    );
    delete fault.datasync;
    release();
    await first;
    const states = (await rest).map(({ status }) => status);
    assert.ok(states.includes('fulfilled') && states.includes('rejected'), states.join());
    await journal.append(entry(99));
    await journal.close();
    assert.equal(await intact(), undefined);
  });

  it('refuses an entry that is too long and keeps the others', async () => {
    const journal = new FileJournal({ folder, newId });
    await assert.rejects(journal.append(entry(1, 'x'.repeat(2_000_000))));
    await journal.append(entry(2));
    await journal.close();
    assert.equal(await intact(), undefined);
  });

  it('flushes what waits when it is closed, and takes nothing afterwards', async () => {
    const journal = new FileJournal({ folder, newId });
    let confirmed = 0;
    for (const n of [1, 2, 3]) void journal.append(entry(n)).then(() => confirmed++);
    await journal.close();
    assert.equal(confirmed, 3);
    assert.equal(lines((await journalFiles(folder))[0]).length, 3);
    await assert.rejects(journal.append(entry(4)), { code: 'closed' });
    await journal.close();
  });

  it('keeps the event loop free while the disk hangs', async () => {
    const { fs: port, fault } = disk();
    fault.datasync = () => new Promise((resolve) => setTimeout(resolve, 100));
    const journal = new FileJournal({ folder, newId, fs: port });
    let turns = 0;
    const ticking = setInterval(() => turns++, 5);
    await journal.append(entry(1));
    clearInterval(ticking);
    assert.ok(turns >= 5, `${turns} turns`);
    await journal.close();
  });
});
