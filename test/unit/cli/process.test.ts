import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createSampleWorkspace } from '../../../src/demo/sampleWorkspace.ts';
import { journalFiles, verifyJournal } from '../../../src/storage/journalReader.ts';
import { hasPosix, needs } from '../../support/needs.ts';
import { ROOT, removeFolder, temporaryFolder } from '../../support/testFolder.ts';
import type { Line } from './relayHarness.ts';

/** For `--import`, from whatever folder. */
const TSX = pathToFileURL(createRequire(path.join(ROOT, 'package.json')).resolve('tsx')).href;
const SOURCE = ['src', 'brew.js'];

/** The real command with the real demo agent, both from source, so that no build is needed. */
describe('countersign run, as processes', function () {
  this.timeout(60_000);
  let folder: string;
  let sample: string;
  let journal: string;
  let before: string;
  beforeEach(async () => {
    folder = temporaryFolder();
    sample = path.join(folder, 'sample');
    journal = path.join(folder, 'journal');
    await createSampleWorkspace(sample);
    before = source();
  });
  afterEach(() => removeFolder(folder));

  const source = () => fs.readFileSync(path.join(sample, ...SOURCE), 'utf8');

  function countersign(prompt: string, ...more: string[]) {
    const agent = ['--import', TSX, path.join(ROOT, 'src/demo/demoAgent.ts'), folder];
    const child = spawn(
      process.execPath,
      [
        ...['--import', TSX, path.join(ROOT, 'src/cli.ts'), 'run', '--approve-each'],
        ...['--cwd', sample, '--journal', journal, '--prompt', prompt, ...more],
        ...['--agent-command', process.execPath, '--', ...agent],
      ],
      { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    child.stdin.on('error', () => undefined);
    const lines: Line[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(JSON.parse(line) as Line);
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    return { child, lines, exit, errors: () => errors };
  }

  async function request({ child, lines, errors }: ReturnType<typeof countersign>): Promise<Line> {
    for (let tries = 0; tries < 2000; tries++) {
      const line = lines.find(({ type }) => type === 'permission_request');
      if (line) return line;
      if (child.exitCode !== null) break;
      await sleep(10);
    }
    throw new Error(`Nothing was asked: ${JSON.stringify(lines)} ${errors()}`);
  }

  const respond = (
    child: ChildProcessWithoutNullStreams,
    line: Line,
    decision: string,
    more: object = {},
  ) =>
    child.stdin.write(
      `${JSON.stringify({ type: 'permission_response', id: line['id'], decision, ...more })}\n`,
    );

  /** Processes of this test that are still there: their arguments hold its folder. */
  function leftOver(): string[] {
    const all = execFileSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8' });
    return all.split('\n').filter((line) => line.includes(folder) && !line.startsWith('ps '));
  }

  async function nothingIsLeft(): Promise<void> {
    if (process.platform === 'win32') return;
    for (let tries = 0; tries < 100 && leftOver().length > 0; tries++) await sleep(20);
    assert.deepEqual(leftOver(), []);
  }

  it('lets an allowed edit happen, and puts it on record', async () => {
    const run = countersign('[[edit]]');
    respond(run.child, await request(run), 'once');
    assert.equal(await run.exit, 0, run.errors());
    assert.notEqual(source(), before);
    const report = await verifyJournal(await journalFiles(journal));
    assert.deepEqual([report.files[0]?.lines, report.broken], [2, undefined]);
    await nothingIsLeft();
  });

  it('keeps a rule in its file: the next run is not asked; without the rule the one after is', async () => {
    const rules = path.join(folder, 'rules.json');
    const first = countersign('[[command]]', '--rules', rules);
    respond(first.child, await request(first), 'always', { scope: 'workspace' });
    assert.equal(await first.exit, 0, first.errors());
    const second = countersign('[[command]]', '--rules', rules);
    assert.equal(await second.exit, 0, second.errors());
    const kinds = second.lines.map(({ type }) => type);
    assert.ok(!kinds.includes('permission_request') && kinds.includes('permission_resolved'));
    fs.writeFileSync(rules, '{"rules":[{"effect":"allow"}]}');
    const third = countersign('[[command]]', '--rules', rules);
    respond(third.child, await request(third), 'reject');
    assert.equal(await third.exit, 0, third.errors());
    assert.match(third.errors(), /Rule 1 in .*rules\.json was set aside and answers nothing/);
  });

  it('denies what nobody answered in time, and goes on', async () => {
    const run = countersign('[[edit]]', '--timeout', '0.01');
    await request(run);
    assert.equal(await run.exit, 0, run.errors());
    assert.equal(source(), before);
    const resolved = run.lines.find(({ type }) => type === 'permission_resolved');
    assert.deepEqual(resolved?.['by'], { kind: 'ttl', minutes: 0.01 });
  });

  it('does not let a rejected edit happen, and ends well', async () => {
    const run = countersign('[[edit]]');
    respond(run.child, await request(run), 'reject');
    assert.equal(await run.exit, 0, run.errors());
    assert.equal(source(), before);
  });

  it('exits with 3 and lets nothing happen when standard input closes', async () => {
    const run = countersign('[[edit]]');
    await request(run);
    run.child.stdin.end();
    assert.equal(await run.exit, 3, run.errors());
    assert.equal(source(), before);
    assert.equal(run.lines.at(-1)?.type, 'session_ended');
    await nothingIsLeft();
  });

  it('exits with 3 and lets nothing happen when nobody reads standard output', async () => {
    const run = countersign('[[edit]]');
    await request(run);
    run.child.stdout.destroy();
    // The next line does not get through.
    run.child.stdin.write('not json\n');
    assert.equal(await run.exit, 3, run.errors());
    assert.equal(source(), before);
    await nothingIsLeft();
  });

  it('exits with 143 on SIGTERM and leaves no process', async function () {
    needs(this, 'signals between processes', hasPosix);
    const run = countersign('[[edit]]');
    await request(run);
    run.child.kill('SIGTERM');
    assert.equal(await run.exit, 143, run.errors());
    assert.equal(source(), before);
    await nothingIsLeft();
  });
});
