import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { descendants } from '../../src/agents/processTree.ts';
import { waitFor } from '../support/waitFor.ts';
import { nativeAlways } from './alwaysScenario.ts';
import { type AgentUnderTest, type Conversation, isThere, person, SLOW } from './conversation.ts';
import type { Scenario } from './scenario.ts';

/** Long enough for a call that was wrongly let through to have done its work. */
const SETTLE_MS = 1500;
/** Long enough for an agent whose input is closed to end. */
const LONG_MS = 8000;

/** All but the long wait, see {@link waitSixtySeconds}. */
export const SCENARIOS: readonly Scenario[] = [
  {
    cell: 'allowOnce',
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
    cell: 'deny',
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
    cell: 'denyWithMessage',
    title: 'tells its model what the person said with a deny',
    run: async (conversation, agent, finding) => {
      const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('denied')]));
      const feedback = 'Use the other file, “b”.';
      const request = await conversation.one();
      await conversation.answer(request, 'deny', { feedback });
      await turn;
      assert.equal(isThere(agent, 'denied'), false);
      const told = agent.toldToModel();
      // What the card says of it, before the click.
      assert.equal(request.feedback === 'nextPrompt', told === undefined);
      if (told === undefined) finding.none('A deny carries no words; they go as the next message.');
      else assert.match(told, /Use the other file, “b”\./);
    },
  },
  nativeAlways,
  {
    cell: 'twoPending',
    title: 'takes the answers of two waiting requests in any order',
    run: async (conversation, agent, finding) => {
      if (agent.asksOneByOne) {
        finding.none('It asks for the next call when the one before it is answered.');
        return oneByOne(conversation, agent);
      }
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
    cell: 'cancelPending',
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
    cell: 'killed',
    title: 'does not do what waits when its process is killed',
    run: async (conversation, agent) => {
      const { broker, connection } = conversation;
      const turn = connection.prompt(agent.prompt([agent.makeFile('killed')]));
      const ended = turn.then(
        ({ reason }) => reason,
        () => 'rejected',
      );
      const { argsHash, id: requestId } = await conversation.one();
      await kill(conversation.processes);
      await connection.exited;
      assert.notEqual(await ended, 'done');
      await waitFor(() => broker.settledAs(requestId) !== undefined, 'the end of the request');
      const late = await broker.answer({ requestId, argsHash, outcome: 'allow', by: person });
      assert.equal(late.ok, false);
      await sleep(SETTLE_MS);
      assert.equal(isThere(agent, 'killed'), false);
      assert.equal(broker.settledAs(requestId)?.decision.outcome, 'deny');
    },
  },
  {
    cell: 'stdinClosed',
    title: 'does not do what waits when its input is closed',
    run: async (conversation, agent, finding) => {
      const { connection } = conversation;
      if (!connection.endInput) {
        finding.none('It is spoken to over HTTP.');
        return;
      }
      const turn = connection.prompt(agent.prompt([agent.makeFile('closed')]));
      turn.catch(() => undefined);
      const { id } = await conversation.one();
      connection.endInput();
      const exited = connection.exited.then(() => true);
      const ends = await Promise.race([exited, sleep(LONG_MS, false)]);
      finding.measured(ends ? 'It ends by itself.' : 'It stays, and is stopped.');
      assert.equal(isThere(agent, 'closed'), false);
      await conversation.stop();
      await connection.exited;
      await sleep(SETTLE_MS);
      assert.equal(isThere(agent, 'closed'), false);
      assert.equal(conversation.broker.settledAs(id)?.decision.outcome, 'deny');
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

/** Ends these and all that they started, at once. */
async function kill(processes: readonly ChildProcess[]): Promise<void> {
  const roots = processes.flatMap(({ exitCode, pid, signalCode }) =>
    pid === undefined || exitCode !== null || signalCode !== null ? [] : [pid],
  );
  assert.notDeepEqual(roots, []);
  const below = (await Promise.all(roots.map(descendants))).flat();
  for (const pid of [...roots, ...below])
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended in the meantime.
    }
}

/** Waits for sixty seconds, and then allows. */
export async function waitSixtySeconds(
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
