import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ulidSource } from '../../../src/base/ulid.ts';
import { FileJournal } from '../../../src/storage/journal.ts';
import { journalFiles, verifyJournal } from '../../../src/storage/journalReader.ts';
import { findMissedRequests } from '../../../src/storage/missedRequests.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

const WORKER = fileURLToPath(new URL('../../support/journalWorker.ts', import.meta.url));

describe('Requests that waited in a window that is gone', function () {
  this.timeout(30_000);
  let folder: string;
  let worker: ChildProcess | undefined;
  let journal: FileJournal;

  beforeEach(() => {
    folder = temporaryFolder();
    journal = new FileJournal({ folder, newId: ulidSource(Date.now) });
  });

  afterEach(async () => {
    worker?.kill('SIGKILL');
    await journal.close();
    removeFolder(folder);
  });

  async function startWorker(...args: string[]): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', WORKER, folder, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    worker = child;
    assert.ok(child.stdout);
    await once(child.stdout, 'data');
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  const find = () => findMissedRequests({ folder, journal, clock: { now: Date.now } });

  it('are found when it was killed, once, and their end is put on our own record', async () => {
    const child = await startWorker();
    assert.deepEqual(await find(), [], 'it is alive');
    await kill(child);
    const [theirs] = await journalFiles(folder);
    const missed = await find();
    assert.deepEqual(
      missed.map(({ target, tool, agentId }) => [target, tool, agentId]),
      [
        ['pnpm publish', 'execute', 'claude'],
        ['rm -rf build', 'execute', 'claude'],
      ],
    );
    assert.deepEqual(await find(), []);
    await journal.close();
    const report = await verifyJournal(await journalFiles(folder));
    assert.deepEqual(
      report.files.map(({ file, lines }) => [file === theirs, lines]),
      [
        [true, 4],
        [false, 2],
      ],
    );
    assert.equal(report.broken, undefined);
    assert.deepEqual(
      readdirSync(folder).filter((name) => !name.endsWith('.ndjson')),
      [],
    );
  });

  it('are found beside half a line that the crash left, which is cut off and reported once', async () => {
    await kill(await startWorker());
    const [theirs = ''] = await journalFiles(folder);
    const whole = readFileSync(theirs, 'utf8');
    const half = '{"seq":5,"prev":"';
    appendFileSync(theirs, half);
    const told: [string, number][] = [];
    const ask = () =>
      findMissedRequests({
        ...{ folder, journal, clock: { now: Date.now } },
        onMended: (file, bytes) => told.push([file, bytes]),
      });
    assert.equal((await ask()).length, 2);
    assert.deepEqual(await ask(), []);
    assert.deepEqual(told, [[theirs, half.length]]);
    assert.equal(readFileSync(theirs, 'utf8'), whole);
    const report = await verifyJournal([theirs]);
    assert.deepEqual(report.files, [{ file: theirs, lines: 4 }]);
  });

  it('are waiting still when the half line was to be their answer', async () => {
    await kill(await startWorker());
    const [theirs = ''] = await journalFiles(folder);
    const text = readFileSync(theirs, 'utf8');
    // The last line is the answer to the first request.
    assert.match(text.trimEnd().split('\n').at(-1) ?? '', /"type":"settled"/);
    writeFileSync(theirs, text.slice(0, -10));
    const missed = (await find()).map(({ target }) => target);
    assert.deepEqual(missed, ['git status', 'pnpm publish', 'rm -rf build']);
  });

  it('are none when it was closed in order', async () => {
    const child = await startWorker('close');
    await kill(child);
    assert.deepEqual(await find(), []);
  });

  it('are found by one of two windows that start at once', async () => {
    await kill(await startWorker());
    const found = await Promise.all([find(), find(), find()]);
    assert.deepEqual(found.map(({ length }) => length).sort(), [0, 0, 2]);
  });

  it('are found again when their end could not be put on record', async () => {
    await kill(await startWorker());
    const failing = { append: () => Promise.reject(new Error('full')) };
    await assert.rejects(
      findMissedRequests({ folder, journal: failing, clock: { now: Date.now } }),
      /full/,
    );
    for (const name of readdirSync(folder))
      if (name.endsWith('.taken')) makeOld(path.join(folder, name));
    const found = await Promise.all([find(), find(), find()]);
    assert.deepEqual(found.map(({ length }) => length).sort(), [0, 0, 2]);
  });

  it('are left to the other machine that may still wait for them', async () => {
    await kill(await startWorker());
    const [owner] = readdirSync(folder).filter((name) => name.endsWith('.owner'));
    const elsewhere = { pid: 1, host: `not-${hostname()}`, since: Date.now() };
    writeFileSync(path.join(folder, owner ?? ''), JSON.stringify(elsewhere));
    assert.deepEqual(await find(), []);
  });

  for (const [what, since] of [
    ['a restart', () => 1_000_000],
    ['this one started', () => Date.now() - process.uptime() * 1000 - 10_000],
  ] as const)
    it(`are found though the number of their process is in use again since ${what}`, async () => {
      await kill(await startWorker());
      const [owner] = readdirSync(folder).filter((name) => name.endsWith('.owner'));
      const before = { pid: process.pid, host: hostname(), since: since() };
      writeFileSync(path.join(folder, owner ?? ''), JSON.stringify(before));
      assert.equal((await find()).length, 2);
    });
});

function makeOld(file: string): void {
  const hourAgo = new Date(Date.now() - 3_600_000);
  utimesSync(file, hourAgo, hourAgo);
}
