import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess, type ChildOptions } from '../../../src/agents/process.ts';
import { descendants } from '../../../src/agents/processTree.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { isRunning } from '../../support/processes.ts';
import { ROOT, removeFolder, temporaryFolder } from '../../support/testFolder.ts';
import { waitFor } from '../../support/waitFor.ts';

/** Stays, and answers what it is told: `exit 3`, or the line itself. */
const ECHO = `
  const lines = require('node:readline').createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    if (line.startsWith('exit ')) process.exit(Number(line.slice(5)));
    process.stdout.write(line + '\\n');
  });
`;

describe('AgentProcess', () => {
  const folder = temporaryFolder();
  const running: AgentProcess[] = [];
  after(() => removeFolder(folder));
  afterEach(async () => {
    await Promise.all(running.splice(0).map((process) => process.stop()));
  });

  async function start(script: string, options: Partial<ChildOptions> = {}) {
    const log: string[] = [];
    const agent = await AgentProcess.start({
      command: process.execPath,
      args: ['-e', script],
      cwd: folder,
      env: process.env,
      signal: new AbortController().signal,
      agentName: 'Test Agent',
      graceMs: 300,
      log: (line) => log.push(line),
      ...options,
    });
    running.push(agent);
    const lines: string[] = [];
    agent.onLine((line) => lines.push(line));
    return { agent, lines, log };
  }

  const refusal = (code: string) => (error: unknown) =>
    error instanceof UserError && error.code === code && error.next !== '';

  it('sends lines and receives lines', async () => {
    const { agent, lines } = await start(ECHO);
    agent.write('{"a":1}');
    agent.write('two');
    await waitFor(() => lines.length === 2, 'two lines');
    assert.deepEqual(lines, ['{"a":1}', 'two']);
  });

  it('keeps a character whole that is cut in two by chunks', async () => {
    const { agent, lines } = await start(`
      const bytes = Buffer.from('{"text":"a€😀b"}\\n');
      let at = 0;
      const next = () => {
        if (at === bytes.length) return;
        process.stdout.write(bytes.subarray(at, ++at));
        setTimeout(next, 3);
      };
      next();
    `);
    await agent.exited;
    assert.deepEqual(lines, ['{"text":"a€😀b"}']);
  });

  it('drops empty lines and carriage returns, and takes a last line without its end', async () => {
    const { agent, lines } = await start(`process.stdout.write('one\\r\\n\\n\\r\\ntwo\\nthree')`);
    await agent.exited;
    assert.deepEqual(lines, ['one', 'two', 'three']);
  });

  it('loses no line that was written before anybody listened', async () => {
    const agent = await AgentProcess.start({
      command: process.execPath,
      args: ['-e', `${ECHO}; process.stdout.write('early\\n')`],
      cwd: folder,
      env: process.env,
      signal: new AbortController().signal,
      agentName: 'Test Agent',
      log: () => undefined,
    });
    running.push(agent);
    await sleep(300);
    const lines: string[] = [];
    agent.onLine((line) => lines.push(line));
    await waitFor(() => lines.length === 1, 'the early line');
    assert.deepEqual(lines, ['early']);
  });

  it('takes a line of 8 MB', async () => {
    const { agent, lines } = await start(`process.stdout.write('x'.repeat(8e6) + '\\n')`);
    await agent.exited;
    assert.deepEqual(
      lines.map(({ length }) => length),
      [8e6],
    );
  });

  it('stops an agent that sends one line of 50 MB, without holding it all', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const { agent, lines } = await start(`
      process.stdout.write('first\\n' + 'x'.repeat(50e6) + '\\nlast\\n'); setTimeout(() => {}, 60000);
    `);
    const { error } = await agent.exited;
    assert.equal(error?.code, 'frameTooLarge');
    assert.match(error?.message ?? '', /more than 16 MiB.*nothing that was waiting ran/);
    assert.deepEqual(lines, ['first']);
    assert.ok(process.memoryUsage().arrayBuffers - before < 40e6);
  });

  it('stops an agent that never ends its line', async () => {
    const { agent, lines } = await start(
      `const fill = () => process.stdout.write('y'.repeat(65536), fill); fill();`,
      { maxLineBytes: 1_000_000 },
    );
    const { error } = await agent.exited;
    assert.equal(error?.code, 'frameTooLarge');
    assert.deepEqual(lines, []);
  });

  it('stops listening within a chunk when a line breaks the connection', async () => {
    const { agent } = await start(ECHO);
    const heard: string[] = [];
    const broken = new UserError('badFrame', 'It is broken.', 'Start again.');
    agent.onLine((line) => {
      heard.push(line);
      agent.fail(broken);
    });
    agent.write('one\ntwo\nthree');
    const { error } = await agent.exited;
    assert.equal(error, broken);
    assert.deepEqual(heard, ['one']);
  });

  it('fails the connection when a line cannot be handled', async () => {
    const { agent } = await start(ECHO);
    agent.onLine(() => {
      throw new Error('a bug');
    });
    agent.write('one');
    assert.equal((await agent.exited).error?.code, 'agentError');
  });

  it('says which program is not installed', async () => {
    await assert.rejects(start('', { command: 'no-such-agent' }), (error: unknown) => {
      assert.ok(refusal('agentNotFound')(error));
      assert.match(String(error), /no program "no-such-agent"/);
      return true;
    });
  });

  it('does not run a program of the folder that it works in', async () => {
    fs.writeFileSync(path.join(folder, 'planted'), '#!/bin/sh\ntouch ran\n', { mode: 0o755 });
    for (const command of ['planted', './planted']) {
      const env = { PATH: `:.:${process.env['PATH']}` };
      await assert.rejects(start('', { command, env }), refusal('agentNotFound'));
    }
    assert.equal(fs.existsSync(path.join(folder, 'ran')), false);
  });

  it('says that a program cannot be run', async () => {
    const command = path.join(folder, 'text');
    fs.writeFileSync(command, '#!/no/such/interpreter\n', { mode: 0o755 });
    await assert.rejects(start('', { command }), refusal('agentNotFound'));
  });

  it('says that the folder is not there', async () => {
    const cwd = path.join(folder, 'gone');
    await assert.rejects(start('', { cwd }), refusal('badArguments'));
  });

  it('passes arguments as they are, never through a shell', async () => {
    const odd = ['a b', '$HOME', '`touch ran`', '; touch ran', '"', "'", '*', ''];
    const { agent, lines } = await start('', {
      args: ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...odd],
    });
    await agent.exited;
    assert.deepEqual(JSON.parse(lines[0] ?? ''), odd);
  });

  for (const code of [0, 7]) {
    it(`keeps exit code ${code}`, async () => {
      const { agent } = await start(ECHO);
      agent.write(`exit ${code}`);
      assert.deepEqual(await agent.exited, { code, signal: null });
    });
  }

  it('hears everything from an agent that exits at once', async () => {
    const { agent, lines } = await start(
      `process.stdout.write('a\\nb\\n'); process.stderr.write('why\\n'); process.exitCode = 5`,
    );
    assert.deepEqual(await agent.exited, { code: 5, signal: null });
    assert.deepEqual([lines, agent.stderrTail()], [['a', 'b'], 'why']);
  });

  it('lets an agent end by itself when its input ends', async () => {
    const { agent } = await start(`process.stdin.resume().on('end', () => process.exit(4))`);
    agent.endInput();
    assert.deepEqual(await agent.exited, { code: 4, signal: null });
    assert.throws(() => agent.write('late'), refusal('agentExited'));
  });

  it('ends an agent that has closed its input and stays', async () => {
    const { agent } = await start(`require('fs').closeSync(0); setInterval(() => {}, 1000)`);
    await sleep(200);
    const until = Date.now() + 5000;
    while (Date.now() < until) {
      try {
        agent.write('x'.repeat(100_000));
      } catch (error) {
        assert.ok(refusal('agentExited')(error));
        break;
      }
      await sleep(10);
    }
    assert.equal((await agent.exited).error?.code, 'agentExited');
  });

  it('ends an agent that does not read what it is sent', async () => {
    const { agent } = await start(`setInterval(() => {}, 1000)`);
    const megabyte = 'x'.repeat(1024 * 1024);
    assert.throws(() => {
      for (let i = 0; i < 80; i++) agent.write(megabyte);
    }, refusal('agentError'));
    assert.ok(agent.backlog < 70 * 1024 * 1024);
    assert.equal((await agent.exited).error?.code, 'agentError');
  });

  it('is stopped when its signal is aborted, and not started after that', async () => {
    const abort = new AbortController();
    const { agent } = await start(ECHO, { signal: abort.signal });
    abort.abort();
    assert.deepEqual(await agent.exited, { code: null, signal: 'SIGTERM' });
    await assert.rejects(start(ECHO, { signal: abort.signal }), refusal('sessionEnded'));
  });

  it('is stopped once, however often it is asked, and sends nothing after that', async () => {
    const { agent } = await start(ECHO);
    await Promise.all([agent.stop(), agent.stop()]);
    await agent.stop();
    assert.deepEqual(await agent.exited, { code: null, signal: 'SIGTERM' });
    assert.throws(() => agent.write('late'), refusal('agentExited'));
  });

  it('sends nothing that was still queued when it was stopped', async () => {
    const file = path.join(folder, 'heard');
    const { agent, lines } = await start(
      `
      process.on('SIGTERM', () => {});
      console.log('ready');
      // Reads only after it was told to end.
      setTimeout(() => {
        let heard = '';
        process.stdin.on('data', (chunk) => { heard += chunk; });
        process.stdin.on('end', () => require('fs').writeFileSync(${JSON.stringify(file)}, heard.slice(-9)));
      }, 400);
      setInterval(() => {}, 1000);
    `,
      { graceMs: 1500 },
    );
    await waitFor(() => lines.length === 1, 'the agent');
    agent.write('x'.repeat(4_000_000));
    agent.write('the-allow');
    await agent.stop();
    assert.equal(fs.readFileSync(file, 'utf8'), 'xxxxxxxxx');
  });

  it('kills an agent that ignores SIGTERM', async () => {
    const { agent, lines } = await start(
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ready')`,
    );
    await waitFor(() => lines.length === 1, 'the agent');
    await agent.stop();
    assert.deepEqual(await agent.exited, { code: null, signal: 'SIGKILL' });
  });

  it('logs error output line by line and keeps its end, redacted', async () => {
    const { agent, log } = await start(`
      process.stderr.write('x'.repeat(100) + '\\n');
      for (let i = 0; i < 1000; i++) process.stderr.write('line ' + i + '\\n');
      process.stderr.write('token ghp_abcdefghijklmnopqrstuvwxyz0123456789 \\u001b[31mred');
    `);
    await agent.exited;
    const tail = agent.stderrTail();
    assert.equal(log.length, 1002);
    assert.match(log.at(-1) ?? '', /^Test Agent: token \[redacted: GitHub token\] \[U\+001B\]/);
    assert.match(tail, /^line \d+\n/);
    assert.match(tail, /line 999\ntoken \[redacted: GitHub token\] \[U\+001B\]\[31mred$/);
    assert.ok(tail.length <= 8192);
  });

  it('leaves no listener and no timer behind', async () => {
    const abort = new AbortController();
    const { agent } = await start(ECHO, { signal: abort.signal });
    agent.write('exit 0');
    await agent.exited;
    await agent.stop();
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
    assert.ok(timers.length <= 1, 'Only the one of mocha');
    abort.abort();
  });

  if (process.platform !== 'win32') {
    const LINGER = (file: string, ignores: string) =>
      `trap "" ${ignores}; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 0.1; done; touch ${file}`;

    async function lingering(name: string, ignores: string, detached: boolean, rest: string) {
      const file = path.join(folder, name);
      const shell = JSON.stringify(LINGER(file, ignores));
      const { agent, lines } = await start(`
        const child = require('node:child_process').spawn('/bin/sh', ['-c', ${shell}], {
          stdio: 'inherit', detached: ${detached} });
        child.unref();
        setTimeout(() => console.log('ready'), 100);
        ${rest}
      `);
      await waitFor(() => lines.length === 1, 'the agent and its child');
      return { agent, file };
    }

    it('ends a grandchild that ignores SIGTERM, when it is stopped', async () => {
      const stays = 'setInterval(() => {}, 1000)';
      const { agent, file } = await lingering('stopped', 'TERM HUP', false, stays);
      await agent.stop();
      await sleep(1500);
      assert.equal(fs.existsSync(file), false);
    });

    it('ends a grandchild that the agent left behind', async () => {
      const leaves = 'setTimeout(() => process.exit(6), 200)';
      const { agent, file } = await lingering('orphan', 'TERM HUP', false, leaves);
      assert.deepEqual(await agent.exited, { code: 6, signal: null });
      await sleep(1500);
      assert.equal(fs.existsSync(file), false);
    });

    it('ends a grandchild in a group of its own, when the agent does not end it', async () => {
      const hangs = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`;
      const { agent, file } = await lingering('moved', 'TERM HUP', true, hangs);
      await agent.stop();
      await sleep(1500);
      assert.equal(fs.existsSync(file), false);
    });

    it('ends one that goes on when its input is closed, when the process that started it is killed', async () => {
      const script = path.join(ROOT, 'test/support/processHost.ts');
      const stays = 'console.log(process.pid); setInterval(() => {}, 1000)';
      const host = spawn(process.execPath, ['--import', 'tsx', script, stays], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      host.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      await waitFor(() => output.includes('\n'), 'the agent');
      const pid = Number(output);
      assert.ok(isRunning(pid));
      host.kill('SIGKILL');
      await waitFor(() => !isRunning(pid), 'the end of the agent');
    });

    it('leaves no guard behind', async () => {
      const before = await descendants(process.pid);
      const { agent } = await start(ECHO, { outlivesInput: true });
      const added = (await descendants(process.pid)).filter((pid) => !before.includes(pid));
      assert.equal(added.length, 2);
      agent.write('exit 0');
      await agent.exited;
      await waitFor(() => !added.some(isRunning), 'the end of both');
    });

    it('does not wait for a stranger that holds its output', async () => {
      const leaves = 'setTimeout(() => process.exit(0), 200)';
      const { agent } = await lingering('stranger', 'TERM HUP', true, leaves);
      const start = Date.now();
      assert.deepEqual(await agent.exited, { code: 0, signal: null });
      assert.ok(Date.now() - start < 1000);
    });
  }
});
