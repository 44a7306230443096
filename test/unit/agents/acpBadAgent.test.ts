import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { acpLauncher } from '../../../src/agents/acp/launcher.ts';
import type { AgentConnection } from '../../../src/agents/agent.ts';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker, type Settled } from '../../../src/permission/broker.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { newSessionRef, Session } from '../../../src/sessions/session.ts';
import { rulesOnFakes } from '../../support/rules.ts';

const PROGRAM = fileURLToPath(new URL('../../support/badAgent.mjs', import.meta.url));

describe('an ACP agent that misbehaves', function () {
  this.timeout(30_000);
  const newId = ulidSource(Date.now);
  let broker: Broker;
  let settled: Settled[];
  let log: string[];
  let session: Session;

  beforeEach(() => {
    const journal = { append: async () => {} };
    broker = new Broker({
      clock: { now: Date.now },
      newId,
      journal,
      rules: rulesOnFakes(newId),
    });
    settled = [];
    log = [];
    broker.onDidSettle((one) => settled.push(one));
  });

  afterEach(() => session.stop());

  function open(mode: string): Session {
    const launcher = acpLauncher({
      id: 'bad',
      name: 'Bad Agent',
      command: process.execPath,
      args: [PROGRAM, mode],
    });
    session = new Session({
      ref: newSessionRef(newId(), process.cwd()),
      launcher,
      broker,
      env: process.env,
      log: (line) => log.push(line),
    });
    return session;
  }

  const atStart: readonly (readonly [string, string])[] = [
    ['exitsAtOnce', 'agentExited'],
    ['garbageAtOnce', 'badFrame'],
    ['protocolVersion', 'protocolVersion'],
    ['notSignedIn', 'notSignedIn'],
  ];
  for (const [mode, code] of atStart) {
    it(`is a failed session with a next step: ${mode}`, async () => {
      await open(mode).start();
      assertFailed(session, code);
    });
  }

  const whileAsking: readonly (readonly [string, string])[] = [
    ['garbage', 'badFrame'],
    ['duplicateId', 'duplicateRequest'],
    ['unknownOptionKind', 'unknownOptionKind'],
    ['unknownSession', 'unknownSession'],
    ['endedSession', 'unknownSession'],
    ['hugeFrame', 'frameTooLarge'],
    ['noNewline', 'frameTooLarge'],
    ['diesAsking', 'agentExited'],
  ];
  for (const [mode, code] of whileAsking) {
    it(`has nothing allowed, and the session fails with a next step: ${mode}`, async () => {
      await open(mode).start();
      assert.equal(session.state.kind, 'ready');
      await session.prompt('go');
      await until(() => session.isOver);
      assertFailed(session, code);
      assert.deepEqual(broker.pending, []);
      assert.deepEqual(
        settled.map(({ decision }) => decision.outcome),
        ['deny'],
      );
      assert.ok(!log.some((line) => line.includes('ANSWERED')), log.join('\n'));
    });
  }

  it('is refused by its handshake alone when it asks in none of its modes', async () => {
    await open('onlyBypass').start();
    assertFailed(session, 'agentNotGated');
    await assert.rejects(session.prompt('go'), { code: 'sessionEnded' });
    const heard = log.join('\n').match(/HEARD \S+/g);
    assert.deepEqual(heard, ['HEARD initialize', 'HEARD session/new']);
  });

  it('leaves other sessions alone', async () => {
    const good = open('good');
    await good.start();
    const turn = good.prompt('go');
    await until(() => broker.pending.length === 1);
    const bad = open('garbage');
    await bad.start();
    await bad.prompt('go');
    await until(() => bad.isOver);
    const [request] = broker.pending;
    assert.equal(request?.session.key, good.key);
    await broker.answer({
      requestId: request.id,
      argsHash: request.argsHash,
      outcome: 'deny',
      by: { kind: 'person', surface: 'cli' },
    });
    await turn;
    assert.equal(good.state.kind, 'ready');
    await until(() => log.some((line) => line.includes('"optionId":"no"')));
    await good.stop();
  });

  it('leaves no process behind when the handshake fails', async () => {
    let connection: AgentConnection | undefined;
    const launcher = acpLauncher({
      id: 'x',
      name: 'Missing',
      command: 'no-such-program-anywhere',
      args: [],
    });
    const start = launcher.start({
      session: newSessionRef(newId(), process.cwd()),
      gate: broker,
      env: process.env,
      signal: new AbortController().signal,
      log: () => {},
    });
    await assert.rejects(
      start.then((opened) => {
        connection = opened;
      }),
      (error) => error instanceof UserError && error.code === 'agentNotFound',
    );
    assert.equal(connection, undefined);
    await open('exitsAtOnce').start();
  });
});

function assertFailed(session: Session, code: string): void {
  const { state } = session;
  assert.ok(state.kind === 'failed', state.kind);
  assert.equal(state.error.code, code, state.error.message);
  assert.match(state.error.message, /Bad Agent/);
  assert.match(state.error.next, /\w+.*\.$/);
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('Waited too long');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
