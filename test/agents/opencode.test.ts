import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCodeLauncher } from '../../src/agents/opencode/launcher.ts';
import { argsHash } from '../../src/permission/action.ts';
import { OPENCODE, openCodeProgram } from '../support/agentCache.ts';
import { bash, type OpenCodeUnderTest, openCodeUnderTest } from '../support/openCodeUnderTest.ts';
import { waitFor } from '../support/waitFor.ts';
import { agentContract } from './contract.ts';
import { Conversation } from './conversation.ts';

agentContract('OpenCode', openCodeUnderTest);

describe('OpenCode itself', () => {
  let agent: OpenCodeUnderTest;
  let conversation: Conversation;
  beforeEach(async () => {
    agent = await openCodeUnderTest();
    conversation = new Conversation(agent);
  });
  afterEach(async () => {
    await conversation.stop();
    await agent.dispose();
  });

  const file = (name: string) => path.join(agent.cwd, name);
  const isThere = (...names: string[]) => names.map((name) => fs.existsSync(file(name)));
  const notices = () =>
    conversation.events.flatMap((event) => (event.kind === 'notice' ? event.text : []));

  it('says its version, streams its text, and tells it once', async () => {
    await conversation.start();
    assert.equal(conversation.connection.agent.version, OPENCODE.version);
    const text = 'Ä first sentence, and then a second one.';
    await conversation.connection.prompt(agent.model.script({ text }));
    const said = conversation.events.flatMap((event) => (event.kind === 'text' ? event.text : []));
    assert.equal(said.join(''), text);
  });

  it('asks although its settings allow everything, also in a sub-agent', async () => {
    agent.configure({ permission: { '*': 'allow', bash: { '*': 'allow', 'touch *': 'allow' } } });
    await conversation.start();
    const prompt = agent.model.script({ calls: [bash('touch inner')] });
    const task = { description: 'x', prompt, subagent_type: 'general' };
    const turn = conversation.connection.prompt(
      agent.model.script(
        { calls: [bash('touch outer')] },
        { calls: [{ name: 'task', input: task }] },
      ),
    );
    await conversation.answer(await conversation.one(), 'deny');
    await waitFor(() => conversation.broker.pending.length > 0, 'the sub-agent', 30_000);
    const inner = await conversation.one();
    assert.deepEqual(inner.action, { tool: 'execute', command: 'touch inner', cwd: '.' });
    await conversation.answer(inner, 'deny');
    await turn;
    assert.deepEqual(isThere('outer', 'inner'), [false, false]);
  });

  it('denies what its settings deny', async () => {
    agent.configure({ permission: { bash: { 'touch *': 'deny' } } });
    await conversation.start();
    await conversation.connection.prompt(agent.model.script({ calls: [bash('touch denied')] }));
    assert.deepEqual(conversation.settled, []);
    assert.deepEqual(isThere('denied'), [false]);
    assert.match(agent.toldToModel() ?? '', /prevents you from using this/);
  });

  it('switches a sub-agent off that cannot be made to ask, and says so', async () => {
    agent.configure({ agent: { general: { permission: { bash: 'allow' } } } });
    await conversation.start();
    const prompt = agent.model.script({ calls: [bash('touch inner')] });
    const task = { description: 'x', prompt, subagent_type: 'general' };
    await conversation.connection.prompt(
      agent.model.script({ calls: [{ name: 'task', input: task }] }),
    );
    assert.deepEqual(isThere('inner'), [false]);
    assert.deepEqual(notices(), [
      'OpenCode cannot be made to ask for what its sub-agent general does, so that is switched off here.',
    ]);
  });

  it('goes on after one of two waiting calls is denied first', async () => {
    await conversation.start();
    const calls = [bash('touch first'), bash('touch second')];
    const turn = conversation.connection.prompt(
      agent.model.script({ calls }, { text: 'I went on.' }),
    );
    const [first, second] = await conversation.pending(2);
    assert.ok(first && second);
    await conversation.answer(first, 'deny', { feedback: 'Not the first.' });
    await sleep(500);
    assert.deepEqual(
      conversation.broker.pending.map(({ id }) => id),
      [second.id],
    );
    await conversation.answer(second, 'allow');
    assert.equal((await turn).reason, 'done');
    assert.deepEqual(isThere('first', 'second'), [false, true]);
    assert.match(agent.toldToModel() ?? '', /Not the first\./);
    const said = conversation.events.flatMap((event) => (event.kind === 'text' ? event.text : []));
    assert.equal(said.join(''), 'I went on.');
  });

  it('says that its turn ends when two calls at once are denied', async () => {
    await conversation.start();
    const calls = [bash('touch first'), bash('touch second')];
    const turn = conversation.connection.prompt(agent.model.script({ calls }));
    for (const request of await conversation.pending(2)) await conversation.answer(request, 'deny');
    assert.equal((await turn).reason, 'done');
    assert.deepEqual(isThere('first', 'second'), [false, false]);
    assert.deepEqual(notices(), ['OpenCode ends its turn when several calls at once are denied.']);
  });

  it('asks for a place and then for the call, which are two requests', async () => {
    await conversation.start();
    const outside = path.join(path.dirname(agent.cwd), 'tmp-outside');
    fs.mkdirSync(outside);
    const turn = conversation.connection.prompt(
      agent.model.script({ calls: [bash('pwd > here', { workdir: outside })] }),
    );
    const place = await conversation.one();
    assert.deepEqual(
      [place.action.tool, place.native.toolName],
      ['other', 'bash, external_directory'],
    );
    await conversation.answer(place, 'allow');
    await waitFor(() => conversation.broker.pending.length > 0, 'the second request', 30_000);
    const call = await conversation.one();
    assert.deepEqual(call.action, { tool: 'execute', command: 'pwd > here', cwd: outside });
    assert.equal(call.native.callId, place.native.callId);
    await conversation.answer(call, 'allow');
    await turn;
    assert.equal(fs.readFileSync(path.join(outside, 'here'), 'utf8'), `${outside}\n`);
  });

  it('starts each command in the folder of the session, or in the one it names', async () => {
    await conversation.start();
    fs.mkdirSync(file('sub'));
    const turn = conversation.connection.prompt(
      agent.model.script(
        { calls: [bash('cd sub && pwd')] },
        { calls: [bash('pwd')] },
        { calls: [bash('pwd', { workdir: 'sub' })] },
      ),
    );
    const places: unknown[] = [];
    for (const told of [agent.cwd, agent.cwd, file('sub')]) {
      await waitFor(() => conversation.broker.pending.length > 0, told, 30_000);
      const { action, ...request } = await conversation.one();
      places.push(action.tool === 'execute' && action.cwd);
      await conversation.answer({ action, ...request }, 'allow');
    }
    await turn;
    assert.deepEqual(places, ['.', '.', 'sub']);
    assert.deepEqual(
      agent.model.told.map((text) => text.trim()),
      [file('sub'), agent.cwd, file('sub')],
    );
  });

  it('shows what it writes and changes, and fetches by the same words as other agents', async () => {
    await conversation.start();
    const content = 'ä\n"quoted" $HOME\n';
    const edit = { filePath: file('new.txt'), oldString: 'ä', newString: 'ö' };
    const turn = conversation.connection.prompt(
      agent.model.script(
        { calls: [{ name: 'write', input: { filePath: file('new.txt'), content } }] },
        { calls: [{ name: 'edit', input: edit }] },
        { calls: [{ name: 'webfetch', input: { url: `${agent.model.url}/x`, format: 'text' } }] },
        { calls: [bash('pnpm test')] },
      ),
    );
    const actions: unknown[] = [];
    for (let step = 0; step < 4; step++) {
      await waitFor(() => conversation.broker.pending.length > 0, `step ${step}`, 30_000);
      const request = await conversation.one();
      actions.push(request.action);
      await conversation.answer(request, step < 2 ? 'allow' : 'deny');
    }
    await turn;
    const [write, change, fetch, test] = actions as { change?: { diff?: string } }[];
    const path = file('new.txt');
    assert.deepEqual(write, { tool: 'edit', path, change: { kind: 'write', newText: content } });
    assert.match(change?.change?.diff ?? '', /^-ä$/m);
    assert.match(change?.change?.diff ?? '', /^\+ö$/m);
    assert.deepEqual(fetch, { tool: 'fetch', url: `${agent.model.url}/x` });
    const byClaude = argsHash({ tool: 'execute', command: 'pnpm test', cwd: '.' });
    assert.equal(argsHash(test as Parameters<typeof argsHash>[0]), byClaude);
    assert.equal(fs.readFileSync(path, 'utf8'), content.replace('ä', 'ö'));
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

  it('tells of what it ran without asking', async () => {
    await conversation.start();
    await conversation.connection.prompt(agent.model.script({ calls: [bash('> emptied')] }));
    assert.deepEqual(notices(), ['OpenCode ran this without asking: > emptied']);
  });

  it('says what went wrong at the model', async () => {
    agent.model.refuse = { status: 400, message: 'No such model here' };
    await conversation.start();
    const end = await conversation.connection.prompt('Hello');
    assert.equal(end.reason, 'error');
    assert.match(end.message ?? '', /No such model here/);
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
    assert.deepEqual(isThere('late'), [false]);
  });

  it('is not started with arguments that open its server to others', async () => {
    const command = await openCodeProgram();
    for (const arg of ['--hostname=0.0.0.0', '--mdns', '--cors', '--port']) {
      const launcher = openCodeLauncher({ command, args: [arg] });
      await assert.rejects(new Conversation({ ...agent, launcher }).start(), {
        code: 'agentNotGated',
      });
    }
  });
});
