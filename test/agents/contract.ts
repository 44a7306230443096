import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentConnection, AgentEvent, AgentLauncher } from '../../src/agents/agent.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ulidSource } from '../../src/base/ulid.ts';
import { Broker, type Settled } from '../../src/permission/broker.ts';
import type { ProposedAnswer } from '../../src/permission/decision.ts';
import type { JournalEntry } from '../../src/permission/journalPort.ts';
import type { PermissionRequest } from '../../src/permission/request.ts';
import { rulesOnFakes } from '../support/rules.ts';
import { waitFor } from '../support/waitFor.ts';

/** Something that the agent can be made to do. Opaque: only the agent's own setup knows what is in it. */
export type ScriptedCall = object;

/** An agent that does what a test tells it, in a folder of its own. */
export interface AgentUnderTest {
  readonly launcher: AgentLauncher;
  readonly env: NodeJS.ProcessEnv;
  /** The session's folder; absolute, without links. */
  readonly cwd: string;
  /** A command that makes this file in the session's folder, as the agent asks for it. */
  makeFile(name: string): ScriptedCall;
  /** The same, by a call of which two can wait at once. */
  makeFileInParallel(name: string): ScriptedCall;
  /** It never has two requests waiting: it asks for the next call when the one before it is answered. */
  readonly asksOneByOne?: boolean;
  /** The prompt that makes the agent ask for these calls, all in one message. */
  prompt(calls: readonly ScriptedCall[]): string;
  /** What the agent's model was told about its calls; `undefined` if an answer's words do not reach it. */
  toldToModel(): string | undefined;
  /** Ends what the setup started and removes its folder. */
  dispose(): Promise<void>;
}

const person = { kind: 'person', surface: 'cli' } as const;

/** How long an agent may take to ask, to answer, to end. */
const SLOW = 30_000;
/** Long enough for a call that was wrongly let through to have done its work. */
const SETTLE_MS = 1500;

/** One conversation with a real broker, its journal in memory. */
export class Conversation {
  readonly broker: Broker;
  readonly journal: JournalEntry[] = [];
  readonly events: AgentEvent[] = [];
  readonly settled: Settled[] = [];
  readonly #agent: AgentUnderTest;
  readonly #key: string;
  readonly #abort = new AbortController();
  #connection: AgentConnection | undefined;

  constructor(agent: AgentUnderTest) {
    const newId = ulidSource(systemClock.now);
    this.#agent = agent;
    this.#key = newId();
    const append = async (entry: JournalEntry) => void this.journal.push(entry);
    const rules = rulesOnFakes(newId);
    this.broker = new Broker({ clock: systemClock, newId, rules, journal: { append } });
    this.broker.onDidSettle((settled) => this.settled.push(settled));
  }

  get connection(): AgentConnection {
    assert.ok(this.#connection, 'The conversation was started');
    return this.#connection;
  }

  /** `resume` is the agent's own id of an earlier conversation. */
  async start(resume?: string): Promise<void> {
    const { cwd, env, launcher } = this.#agent;
    const connection = await launcher.start({
      session: { key: this.#key, title: 'Contract', cwd, workspaceFolder: cwd },
      gate: this.broker,
      env,
      signal: this.#abort.signal,
      ...(resume !== undefined && { resume }),
      log: () => undefined,
    });
    connection.onDidEmit((event) => this.events.push(event));
    this.#connection = connection;
  }

  /** As a session stops: first what waits is closed, then the agent. */
  async stop(): Promise<void> {
    this.broker.agentGone(this.#key, 'the test is over');
    await this.#connection?.stop();
  }

  async pending(count: number): Promise<PermissionRequest[]> {
    const { broker } = this;
    await waitFor(() => broker.pending.length >= count, `${count} waiting requests`, SLOW);
    assert.equal(broker.pending.length, count);
    return [...broker.pending];
  }

  async one(): Promise<PermissionRequest> {
    const [request] = await this.pending(1);
    assert.ok(request);
    return request;
  }

  async answer(
    { argsHash, id }: PermissionRequest,
    outcome: 'allow' | 'deny',
    said: Pick<ProposedAnswer, 'feedback' | 'answers' | 'optionId' | 'rule'> = {},
  ): Promise<Settled> {
    const answer = { requestId: id, argsHash, outcome, by: person, ...said };
    const result = await this.broker.answer(answer);
    assert.ok(result.ok, 'The answer counts');
    return result.value;
  }

  /** The last that was told about the call of a request. */
  call(request: PermissionRequest) {
    const calls = this.events.flatMap((event) => (event.kind === 'toolCall' ? [event.call] : []));
    return calls.findLast(({ callId }) => callId === request.native.callId);
  }
}

interface Scenario {
  readonly title: string;
  run(conversation: Conversation, agent: AgentUnderTest): Promise<void>;
}

/** What every agent has to get right, run against `setup()` with the real agent process and a real broker. */
export function agentContract(name: string, setup: () => Promise<AgentUnderTest>): void {
  describe(`${name}: the contract of an agent`, () => {
    // Beside the others, so that its minute does not add up over all agents.
    const end = new AbortController();
    let waiting: Promise<void> = Promise.resolve();
    before(() => {
      waiting = play(setup, (conversation, agent) => waitSixtySeconds(conversation, agent, end));
      waiting.catch(() => undefined);
    });
    after(async () => {
      end.abort();
      await waiting.catch(() => undefined);
    });
    for (const { run, title } of SCENARIOS) it(title, () => play(setup, run));
    it('waits for sixty seconds as for one', async function () {
      this.timeout(180_000);
      await waiting;
    });
  });
}

async function play(setup: () => Promise<AgentUnderTest>, run: Scenario['run']): Promise<void> {
  const agent = await setup();
  const conversation = new Conversation(agent);
  try {
    await conversation.start();
    await run(conversation, agent);
  } finally {
    await conversation.stop();
    await agent.dispose();
  }
}

async function waitSixtySeconds(
  conversation: Conversation,
  agent: AgentUnderTest,
  { signal }: AbortController,
): Promise<void> {
  const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('late')]));
  const request = await conversation.one();
  await sleep(60_000, undefined, { signal });
  assert.deepEqual(
    conversation.broker.pending.map(({ id }) => id),
    [request.id],
  );
  assert.equal(isThere(agent, 'late'), false);
  await conversation.answer(request, 'allow');
  assert.equal((await turn).reason, 'done');
  assert.equal(isThere(agent, 'late'), true);
}

const isThere = ({ cwd }: AgentUnderTest, file: string) => fs.existsSync(path.join(cwd, file));

/** In place of two that wait: an allow counts for the one call that it was given for. */
async function oneByOne(conversation: Conversation, agent: AgentUnderTest): Promise<void> {
  const calls = ['first', 'second'].map((file) => agent.makeFileInParallel(file));
  const turn = conversation.connection.prompt(agent.prompt(calls));
  const first = await conversation.one();
  await sleep(SETTLE_MS);
  assert.equal(conversation.broker.pending.length, 1);
  await conversation.answer(first, 'allow');
  const second = await conversation.one();
  assert.notEqual(first.argsHash, second.argsHash);
  await waitFor(() => isThere(agent, 'first'), 'the first file', SLOW);
  await conversation.answer(second, 'deny');
  await turn;
  assert.deepEqual(
    ['first', 'second'].map((file) => isThere(agent, file)),
    [true, false],
  );
}

const SCENARIOS: readonly Scenario[] = [
  {
    title: 'does what was allowed, after the decision is on record',
    run: async (conversation, agent) => {
      const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('allowed')]));
      const request = await conversation.one();
      assert.equal(isThere(agent, 'allowed'), false);
      assert.equal(request.action.tool, 'execute');
      assert.deepEqual(
        [conversation.call(request)?.status, conversation.call(request)?.requestId],
        ['pending', request.id],
      );
      await conversation.answer(request, 'allow');
      assert.equal((await turn).reason, 'done');
      assert.equal(isThere(agent, 'allowed'), true);
      assert.equal(conversation.call(request)?.status, 'completed');
      assert.deepEqual(
        conversation.journal.map(
          (entry) => entry.type !== 'rule' && [entry.type, entry.requestId, entry.argsHash],
        ),
        [
          ['raised', request.id, request.argsHash],
          ['settled', request.id, request.argsHash],
        ],
      );
      assert.ok(conversation.events.some((event) => event.kind === 'text'));
    },
  },
  {
    title: 'does not do what was denied',
    run: async (conversation, agent) => {
      const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('denied')]));
      const request = await conversation.one();
      const { delivery } = await conversation.answer(request, 'deny');
      assert.equal(delivery, 'delivered');
      await turn;
      assert.equal(isThere(agent, 'denied'), false);
      assert.equal(conversation.call(request)?.status, 'failed');
    },
  },
  {
    title: 'tells its model what the person said with a deny',
    run: async (conversation, agent) => {
      const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('denied')]));
      const feedback = 'Use the other file, “b”.';
      await conversation.answer(await conversation.one(), 'deny', { feedback });
      await turn;
      assert.equal(isThere(agent, 'denied'), false);
      const told = agent.toldToModel();
      if (told !== undefined) assert.match(told, /Use the other file, “b”\./);
    },
  },
  {
    title: 'takes the answers of two waiting requests in any order',
    run: async (conversation, agent) => {
      if (agent.asksOneByOne) return oneByOne(conversation, agent);
      const calls = ['first', 'second'].map((file) => agent.makeFileInParallel(file));
      const turn = conversation.connection.prompt(agent.prompt(calls));
      const waiting = await conversation.pending(2);
      // Codex asks in no certain order.
      const asking = (file: string) =>
        waiting.find(({ action }) => JSON.stringify(action).includes(file));
      const [first, second] = [asking('first'), asking('second')];
      assert.ok(first && second);
      assert.notEqual(first.argsHash, second.argsHash);
      await conversation.answer(second, 'allow');
      await waitFor(() => isThere(agent, 'second'), 'the second file', SLOW);
      assert.equal(isThere(agent, 'first'), false);
      await conversation.answer(first, 'deny');
      await turn;
      assert.deepEqual(
        ['first', 'second'].map((file) => isThere(agent, file)),
        [false, true],
      );
    },
  },
  {
    title: 'takes back what waits when its turn is interrupted, and goes on afterwards',
    run: async (conversation, agent) => {
      const { broker, connection } = conversation;
      const turn = connection.prompt(agent.prompt([agent.makeFile('interrupted')]));
      const request = await conversation.one();
      await connection.interrupt();
      assert.equal((await turn).reason, 'interrupted');
      assert.equal(broker.settledAs(request.id)?.decision.by.kind, 'agentWithdrew');
      const { argsHash, id: requestId } = request;
      const late = await broker.answer({ requestId, argsHash, outcome: 'allow', by: person });
      assert.equal(late.ok, false);
      const next = connection.prompt(agent.prompt([agent.makeFile('next')]));
      await conversation.answer(await conversation.one(), 'allow');
      await next;
      assert.deepEqual(
        ['interrupted', 'next'].map((file) => isThere(agent, file)),
        [false, true],
      );
    },
  },
  {
    title: 'does not do what waits when it is stopped',
    run: async (conversation, agent) => {
      const { connection } = conversation;
      const turn = connection.prompt(agent.prompt([agent.makeFile('stopped')]));
      const ended = turn.then(
        ({ reason }) => reason,
        () => 'rejected',
      );
      const request = await conversation.one();
      await conversation.stop();
      await connection.exited;
      assert.notEqual(await ended, 'done');
      await sleep(SETTLE_MS);
      assert.equal(isThere(agent, 'stopped'), false);
      const settled = conversation.broker.settledAs(request.id);
      assert.deepEqual(
        [settled?.decision.outcome, settled?.decision.by.kind],
        ['deny', 'agentGone'],
      );
    },
  },
  {
    title: 'ends by itself when it is stopped between turns',
    run: async ({ connection }, agent) => {
      assert.equal((await connection.prompt(agent.prompt([]))).reason, 'done');
      await connection.stop();
      const { error } = await connection.exited;
      assert.equal(error, undefined);
    },
  },
];
