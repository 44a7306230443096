import assert from 'node:assert/strict';
import type { ReplayEvent } from '../../../src/agents/agent.ts';
import { newSessionRef, type Resume, Session } from '../../../src/sessions/session.ts';
import { FakeAgent } from '../../support/fakeAgent.ts';
import { brokerOnFakes } from '../../support/fakesBroker.ts';
import { waitFor } from '../../support/waitFor.ts';

/** An agent that takes its time to start, and tells of an earlier conversation where there was one. */
class SlowAgent extends FakeAgent {
  nativeSessionId = 'native';
  replay: readonly ReplayEvent[] = [];
}

function starting(agent = new SlowAgent(), resume?: Resume) {
  let comesUp = () => {};
  let fails = (_: Error) => {};
  agent.starts = new Promise((resolve, reject) => {
    comesUp = resolve;
    fails = reject;
  });
  const { broker } = brokerOnFakes();
  const ref = newSessionRef('01JDTEST000000000000000000', '/home/dev/project');
  const more = resume && { resume };
  const session = new Session({ ref, launcher: agent, broker, env: {}, log: () => {}, ...more });
  const start = session.start();
  return { agent, session, start, comesUp, fails };
}

const words = (session: Session) =>
  session.transcript.entries.map((entry) =>
    entry.kind === 'user' || entry.kind === 'notice'
      ? `${entry.kind} ${typeof entry.text === 'string' ? entry.text : entry.text.join('')}`
      : entry.kind,
  );

describe('a session whose agent is starting', () => {
  it('shows what is typed, and sends it in its order once the agent has started', async () => {
    const { agent, session, start, comesUp } = starting();
    const turns = [session.prompt('Fix the tests'), session.prompt('Then lint')];
    assert.equal(session.view.waitsToSend, true);
    assert.deepEqual(words(session), ['user Fix the tests', 'user Then lint']);
    assert.deepEqual(agent.prompts, []);
    comesUp();
    await start;
    assert.equal(session.view.waitsToSend, undefined);
    for (const [index, turn] of turns.entries()) {
      await waitFor(() => agent.prompts.length === index + 1, 'the message');
      agent.endTurn({ reason: 'done' });
      await turn;
    }
    assert.deepEqual(agent.prompts, ['Fix the tests', 'Then lint']);
    assert.equal(session.view.title, 'Fix the tests');
  });

  it('takes back what has not been sent, and says so', async () => {
    const { agent, session, start, comesUp } = starting();
    const taken = session.prompt('Fix the tests');
    await session.interrupt();
    assert.equal(session.view.waitsToSend, undefined);
    assert.deepEqual(words(session).slice(1), ['notice Taken back: it is not sent.']);
    const kept = session.prompt('Only look');
    comesUp();
    await start;
    await taken;
    await waitFor(() => agent.prompts.length === 1, 'the other');
    agent.endTurn({ reason: 'done' });
    await kept;
    assert.deepEqual(agent.prompts, ['Only look']);
  });

  for (const end of ['cannot be started', 'is stopped']) {
    it(`says that what was typed was not sent when it ${end}`, async () => {
      const { agent, session, start, comesUp, fails } = starting();
      const refused = assert.rejects(session.prompt('Fix the tests'), /message was not sent/);
      if (end === 'is stopped') {
        void session.stop();
        await assert.rejects(session.prompt('Again'), /message was not sent/);
        comesUp();
      } else fails(new Error('No'));
      await start;
      await refused;
      assert.equal(session.isOver, true);
      assert.deepEqual(agent.prompts, []);
    });
  }

  it('keeps what is typed below what the agent tells of the earlier conversation', async () => {
    const agent = new SlowAgent();
    agent.replay = [{ kind: 'user', text: 'hello' }];
    const { session, start, comesUp } = starting(agent, { nativeId: 'native', earlier: [] });
    const turn = session.prompt('Go on');
    comesUp();
    await start;
    assert.deepEqual(words(session), [
      'user hello',
      'notice Fake Agent goes on from here.',
      'user Go on',
    ]);
    await waitFor(() => agent.prompts.length === 1, 'the message');
    agent.endTurn({ reason: 'done' });
    await turn;
  });
});
