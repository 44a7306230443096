import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../../src/base/clock.ts';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker, type Settled } from '../../../src/permission/broker.ts';
import type { RequestDraft } from '../../../src/permission/request.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import type { Session } from '../../../src/sessions/session.ts';
import { Sessions } from '../../../src/sessions/sessions.ts';
import { FakeAgent } from '../../support/fakeAgent.ts';
import { rulesOnFakes } from '../../support/rules.ts';
import { waitFor } from '../../support/waitFor.ts';

function setup() {
  const newId = ulidSource(systemClock.now);
  const rules = rulesOnFakes(newId);
  const broker = new Broker({
    clock: systemClock,
    newId,
    rules,
    journal: { append: async () => {} },
  });
  const log: string[] = [];
  const sessions = new Sessions({ broker, rules, newId, env: {}, log: (line) => log.push(line) });
  const agent = new FakeAgent();
  const session = sessions.open(agent, '/home/dev/project');
  const settled: Settled[] = [];
  broker.onDidSettle((each) => settled.push(each));
  return { agent, broker, log, session, sessions, settled };
}

function draft(session: Session, callId: string, command = 'pnpm test'): RequestDraft {
  return {
    source: 'agent_tool',
    agent: { id: 'fake', name: 'Fake Agent', version: '1' },
    session: session.ref,
    native: { method: 'ask', requestId: 1, callId, toolName: 'Bash' },
    action: { tool: 'execute', command, cwd: '.' },
    options: [
      {
        id: 'yes',
        label: 'Yes',
        kind: 'allow_once',
        nativeDecision: 1,
        nativeScope: '',
        bound: 'exact',
      },
      {
        id: 'no',
        label: 'No',
        kind: 'reject_once',
        nativeDecision: 0,
        nativeScope: '',
        bound: 'exact',
      },
    ],
  };
}

const failed = (session: Session) =>
  session.state.kind === 'failed' ? session.state.error.code : session.state.kind;

describe('Session', () => {
  it('is failed, with the reason in its transcript, when the agent cannot be started', async () => {
    const { agent, session } = setup();
    agent.startError = new UserError('agentNotFound', 'There is no program "x".', 'Install it.');
    await session.start();
    assert.equal(failed(session), 'agentNotFound');
    const [notice] = session.transcript.entries;
    assert.equal(notice?.kind === 'notice' && notice.text, 'There is no program "x". Install it.');
  });

  it('says what the agent asks for before it runs, as far as that is known, and when it was refused', async () => {
    const { agent, session, sessions } = setup();
    assert.equal(session.view.asksFor, 'not known yet');
    Object.assign(agent, { expects: () => 'some tools, when it was seen last' });
    assert.equal(session.view.asksFor, 'some tools, when it was seen last');
    await session.start();
    assert.equal(session.view.asksFor, 'everything');
    const refused = sessions.open(agent, '/home/dev/project');
    agent.startError = new UserError('agentNotGated', 'It would not ask.', 'Change it.');
    await refused.start();
    assert.equal(refused.view.asksFor, 'too little, so it was refused');
  });

  it('takes its title from the first message and keeps it', async () => {
    const { agent, session } = setup();
    await session.start();
    const first = session.prompt('Fix the tests\nand more');
    await turn();
    agent.endTurn({ reason: 'done' });
    await first;
    const second = session.prompt('Something else');
    await turn();
    agent.endTurn({ reason: 'done' });
    await second;
    assert.equal(session.view.title, 'Fix the tests');
  });

  it('puts the card below the call that it is about, and says who answered', async () => {
    const { agent, broker, session } = setup();
    await session.start();
    agent.emit({
      kind: 'toolCall',
      call: { callId: 'c1', title: 'pnpm test', toolKind: 'execute', status: 'pending' },
    });
    const { request } = session.raise(draft(session, 'c1'), () => {});
    const before = session.transcript.entries[0];
    assert.equal(before?.kind === 'tool' && before.by, 'waits for your answer');
    assert.equal(session.transcript.entries[1]?.kind, 'card');
    await broker.answer({
      requestId: request.id,
      argsHash: request.argsHash,
      outcome: 'deny',
      by: { kind: 'person', surface: 'chat' },
    });
    agent.emit({ kind: 'toolCall', call: { callId: 'c1', status: 'failed' } });
    const after = session.transcript.entries[0];
    assert.deepEqual(after?.kind === 'tool' && [after.by, after.status], [
      'denied by you',
      'denied',
    ]);
  });

  it('says at the call that a rule allowed it, without a card', async () => {
    const { agent, broker, session } = setup();
    await session.start();
    const first = session.raise(draft(session, 'c1'), () => {});
    await broker.answer({
      requestId: first.request.id,
      argsHash: first.request.argsHash,
      outcome: 'allow',
      rule: { scope: 'session', match: 'exact' },
      by: { kind: 'person', surface: 'chat' },
    });
    agent.emit({
      kind: 'toolCall',
      call: { callId: 'c2', title: 'pnpm test', toolKind: 'execute', status: 'pending' },
    });
    session.raise(draft(session, 'c2'), () => {});
    await turn();
    const last = session.transcript.entries.at(-1);
    assert.equal(last?.kind === 'tool' && last.by, 'allowed by rule');
    assert.equal(last?.kind === 'tool' && last.rule?.label, 'pnpm test');
  });

  it('shows what a rule answered also where the agent tells of the call only afterwards, once', async () => {
    const { agent, broker, session } = setup();
    await session.start();
    const first = session.raise(draft(session, 'c1'), () => {});
    await broker.answer({
      requestId: first.request.id,
      argsHash: first.request.argsHash,
      outcome: 'deny',
      rule: { scope: 'session', match: 'exact' },
      by: { kind: 'person', surface: 'chat' },
    });
    session.raise(draft(session, 'c2'), () => {});
    await turn();
    agent.emit({
      kind: 'toolCall',
      call: { callId: 'c2', title: 'Run the tests', toolKind: 'execute', status: 'failed' },
    });
    const tools = session.transcript.entries.filter((entry) => entry.kind === 'tool');
    assert.deepEqual(
      tools.map(({ by, status, title }) => [by, status, title]),
      [['denied by rule', 'denied', ['Run the tests']]],
    );
  });

  it('closes what waits as not run when the agent dies, and fails', async () => {
    const { agent, session, settled } = setup();
    await session.start();
    let delivered = '';
    session.raise(draft(session, 'c1'), (decision) => {
      delivered = decision.outcome;
    });
    agent.exit({ code: 7, signal: null });
    await turn();
    assert.equal(delivered, 'deny');
    assert.equal(settled[0]?.decision.by.kind, 'agentGone');
    assert.equal(failed(session), 'agentExited');
  });

  it('allows nothing that is raised after its end', async () => {
    const { agent, broker, session, settled } = setup();
    await session.start();
    agent.exit({ code: 0, signal: null });
    await turn();
    session.raise(draft(session, 'late'), () => {});
    assert.deepEqual(broker.pending, []);
    assert.deepEqual(
      settled.map(({ decision }) => decision.outcome),
      ['deny'],
    );
  });

  it('allows nothing by rule that is raised while the session is being stopped', async () => {
    const { agent, broker, session } = setup();
    await session.start();
    const { request } = session.raise(draft(session, 'a'), () => {});
    await broker.answer({
      requestId: request.id,
      argsHash: request.argsHash,
      outcome: 'allow',
      rule: { scope: 'session', match: 'exact' },
      by: { kind: 'person', surface: 'chat' },
    });
    agent.stop = () => new Promise(() => {});
    void session.stop();
    const outcomes: string[] = [];
    session.raise(draft(session, 'b'), ({ outcome }) => outcomes.push(outcome));
    await turn();
    assert.deepEqual(outcomes, ['deny']);
  });

  it('takes a secret out of its title before the title is cut', async () => {
    const { session } = setup();
    await session.start();
    const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
    void session.prompt(`${'x'.repeat(45)} ${secret}`);
    assert.equal(session.ref.title.includes('ghp_'), false);
  });

  it('leaves other sessions alone when one fails', async () => {
    const { agent, broker, session, sessions } = setup();
    const otherAgent = new FakeAgent();
    const other = sessions.open(otherAgent, '/home/dev/project');
    await Promise.all([session.start(), other.start()]);
    session.raise(draft(session, 'a'), () => {});
    const kept = other.raise(draft(other, 'b'), () => {});
    agent.exit({ code: 1, signal: null });
    await turn();
    assert.deepEqual(
      broker.pending.map(({ id }) => id),
      [kept.request.id],
    );
    assert.equal(other.state.kind, 'ready');
  });

  it('forgets its rules when it is closed', async () => {
    const { broker, session, sessions } = setup();
    await session.start();
    const { request } = session.raise(draft(session, 'a'), () => {});
    await broker.answer({
      requestId: request.id,
      argsHash: request.argsHash,
      outcome: 'allow',
      rule: { scope: 'session', match: 'exact' },
      by: { kind: 'person', surface: 'chat' },
    });
    const outcomes: string[] = [];
    session.raise(draft(session, 'b'), ({ by }) => outcomes.push(by.kind));
    await turn();
    sessions.close(session);
    session.raise(draft(session, 'c'), ({ by }) => outcomes.push(by.kind));
    assert.deepEqual(outcomes, ['rule', 'agentGone']);
  });

  it('keeps a message that comes during a turn until that turn is over', async () => {
    const { agent, session } = setup();
    await session.start();
    const first = session.prompt('one');
    await turn();
    const second = session.prompt('two');
    await turn();
    assert.deepEqual(agent.prompts, ['one']);
    assert.equal(session.transcript.entries.length, 2);
    agent.endTurn({ reason: 'done' });
    await first;
    await turn();
    assert.deepEqual(agent.prompts, ['one', 'two']);
    agent.endTurn({ reason: 'done' });
    await second;
    assert.equal(session.state.kind, 'ready');
  });

  it('says that a kept message was not sent when the agent dies before its turn', async () => {
    const { agent, session } = setup();
    await session.start();
    const first = session.prompt('one');
    const second = session.prompt('two');
    await turn();
    agent.exit({ code: 1, signal: null });
    agent.endTurn({ reason: 'interrupted' });
    await first;
    await assert.rejects(second, /was not sent/);
    assert.deepEqual(agent.prompts, ['one']);
  });

  it('refuses a message when the agent is gone, and says that it was not sent', async () => {
    const { agent, session } = setup();
    await session.start();
    agent.exit({ code: 0, signal: null });
    await turn();
    await assert.rejects(session.prompt('hello'), /was not sent/);
    assert.deepEqual(agent.prompts, []);
  });

  it('ends a connection that came up after the session was closed', async () => {
    const { agent, session, sessions } = setup();
    let release = () => {};
    const start = agent.start.bind(agent);
    agent.start = async (options) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return start(options);
    };
    const starting = session.start();
    sessions.close(session);
    release();
    await starting;
    assert.equal(agent.stops, 1);
  });

  it('is not told of an error when it is stopped in its turn', async () => {
    const { agent, session } = setup();
    await session.start();
    let breakOff = (_: Error) => {};
    agent.prompt = () =>
      new Promise((_, reject) => {
        breakOff = reject;
      });
    const said = session.prompt('Go on');
    await waitFor(() => session.state.kind === 'running', 'the turn');
    const end = agent.stop.bind(agent);
    agent.stop = async () => {
      breakOff(new UserError('agentExited', 'It stopped with SIGTERM.', 'Start again.'));
      await turn();
      await end();
    };
    await Promise.all([session.stop(), said]);
    await agent.exited;
    assert.deepEqual(
      session.transcript.entries.map((entry) =>
        entry.kind === 'notice' ? entry.level : entry.kind,
      ),
      ['user', 'info'],
    );
    assert.equal(session.state.kind, 'ended');
  });
});
