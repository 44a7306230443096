import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { findDoors } from '../../src/agents/doors.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { UserError } from '../../src/protocol/userError.ts';
import {
  CODEX,
  type CodexSetup,
  type CodexUnderTest,
  codexUnderTest,
  exec,
} from '../support/codexUnderTest.ts';
import { waitFor } from '../support/waitFor.ts';
import { agentContract } from './contract.ts';
import { Conversation } from './conversation.ts';

agentContract('OpenAI Codex', codexUnderTest);

describe('OpenAI Codex itself', () => {
  let agent: CodexUnderTest;
  let conversation: Conversation;

  /** Codex with this setup, started unless the test wants to see the start. */
  async function given(setup: CodexSetup = {}, env: NodeJS.ProcessEnv = {}): Promise<void> {
    agent = await codexUnderTest(setup);
    conversation = new Conversation({ ...agent, env: { ...agent.env, ...env } });
  }
  async function started(setup?: CodexSetup): Promise<void> {
    await given(setup);
    await conversation.start();
  }
  afterEach(async () => {
    await conversation.stop();
    await agent.dispose();
  });

  const file = (name: string) => path.join(agent.cwd, name);
  const read = (name: string) => fs.readFileSync(file(name), 'utf8');
  const patch = (...lines: readonly string[]) => ({
    name: 'apply_patch',
    text: ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n'),
  });
  const notices = () =>
    conversation.events.flatMap((event) => (event.kind === 'notice' ? [event.text] : []));

  it('says its version and whom it asks, streams its text, and ends with exit code 0', async () => {
    await started();
    const text = 'Ä first sentence, and then a second one.';
    await conversation.connection.prompt(agent.model.script({ text }));
    const pieces = conversation.events.flatMap((event) =>
      event.kind === 'text' ? event.text : [],
    );
    assert.ok(pieces.length > 1);
    assert.equal(pieces.join(''), text);
    assert.equal(conversation.connection.agent.version, CODEX.version);
    assert.equal(conversation.connection.asksFor, 'what its own settings do not allow');
    await conversation.connection.stop();
    assert.deepEqual(await conversation.connection.exited, { code: 0, signal: null });
  });

  it('asks for what only reads, in each directory, and takes its own wrapper off', async () => {
    await started();
    fs.mkdirSync(file('sub'));
    const turn = conversation.connection.prompt(
      agent.model.script(
        { calls: [exec('ls')] },
        { calls: [exec("it's", { workdir: 'sub' })] },
        { calls: [exec('echo "$HOME" > out; cat out')] },
      ),
    );
    const actions = [];
    for (const _ of [1, 2, 3]) {
      const request = await conversation.one();
      actions.push(request.action);
      await conversation.answer(request, 'deny');
      await waitFor(() => conversation.broker.settledAs(request.id) !== undefined, 'the deny');
    }
    assert.deepEqual(actions, [
      { tool: 'execute', command: 'ls', cwd: '.' },
      { tool: 'execute', command: "it's", cwd: 'sub' },
      { tool: 'execute', command: 'echo "$HOME" > out; cat out', cwd: '.' },
    ]);
    assert.equal((await turn).reason, 'done');
    assert.match(agent.model.outcomes[0] ?? '', /rejected by user/);
  });

  it('writes what was shown, and shows what it writes', async () => {
    await started();
    fs.writeFileSync(file('old.txt'), 'one\ntwo\n');
    const turn = conversation.connection.prompt(
      agent.model.script(
        { calls: [patch('*** Add File: new.txt', '+ä "quoted" $HOME')] },
        { calls: [patch('*** Update File: old.txt', '@@', ' one', '-two', '+2')] },
        { calls: [patch('*** Delete File: old.txt')] },
        { calls: [patch('*** Add File: a', '+a', '*** Add File: b', '+b')] },
      ),
    );
    const asked = [];
    for (const outcome of ['allow', 'allow', 'deny', 'deny'] as const) {
      const request = await conversation.one();
      asked.push(request.action);
      await conversation.answer(request, outcome);
      await waitFor(() => conversation.broker.pending.length === 0, 'the answer');
    }
    assert.equal((await turn).reason, 'done');
    const add = (name: string) => ({
      path: file(name),
      kind: { type: 'add' },
      diff: `${name}\n`,
    });
    assert.deepEqual(asked, [
      {
        tool: 'edit',
        path: file('new.txt'),
        change: { kind: 'write', newText: 'ä "quoted" $HOME\n' },
      },
      {
        tool: 'edit',
        path: file('old.txt'),
        change: { kind: 'patch', diff: '@@ -1,2 +1,2 @@\n one\n-two\n+2\n' },
      },
      { tool: 'delete', path: file('old.txt') },
      { tool: 'other', toolName: 'apply_patch', input: { changes: [add('a'), add('b')] } },
    ]);
    assert.equal(read('new.txt'), 'ä "quoted" $HOME\n');
    assert.equal(read('old.txt'), 'one\n2\n');
    assert.deepEqual([fs.existsSync(file('a')), fs.existsSync(file('b'))], [false, false]);
  });

  it('goes on after a deny, and ends its turn after its own cancel', async () => {
    await started();
    const script = () => agent.model.script({ calls: [exec('touch a')] }, { text: 'I go on.' });
    const first = conversation.connection.prompt(script());
    await conversation.answer(await conversation.one(), 'deny');
    assert.equal((await first).reason, 'done');
    const second = conversation.connection.prompt(script());
    await conversation.answer(await conversation.one(), 'deny', { optionId: 'cancel' });
    assert.equal((await second).reason, 'interrupted');
    assert.equal(fs.existsSync(file('a')), false);
  });

  it('remembers for its session exactly the command that was accepted for it', async () => {
    await started();
    const same = 'mkdir -p sub; echo x >> log';
    const turn = conversation.connection.prompt(
      agent.model.script(
        { calls: [exec(same)] },
        { calls: [exec(same)] },
        { calls: [exec(same, { workdir: 'sub' })] },
        { calls: [exec(`${same}; true`)] },
      ),
    );
    const optionId = 'acceptForSession';
    const { narrowed } = await conversation.answer(await conversation.one(), 'allow', { optionId });
    assert.equal(narrowed, false);
    const inSub = await conversation.one();
    assert.deepEqual(inSub.action, { tool: 'execute', command: same, cwd: 'sub' });
    assert.equal(read('log'), 'x\nx\n');
    await conversation.answer(inSub, 'deny');
    await conversation.answer(await conversation.one(), 'deny');
    assert.equal((await turn).reason, 'done');
  });

  it('gets once for what is wider, and writes no rule of its own', async () => {
    await started();
    const turn = conversation.connection.prompt(agent.model.script({ calls: [exec('touch a')] }));
    const request = await conversation.one();
    const option = request.options.find(({ id }) => id === 'acceptWithExecpolicyAmendment');
    const words = { execpolicy_amendment: ['touch', 'a'] };
    assert.ok(isDeepStrictEqual(option?.nativeDecision, { acceptWithExecpolicyAmendment: words }));
    const answer = { optionId: option?.id ?? '' };
    assert.equal((await conversation.answer(request, 'allow', answer)).narrowed, true);
    await turn;
    assert.equal(fs.existsSync(file('a')), true);
    assert.equal(fs.existsSync(path.join(agent.codexHome, 'rules')), false);
  });

  it('asks for the same command again only until a rule of ours answers it', async () => {
    await started();
    const step = { calls: [exec('echo x >> log')] };
    const turn = conversation.connection.prompt(agent.model.script(step, step, step));
    const rule = { scope: 'session', match: 'exact' } as const;
    await conversation.answer(await conversation.one(), 'allow', { rule });
    await turn;
    assert.equal(read('log'), 'x\nx\nx\n');
    assert.deepEqual(
      conversation.settled.map(({ decision }) => decision.by.kind),
      ['person', 'rule', 'rule'],
    );
  });

  it('asks for an MCP tool, though the tool says that it only reads', async () => {
    await started({ marks: true });
    const mark = (name: string) => ({
      name: 'mark',
      namespace: 'mcp__marks',
      input: { file: file(name) },
    });
    const turn = conversation.connection.prompt(
      agent.model.script({ calls: [mark('one'), mark('two')] }),
    );
    const [first, second] = await conversation.pending(2);
    assert.ok(first && second);
    assert.equal(first.action.tool, 'mcp');
    for (const request of [first, second]) {
      const isOne = JSON.stringify(request.action).includes('one');
      await conversation.answer(request, isOne ? 'allow' : 'deny');
    }
    assert.equal((await turn).reason, 'done');
    assert.deepEqual([fs.existsSync(file('one')), fs.existsSync(file('two'))], [true, false]);
    assert.deepEqual([first, second].map((request) => conversation.call(request)?.status).sort(), [
      'completed',
      'failed',
    ]);
  });

  it('hears the answer of the person to a question', async () => {
    await started({
      config: [
        'sandbox_mode = "danger-full-access"',
        'features.default_mode_request_user_input = true',
      ],
    });
    const options = [
      { label: 'Postgres', description: 'server' },
      { label: 'SQLite', description: 'file' },
    ];
    const question = { id: 'db', header: 'DB', question: 'Which database?', options };
    const turn = conversation.connection.prompt(
      agent.model.script({
        calls: [{ name: 'request_user_input', input: { questions: [question] } }],
      }),
    );
    await conversation.answer(await conversation.one(), 'allow', { answers: { db: 'SQLite' } });
    await turn;
    assert.match(agent.model.outcomes[0] ?? '', /"db":\{"answers":\["SQLite"\]\}/);
  });

  it('says that a command asks to leave the sandbox, when it gives a reason', async () => {
    await started({ config: [] });
    const escalated = { sandbox_permissions: 'require_escalated', justification: 'Needs it.' };
    const turn = conversation.connection.prompt(
      agent.model.script({ calls: [exec('touch a')] }, { calls: [exec('touch a', escalated)] }),
    );
    const inside = await conversation.one();
    await conversation.answer(inside, 'deny');
    const outside = await conversation.one();
    await conversation.answer(outside, 'deny');
    await turn;
    assert.equal(inside.action.widened, undefined);
    assert.ok(outside.action.widened);
    assert.notEqual(inside.argsHash, outside.argsHash);
  });

  it('runs what its own rules allow, which is said', async () => {
    await given();
    const rules = path.join(agent.codexHome, 'rules');
    fs.mkdirSync(rules);
    fs.writeFileSync(
      path.join(rules, 'default.rules'),
      'prefix_rule(pattern=["touch"], decision="allow")\n',
    );
    const doors = await findDoors('codex', agent);
    assert.ok(doors?.includes(path.join(rules, 'default.rules')));
    await conversation.start();
    await conversation.connection.prompt(agent.model.script({ calls: [exec('touch ruled')] }));
    assert.equal(fs.existsSync(file('ruled')), true);
    assert.deepEqual(conversation.settled, []);
  });

  it('tells what Codex types into a command, for which it does not ask', async () => {
    await started();
    const cat: JsonObject = { cmd: 'cat > typed', tty: true, yield_time_ms: 300 };
    const turn = conversation.connection.prompt(
      agent.model.script({ calls: [{ name: 'exec_command', input: cat }] }),
    );
    await conversation.answer(await conversation.one(), 'allow');
    await turn;
    const session = /session ID (\d+)/.exec(agent.model.outcomes[0] ?? '')?.[1];
    const input: JsonObject = { session_id: Number(session), chars: 'hello\n', yield_time_ms: 300 };
    await conversation.connection.prompt(
      agent.model.script({ calls: [{ name: 'write_stdin', input }] }),
    );
    assert.deepEqual(notices(), [
      'Codex typed into a command that runs, for which it does not ask: hello\n',
    ]);
  });

  it('refuses to start when the policy of its arguments is not known to it', async () => {
    await given({ args: ['-c', 'approval_policy="nonsense"'] });
    await assert.rejects(conversation.start(), (error) => error instanceof UserError);
  });

  it('asks though its settings say never', async () => {
    await started({
      config: ['sandbox_mode = "danger-full-access"', 'approval_policy = "never"'],
    });
    const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('a')]));
    await conversation.answer(await conversation.one(), 'deny');
    await turn;
    assert.equal(fs.existsSync(file('a')), false);
  });

  it('says that nobody is signed in', async () => {
    await given({ needsAccount: true });
    await assert.rejects(conversation.start(), (error) => {
      assert.equal(error instanceof UserError && error.code, 'notSignedIn');
      return true;
    });
  });

  it('says that the key is not accepted', async () => {
    await started();
    agent.model.refuse = { status: 401, message: 'Incorrect API key' };
    await assert.rejects(conversation.connection.prompt('Hello'), (error) => {
      assert.equal(error instanceof UserError && error.code, 'notSignedIn');
      assert.match((error as UserError).message, /Incorrect API key/);
      return true;
    });
  });

  it('ends a command that runs, when it is stopped', async () => {
    await started();
    const turn = conversation.connection.prompt(
      agent.model.script({ calls: [exec('touch started; sleep 3; touch late')] }),
    );
    turn.catch(() => undefined);
    await conversation.answer(await conversation.one(), 'allow');
    await waitFor(() => fs.existsSync(file('started')), 'the command');
    await conversation.stop();
    await sleep(4000);
    assert.equal(fs.existsSync(file('late')), false);
  });

  it('does not do what waits when nobody listens any more, and ends by itself', async () => {
    await started();
    const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('orphan')]));
    turn.catch(() => undefined);
    await conversation.one();
    conversation.connection.endInput?.();
    const { code, error } = await conversation.connection.exited;
    assert.deepEqual([code, error], [0, undefined]);
    assert.equal(fs.existsSync(file('orphan')), false);
  });
});
