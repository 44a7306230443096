import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { toDisposable } from '../../../src/base/disposable.ts';
import { ulidSource } from '../../../src/base/ulid.ts';
import { type CliIo, main } from '../../../src/cli/main.ts';
import { journalFolder, type Machine } from '../../../src/cli/stateFolder.ts';
import { FileJournal } from '../../../src/storage/journal.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

describe('countersign', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => removeFolder(folder));

  function io() {
    const text = { out: '', err: '' };
    const stream = (name: 'out' | 'err') =>
      new Writable({
        write(chunk: Buffer, _, done) {
          text[name] += chunk.toString();
          done();
        },
      });
    const machine: Machine = {
      env: { XDG_STATE_HOME: path.join(folder, 'state'), PATH: '' },
      platform: 'linux',
      home: folder,
    };
    const world: CliIo = {
      stdin: new PassThrough(),
      stdout: stream('out'),
      stderr: stream('err'),
      machine,
      cwd: folder,
      version: '1.2.3',
      demoProgram: '/nowhere/demoAgent.js',
      isTerminal: false,
      listenForSignals: () => toDisposable(() => {}),
    };
    return { world, text };
  }

  const call = async (...argv: string[]) => {
    const { world, text } = io();
    const code = await main(argv, world);
    return { code, ...text };
  };

  it('fails with exit code 2, and touches nothing, for an agent that cannot be gated', async () => {
    const run = ['run', '--prompt', 'x', '--approve-each', '--agent'];
    for (const id of ['nobody', 'nothing']) {
      const { code, out, err } = await call(...run, id, '--cwd', 'not there');
      assert.deepEqual([code, out], [2, '']);
      assert.match(
        err,
        new RegExp(
          `^Agent "${id}" does not support enforceable per-command approval \\(ask mode\\)\\. Choose one of: claude, demo, .+\\.\n`,
        ),
      );
    }
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('fails with exit code 2 for wrong usage and a folder that is not there', async () => {
    assert.equal((await call('run')).code, 2);
    assert.equal((await call('run', '--agent', 'claude', '--prompt', 'x')).code, 2);
    const claude = ['run', '--agent', 'claude', '--prompt', 'x', '--approve-each', '--cwd', 'no'];
    const { code, err } = await call(...claude);
    assert.equal(code, 2);
    assert.match(err, /There is no folder ".*no", so nothing was started\. Choose one/);
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('says how to install an agent that is not there', async () => {
    const { code, out, err } = await call(
      ...['run', '--agent', 'claude', '--prompt', 'x', '--approve-each'],
    );
    assert.equal(code, 1);
    const last = JSON.parse(out.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    assert.deepEqual(
      [last['type'], last['reason'], last['exitCode']],
      ['session_ended', 'failed', 1],
    );
    assert.match(`${err}${String(last['message'])}`, /there is no program "claude"/);
  });

  it('prints the parity table, as text and as JSON', async () => {
    const text = await call('agents');
    assert.match(text.out, /claude – Claude Code\n {2}transport {3}stream-json, can_use_tool\n/);
    assert.match(text.out, /not found; install: npm install -g @openai\/codex/);
    const rows = JSON.parse((await call('agents', '--json')).out) as Record<string, unknown>[];
    assert.deepEqual(
      rows.find(({ id }) => id === 'claude'),
      {
        id: 'claude',
        name: 'Claude Code',
        transport: 'stream-json',
        native: 'can_use_tool',
        alwaysScope: 'a rule in its settings, by destination',
        relayed: true,
        asksFor: 'everything',
        asksForExcept: 'what its own settings allow',
        strict: 'on',
        reason: null,
        installed: false,
        found: null,
        install: 'npm install -g @anthropic-ai/claude-code',
      },
    );
  });

  it('prints help and version', async () => {
    for (const topic of ['run', 'agents', 'audit']) {
      const { code, out } = await call('help', topic);
      assert.equal(code, 0);
      assert.match(out, new RegExp(`countersign ${topic}`));
    }
    assert.equal((await call('--version')).out, '1.2.3\n');
  });

  async function record(): Promise<string> {
    const journal = new FileJournal({ folder, newId: ulidSource(Date.now) });
    const base = {
      requestId: 'R1',
      agentId: 'fake',
      sessionKey: 'S',
      tool: 'execute',
      toolName: 'Bash',
      argsHash: 'ab',
    } as const;
    await journal.append({ ...base, type: 'raised', raisedAt: 0, target: 'pnpm test' });
    await journal.append({
      ...base,
      type: 'settled',
      decision: 'deny',
      decidedBy: { kind: 'person', surface: 'cli' },
      decidedAt: 1000,
      channel: 'cli',
      decisionLatencyMs: 1000,
      feedback: 'not \u001b[31mnow',
    });
    const { file = '' } = journal;
    await journal.close();
    return file;
  }

  it('shows and verifies the record', async () => {
    const file = await record();
    assert.deepEqual(await call('audit', 'verify', '--journal', folder), {
      code: 0,
      out: `${file}: 2 lines\nChain verified: 2 records.\n`,
      err: '',
    });
    const shown = await call('audit', 'show', '--journal', '.');
    assert.equal(
      shown.out,
      '1970-01-01T00:00:00.000Z  R1  fake  Bash  asked: pnpm test\n' +
        '1970-01-01T00:00:01.000Z  R1  fake  Bash  denied by cli: “not [U+001B][31mnow”\n',
    );
    const json = await call('audit', 'show', '--json', '--journal', folder);
    const [, second] = json.out.trim().split('\n');
    const { entry, ...rest } = JSON.parse(second ?? '') as { entry: { feedback: string } };
    assert.deepEqual(rest, { file, line: 2, trusted: true });
    assert.equal(entry.feedback, 'not \u001b[31mnow');
  });

  it('shows what became of rules as such', async () => {
    const journal = new FileJournal({ folder, newId: ulidSource(Date.now) });
    const rule = { id: 'r', scope: 'global', effect: 'deny', label: 'git push …' } as const;
    const by = { kind: 'person', surface: 'inbox' } as const;
    await journal.append({ type: 'rule', change: 'revoked', rule, by, at: 2000 });
    await journal.append({ type: 'rule', change: 'notKept', rule, by, at: 3000 });
    await journal.close();
    assert.equal(
      (await call('audit', 'show', '--journal', '.')).out,
      '1970-01-01T00:00:02.000Z  rule revoked: always deny git push … (global)\n' +
        '1970-01-01T00:00:03.000Z  rule not kept: always deny git push … (global)\n',
    );
  });

  it('names the first broken line, and shows what cannot be trusted as such', async () => {
    const file = await record();
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('pnpm test', 'pnpm lint'));
    const verified = await call('audit', 'verify', '--journal', folder);
    assert.equal(verified.code, 1);
    assert.equal(
      verified.err,
      `The record is broken. The first broken line is line 1 of ${file}: its hash does not fit its content. What comes after it in that file cannot be trusted.\n`,
    );
    const shown = await call('audit', 'show', '--journal', folder);
    assert.equal(shown.code, 1);
    assert.match(
      shown.out,
      /asked: pnpm lint \[not trusted\]\n.*denied by cli.*\[not trusted\]\n$/,
    );
    fs.appendFileSync(file, '{"seq":3,');
    assert.match((await call('audit', 'show', '--journal', folder)).err, /Line 1 of/);
  });

  it('tells a torn last line from a broken one', async () => {
    const file = await record();
    fs.appendFileSync(file, '{"seq":3,');
    const { code, out } = await call('audit', 'verify', '--journal', folder);
    assert.equal(code, 0);
    assert.match(out, /2 lines, torn last line 3: it was cut off while it was written\n/);
  });

  it('does not call a missing record verified', async () => {
    const { code, err } = await call('audit', 'verify');
    assert.equal(code, 1);
    assert.equal(err, `There is no record in ${path.join(folder, 'state/countersign/journal')}.\n`);
  });

  it('keeps its record where the platform keeps such things', () => {
    const at = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv) =>
      journalFolder({ platform, env, home: '/home/dev' }).replaceAll('\\', '/');
    assert.equal(at('linux', {}), '/home/dev/.local/state/countersign/journal');
    assert.equal(at('linux', { XDG_STATE_HOME: 'relative' }), at('linux', {}));
    assert.equal(at('linux', { XDG_STATE_HOME: '/x' }), '/x/countersign/journal');
    assert.equal(at('darwin', {}), '/home/dev/Library/Application Support/countersign/journal');
    assert.equal(at('win32', { LOCALAPPDATA: '/local' }), '/local/countersign/journal');
  });
});
