import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ulidSource } from '../../../src/base/ulid.ts';
import { FileJournal } from '../../../src/storage/journal.ts';
import {
  journalFiles,
  readJournal,
  readJournalEnd,
  verifyJournal,
} from '../../../src/storage/journalReader.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

const newId = ulidSource(Date.now);

describe('verifyJournal', () => {
  let folder: string;
  let file: string;
  let whole: Buffer;

  beforeEach(async () => {
    folder = temporaryFolder();
    await record(5);
    [file = ''] = await journalFiles(folder);
    whole = fs.readFileSync(file);
  });
  afterEach(() => removeFolder(folder));

  async function record(count: number): Promise<void> {
    const journal = new FileJournal({ folder, newId });
    for (let n = 0; n < count; n++) {
      await journal.append({
        type: 'settled',
        requestId: `R${n}`,
        agentId: 'fake',
        sessionKey: 'S',
        tool: 'execute',
        toolName: 'Bash',
        argsHash: 'ab',
        decision: 'deny',
        decidedBy: { kind: 'person', surface: 'cli' },
        decidedAt: n,
        channel: 'cli',
        decisionLatencyMs: 1,
      });
    }
    await journal.close();
  }

  const text = () => whole.toString('latin1').split('\n').slice(0, -1);
  const write = (lines: readonly string[]) =>
    fs.writeFileSync(file, `${lines.join('\n')}\n`, 'latin1');
  const brokenLine = async () => {
    const { broken } = await verifyJournal([file]);
    return broken && `${broken.line}: ${broken.reason}`;
  };

  it('reads the end of a file alone, and finds there what was altered', async () => {
    const end = async (bytes: number) => {
      const found: string[] = [];
      for await (const record of readJournalEnd(file, bytes)) {
        const id = 'text' in record ? /"requestId":"(\w+)"/.exec(record.text ?? '')?.[1] : '';
        found.push(`${record.kind} ${id}`);
      }
      return found;
    };
    const lines = text();
    const last = (count: number) => lines.slice(-count).join('\n').length + 1;
    assert.deepEqual(await end(last(2)), ['entry R4']);
    assert.deepEqual(await end(last(2) + 1), ['entry R3', 'entry R4']);
    assert.deepEqual(
      await end(whole.length + 9),
      [0, 1, 2, 3, 4].map((n) => `entry R${n}`),
    );
    assert.deepEqual(await end(10), []);
    write(lines.map((line) => line.replace('"requestId":"R3"', '"requestId":"R9"')));
    assert.deepEqual(await end(last(4)), ['entry R2', 'broken R9', 'untrusted R4']);
    write(lines.toSpliced(3, 1));
    assert.deepEqual(await end(last(4) - last(1)), ['entry R2', 'broken R4']);
    write(lines.map((line) => line.replace('"prev":"', '"prev":"x')));
    assert.deepEqual(await end(last(2)), ['broken R4']);
  });

  it('finds a change of any single byte, and names its line', async () => {
    const lines = text();
    const lengths = lines.map((line) => line.length + 1);
    let at = (lengths[0] ?? 0) + (lengths[1] ?? 0);
    const end = at + (lengths[2] ?? 0) - 1;
    for (; at < end; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      fs.writeFileSync(file, changed);
      const { broken } = await verifyJournal([file]);
      assert.equal(broken?.line, 3, `byte ${at}`);
    }
  });

  it('finds a newline that was taken out or put in', async () => {
    const lines = text();
    write([`${lines[0]}${lines[1]}`, ...lines.slice(2)]);
    assert.match((await brokenLine()) ?? '', /^1: /);
    write([lines[0] ?? '', '', ...lines.slice(1)]);
    assert.match((await brokenLine()) ?? '', /^2: /);
  });

  it('finds a line that was deleted, doubled or moved', async () => {
    const [a = '', b = '', c = '', d = '', e = ''] = text();
    write([a, b, d, e]);
    assert.match((await brokenLine()) ?? '', /^3: it is not number 3/);
    write([a, b, b, c, d, e]);
    assert.match((await brokenLine()) ?? '', /^3: it is not number 3/);
    write([a, c, b, d, e]);
    assert.match((await brokenLine()) ?? '', /^2: it is not number 2/);
    write([b, c, d, e]);
    assert.match((await brokenLine()) ?? '', /^1: it is not number 1/);
  });

  it('finds a line that was written anew with a true hash of its own', async () => {
    await record(5);
    const [, other = ''] = await journalFiles(folder);
    const foreign = fs.readFileSync(other, 'latin1').split('\n');
    const [a = '', , c = '', d = '', e = ''] = text();
    write([a, foreign[1] ?? '', c, d, e]);
    assert.equal(await brokenLine(), '2: it does not follow the line before it');
    write(foreign.slice(0, -1));
    assert.equal(await brokenLine(), '1: it does not follow the line before it');
  });

  it('tells a torn last line from tampering', async () => {
    const lastStart = whole.length - (text().at(-1)?.length ?? 0) - 1;
    for (const cut of [lastStart + 1, whole.length - 40, whole.length - 1]) {
      fs.writeFileSync(file, whole.subarray(0, cut));
      assert.deepEqual(await verifyJournal([file]), {
        files: [{ file, lines: 4, tornLine: 5 }],
        broken: undefined,
      });
    }
  });

  it('does not excuse a torn line that is not the last', async () => {
    const [a = '', b = '', ...rest] = text();
    write([a, b.slice(0, 50), ...rest]);
    assert.equal(await brokenLine(), '2: it is not a line of a journal');
  });

  it('names the first broken line over several files, and goes on to the others', async () => {
    await record(3);
    await record(2);
    const files = await journalFiles(folder);
    const [, second = '', third = ''] = files;
    for (const each of [second, third]) {
      fs.writeFileSync(each, fs.readFileSync(each, 'utf8').replaceAll('"deny"', '"allow"'));
    }
    const report = await verifyJournal(files);
    assert.deepEqual(report.broken, {
      file: second,
      line: 1,
      reason: 'its hash does not fit its content',
    });
    assert.deepEqual(
      report.files.map(({ lines, broken }) => [lines, broken?.line]),
      [
        [5, undefined],
        [0, 1],
        [0, 1],
      ],
    );
  });

  it('reports a file that cannot be read', async () => {
    const missing = path.join(folder, 'missing.ndjson');
    const { broken } = await verifyJournal([missing]);
    assert.equal(broken?.line, 0);
    assert.match(broken?.reason ?? '', /^it cannot be read: ENOENT/);
  });

  it('does not fill the memory with an endless line', async () => {
    fs.appendFileSync(file, 'x'.repeat(5 * 1024 * 1024));
    assert.equal(await brokenLine(), '6: it is too long');
  });

  it('lists nothing for a folder that is not there, and only its own files', async () => {
    assert.deepEqual(await journalFiles(path.join(folder, 'no')), []);
    fs.writeFileSync(path.join(folder, 'journal-x.ndjson'), '');
    assert.deepEqual(await journalFiles(folder), [file]);
  });

  it('checks 50,000 lines in bounded memory', async function () {
    this.timeout(60_000);
    const journal = new FileJournal({ folder, newId });
    for (let n = 0; n < 50; n++) {
      await Promise.all(
        Array.from({ length: 1000 }, () =>
          journal.append({
            type: 'raised',
            requestId: 'R',
            agentId: 'fake',
            sessionKey: 'S',
            tool: 'execute',
            toolName: 'Bash',
            argsHash: 'ab',
            raisedAt: 1,
            target: 'x'.repeat(300),
          }),
        ),
      );
    }
    await journal.close();
    const [, big = ''] = await journalFiles(folder);
    const before = process.memoryUsage().rss;
    const report = await verifyJournal([big]);
    assert.equal(report.files[0]?.lines, 50_000);
    const grown = (process.memoryUsage().rss - before) / 1e6;
    assert.ok(grown < 120, `${grown} MB more for ${fs.statSync(big).size / 1e6} MB`);
  });

  describe('readJournal', () => {
    it('marks what comes after a broken line as untrusted', async () => {
      const changed = text().map((line, index) =>
        index === 2 ? line.replace('"deny"', '"allow"') : line,
      );
      write(changed);
      const kinds: string[] = [];
      for await (const { kind, line } of readJournal([file])) kinds.push(`${line} ${kind}`);
      assert.deepEqual(kinds, ['1 entry', '2 entry', '3 broken', '4 untrusted', '5 untrusted']);
    });
  });
});
