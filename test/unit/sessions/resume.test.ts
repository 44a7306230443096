import assert from 'node:assert/strict';
import type { ReplayEvent } from '../../../src/agents/agent.ts';
import { RememberedSessions } from '../../../src/sessions/rememberedSessions.ts';
import { newSessionRef, type Resume, Session } from '../../../src/sessions/session.ts';
import { draft } from '../../support/builders.ts';
import { FakeAgent } from '../../support/fakeAgent.ts';
import { brokerOnFakes } from '../../support/fakesBroker.ts';

const KEY = '01JDTEST000000000000000000';

/** An agent that tells of an earlier conversation. */
class Talkative extends FakeAgent {
  nativeSessionId: string | undefined = 'native';
  replay: readonly ReplayEvent[] = [];
}

async function open(agent: Talkative, resume?: Resume) {
  const { broker } = brokerOnFakes();
  const ref = newSessionRef(KEY, '/home/dev/project');
  const more = resume && { resume };
  const session = new Session({ ref, launcher: agent, broker, env: {}, log: () => {}, ...more });
  await session.start();
  return { broker, session };
}

const words = (session: Session) =>
  session.transcript.entries.map((entry) =>
    entry.kind === 'user'
      ? `user ${entry.text.join('')}`
      : entry.kind === 'agent'
        ? `agent ${entry.markdown}`
        : entry.kind === 'tool'
          ? `tool ${entry.status}`
          : entry.kind === 'notice'
            ? `notice ${entry.text}`
            : entry.kind,
  );

describe('a session that goes on with an earlier one', () => {
  const EARLIER = { kind: 'user', id: '0', text: ['from before'] } as const;

  it('is asked for by its id, and shows what the agent tells again in place of what was kept', async () => {
    const agent = new Talkative();
    agent.replay = [
      { kind: 'user', text: 'hello' },
      { kind: 'toolCall', call: { callId: 'c', title: 'ls', status: 'pending' } },
      { kind: 'text', text: 'hi' },
    ];
    const { session } = await open(agent, { nativeId: 'native', earlier: [EARLIER] });
    assert.equal(agent.options?.resume, 'native');
    assert.deepEqual(words(session), [
      'user hello',
      'tool failed',
      'agent hi',
      'notice Fake Agent goes on from here.',
    ]);
  });

  it('does not take a call of now for one that was told again', async () => {
    const agent = new Talkative();
    agent.replay = [{ kind: 'toolCall', call: { callId: 'c', status: 'completed' } }];
    const { session } = await open(agent, { nativeId: 'native', earlier: [] });
    agent.emit({ kind: 'toolCall', call: { callId: 'c', status: 'in_progress' } });
    assert.deepEqual(
      words(session).filter((word) => word.startsWith('tool')),
      ['tool completed', 'tool in_progress'],
    );
  });

  it('shows what was kept, where the agent tells nothing', async () => {
    const { session } = await open(new Talkative(), { nativeId: 'native', earlier: [EARLIER] });
    assert.deepEqual(words(session), ['user from before', 'notice Fake Agent goes on from here.']);
  });

  it('says so where nothing of it can be shown', async () => {
    const { session } = await open(new Talkative(), { nativeId: 'native', earlier: [] });
    assert.match(words(session).join(), /It remembers what was said; that is not shown here/);
  });

  it('can be resumed once it is over and something was said, if the agent has an id for it', async () => {
    const agent = new Talkative();
    const { session } = await open(agent);
    void session.prompt('hello');
    assert.equal(session.view.canResume, false);
    await session.stop();
    assert.equal(session.view.canResume, true);
    agent.nativeSessionId = undefined;
    assert.equal(session.view.canResume, false);
  });
});

describe('a sentence with a deny, for an agent that has no place for it', () => {
  const by = { kind: 'person', surface: 'chat' } as const;
  async function denied(feedback: 'nextPrompt' | 'withDeny', agent = new Talkative()) {
    const { broker, session } = await open(agent);
    void session.prompt('go').catch(() => undefined);
    await Promise.resolve();
    const { request } = session.raise({ ...draft(), feedback }, () => {});
    const deny = () =>
      broker.answer({
        requestId: request.id,
        argsHash: request.argsHash,
        outcome: 'deny',
        feedback: 'Use b instead',
        by,
      });
    return { agent, deny, session };
  }
  const turns = () => new Promise((resolve) => setImmediate(resolve));

  it('is sent as the next message when the turn has ended, not before', async () => {
    const { agent, deny } = await denied('nextPrompt');
    await deny();
    await turns();
    assert.deepEqual(agent.prompts, ['go']);
    agent.endTurn({ reason: 'done' });
    await turns();
    assert.deepEqual(agent.prompts, ['go', 'Use b instead']);
  });

  it('is not sent a second time where it went out with the deny', async () => {
    const { agent, deny } = await denied('withDeny');
    await deny();
    agent.endTurn({ reason: 'done' });
    await turns();
    assert.deepEqual(agent.prompts, ['go']);
  });

  it('is not lost when the agent ends first: it is shown with what happened', async () => {
    const { agent, deny, session } = await denied('nextPrompt');
    await deny();
    agent.exit({ code: 1, signal: null });
    agent.endTurn({ reason: 'error' });
    await turns();
    assert.deepEqual(agent.prompts, ['go']);
    assert.match(words(session).join('\n'), /“Use b instead”: .*was not sent/);
  });
});

describe('remembered sessions', () => {
  const session = (nativeId: string, at = 1) => ({
    agent: { from: 'catalog' as const, id: 'claude', name: 'Claude Code' },
    nativeId,
    title: 'Title',
    cwd: '/home/dev/project',
    workspaceFolder: '/home/dev/project',
    at,
  });
  const memory = (values = new Map<string, unknown>()) => ({
    values,
    get: (key: string) => values.get(key),
    update: async (key: string, value: unknown) => void values.set(key, value),
  });

  it('are the latest fifty, each once', async () => {
    const remembered = new RememberedSessions(memory());
    for (let n = 0; n < 60; n++) await remembered.put(session(`s${n}`, n));
    await remembered.put(session('s30', 100));
    const all = remembered.all();
    assert.deepEqual([all.length, all[0]?.nativeId, all[1]?.nativeId], [50, 's30', 's59']);
    assert.equal(new Set(all.map(({ nativeId }) => nativeId)).size, 50);
  });

  it('leave out what cannot be read', async () => {
    const stored = memory();
    stored.values.set('countersign.sessions', [session('a'), { nativeId: 3 }, 'x', null]);
    const remembered = new RememberedSessions(stored);
    assert.deepEqual(remembered.all(), [session('a')]);
    await remembered.put({ ...session('b'), title: '' });
    assert.deepEqual(remembered.all(), [session('a')]);
  });
});
