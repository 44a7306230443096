import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { descendants } from '../../src/agents/processTree.ts';
import { UserError } from '../../src/protocol/userError.ts';
import { CLAUDE_CODE, claudeProgram } from '../support/agentCache.ts';
import type { HostOrder } from '../support/claudeHost.ts';
import { type ClaudeUnderTest, claudeUnderTest } from '../support/claudeUnderTest.ts';
import { isRunning } from '../support/processes.ts';
import { ROOT } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';
import { agentContract } from './contract.ts';
import { Conversation } from './conversation.ts';

agentContract('Claude Code', claudeUnderTest);

describe('Claude Code itself', () => {
  let agent: ClaudeUnderTest;
  let conversation: Conversation;
  beforeEach(async () => {
    agent = await claudeUnderTest();
    conversation = new Conversation(agent);
  });
  afterEach(async () => {
    await conversation.stop();
    await agent.dispose();
  });

  const file = (name: string) => path.join(agent.cwd, name);
  const bash = (command: string) => ({ name: 'Bash', input: { command, description: 'x' } });

  it('says its version, streams its text, and ends with exit code 0', async () => {
    await conversation.start();
    const text = 'Ä first sentence, and then a second one.';
    await conversation.connection.prompt(agent.model.script({ text }));
    const pieces = conversation.events.flatMap((event) =>
      event.kind === 'text' ? event.text : [],
    );
    assert.ok(pieces.length > 1);
    assert.equal(pieces.join(''), text);
    assert.equal(conversation.connection.agent.version, CLAUDE_CODE.version);
    await conversation.connection.stop();
    assert.deepEqual(await conversation.connection.exited, { code: 0, signal: null });
  });

  it('starts each command in the folder of the session, though an earlier one left it', async () => {
    await conversation.start();
    const turn = conversation.connection.prompt(
      agent.model.script(
        { calls: [bash('mkdir sub && cd sub && touch one')] },
        { calls: [bash('touch two')] },
      ),
    );
    await conversation.answer(await conversation.one(), 'allow');
    await waitFor(() => fs.existsSync(file('sub/one')), 'the first file');
    const second = await conversation.one();
    assert.deepEqual(second.action, { tool: 'execute', command: 'touch two', cwd: '.' });
    await conversation.answer(second, 'allow');
    await turn;
    assert.deepEqual([fs.existsSync(file('two')), fs.existsSync(file('sub/two'))], [true, false]);
  });

  it('asks for the same command again only until a rule of ours answers it', async () => {
    await conversation.start();
    const step = { calls: [bash('echo x >> log')] };
    const turn = conversation.connection.prompt(agent.model.script(step, step, step));
    const rule = { scope: 'session', match: 'exact' } as const;
    await conversation.answer(await conversation.one(), 'allow', { rule });
    await turn;
    assert.equal(fs.readFileSync(file('log'), 'utf8'), 'x\nx\nx\n');
    assert.deepEqual(
      conversation.settled.map(({ decision }) => decision.by.kind),
      ['person', 'rule', 'rule'],
    );
  });

  it('writes what was shown, and shows what it writes', async () => {
    await conversation.start();
    const content = 'ä\n"quoted" $HOME\n';
    const input = { file_path: file('new.txt'), content };
    const turn = conversation.connection.prompt(
      agent.model.script({ calls: [{ name: 'Write', input }] }),
    );
    const request = await conversation.one();
    assert.deepEqual(request.action, {
      tool: 'edit',
      path: file('new.txt'),
      change: { kind: 'write', newText: content },
    });
    await conversation.answer(request, 'allow');
    await turn;
    assert.equal(fs.readFileSync(file('new.txt'), 'utf8'), content);
  });

  it('shows what a write goes over', async () => {
    await conversation.start();
    fs.writeFileSync(file('old.txt'), 'old\n');
    const path = file('old.txt');
    const turn = conversation.connection.prompt(
      agent.model.script(
        { calls: [{ name: 'Read', input: { file_path: path } }] },
        { calls: [{ name: 'Write', input: { file_path: path, content: 'new\n' } }] },
      ),
    );
    const request = await conversation.one();
    const change = { kind: 'write', newText: 'new\n', oldText: 'old\n' };
    assert.deepEqual(request.action, { tool: 'edit', path, change });
    await conversation.answer(request, 'deny');
    await turn;
    assert.equal(fs.readFileSync(path, 'utf8'), 'old\n');
  });

  it('hears the answer of the person to a question', async () => {
    await conversation.start();
    const question = {
      question: 'Which database?',
      header: 'DB',
      multiSelect: false,
      options: [
        { label: 'Postgres', description: 'relational' },
        { label: 'SQLite', description: 'embedded' },
      ],
    };
    const turn = conversation.connection.prompt(
      agent.model.script({
        calls: [{ name: 'AskUserQuestion', input: { questions: [question] } }],
      }),
    );
    const answers = { 'Which database?': 'SQLite' };
    await conversation.answer(await conversation.one(), 'allow', { answers });
    await turn;
    assert.match(agent.toldToModel() ?? '', /"Which database\?"="SQLite"/);
  });

  it('says that nobody is signed in', async () => {
    const { ANTHROPIC_API_KEY: _, ...env } = agent.env;
    conversation = new Conversation({ ...agent, env });
    await conversation.start();
    await assert.rejects(conversation.connection.prompt('Hello'), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, 'notSignedIn');
      assert.match(error.message, /Not logged in/);
      return true;
    });
  });

  it('ends a command that runs, when it is stopped', async () => {
    await conversation.start();
    const turn = conversation.connection.prompt(
      agent.model.script({ calls: [bash('touch started; sleep 3; touch late')] }),
    );
    turn.catch(() => undefined);
    await conversation.answer(await conversation.one(), 'allow');
    await waitFor(() => fs.existsSync(file('started')), 'the command');
    await conversation.stop();
    await sleep(4000);
    assert.equal(fs.existsSync(file('late')), false);
  });

  it('runs nothing that waited when the process of its host is killed', async () => {
    const order: HostOrder = {
      program: await claudeProgram(),
      cwd: agent.cwd,
      env: agent.env,
      prompt: agent.prompt([agent.makeFile('orphan')]),
    };
    const host = startHost(order);
    try {
      let output = '';
      host.stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      await waitFor(() => output.includes('asked'), 'the request', 30_000);
      const below = await descendants(host.pid ?? 0);
      assert.ok(below.length > 0);
      host.kill('SIGKILL');
      await waitFor(() => !below.some(isRunning), 'the end of Claude Code', 15_000);
      assert.equal(fs.existsSync(file('orphan')), false);
    } finally {
      host.kill('SIGKILL');
    }
  });
});

function startHost(order: HostOrder): ChildProcess {
  const script = path.join(ROOT, 'test/support/claudeHost.ts');
  return spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(order)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
