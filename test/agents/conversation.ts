import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import path from 'node:path';
import type { AgentConnection, AgentEvent, AgentLauncher } from '../../src/agents/agent.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ulidSource } from '../../src/base/ulid.ts';
import { Broker, type PermissionGate, type Settled } from '../../src/permission/broker.ts';
import type { NativeAnswer, ProposedAnswer } from '../../src/permission/decision.ts';
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
  /** It is not the agent itself, so what differs from agent to agent cannot be measured with it. */
  readonly isStandIn?: boolean;
  /** The prompt that makes the agent ask for these calls, all in one message. */
  prompt(calls: readonly ScriptedCall[]): string;
  /** What the agent's model was told about its calls; `undefined` if an answer's words do not reach it. */
  toldToModel(): string | undefined;
  /** Ends what the setup started and removes its folder. */
  dispose(): Promise<void>;
}

/** Who answers. */
export const person = { kind: 'person', surface: 'cli' } as const;

/** Whether a call has made its file. */
export const isThere = ({ cwd }: AgentUnderTest, file: string): boolean =>
  fs.existsSync(path.join(cwd, file));

/** How long an agent may take to ask, to answer, to end. Milliseconds. */
export const SLOW = 30_000;

/** Whose processes are being started. */
const starting = new AsyncLocalStorage<Conversation>();
subscribe('child_process', (message) => {
  const { process } = message as { readonly process: ChildProcess };
  starting.getStore()?.processes.push(process);
});

export interface ConversationOptions {
  /** The agent is sent its own "always", which the broker narrows where it is wider: to measure how wide it is. */
  readonly trustsAlways?: boolean;
  /** Shared with other conversations; its journal is its owner's. */
  readonly broker?: Broker;
}

/** One conversation with a real broker, its journal in memory. */
export class Conversation {
  readonly broker: Broker;
  readonly journal: JournalEntry[] = [];
  readonly events: AgentEvent[] = [];
  readonly settled: Settled[] = [];
  /** What went out to the agent. */
  readonly sent: NativeAnswer[] = [];
  /** All that was started, ended or not. */
  readonly processes: ChildProcess[] = [];
  readonly #options: ConversationOptions;
  readonly #agent: AgentUnderTest;
  readonly #key: string;
  readonly #abort = new AbortController();
  #connection: AgentConnection | undefined;

  constructor(agent: AgentUnderTest, options: ConversationOptions = {}) {
    const newId = ulidSource(systemClock.now);
    this.#agent = agent;
    this.#options = options;
    this.#key = newId();
    const append = async (entry: JournalEntry) => void this.journal.push(entry);
    const rules = rulesOnFakes(newId);
    this.broker =
      options.broker ?? new Broker({ clock: systemClock, newId, rules, journal: { append } });
    this.broker.onDidSettle((settled) => this.settled.push(settled));
  }

  get connection(): AgentConnection {
    assert.ok(this.#connection, 'The conversation was started');
    return this.#connection;
  }

  /** `resume` is the agent's own id of an earlier conversation. */
  async start(resume?: string): Promise<void> {
    const { cwd, env, launcher } = this.#agent;
    const options = {
      session: { key: this.#key, title: 'Contract', cwd, workspaceFolder: cwd },
      gate: this.#gate(),
      env,
      signal: this.#abort.signal,
      ...(resume !== undefined && { resume }),
      log: () => undefined,
    };
    const connection = await starting.run(this, () => launcher.start(options));
    connection.onDidEmit((event) => this.events.push(event));
    this.#connection = connection;
    // As a session does.
    void connection.exited.then(() => this.broker.agentGone(this.#key, 'it has ended'));
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

  #gate(): PermissionGate {
    return {
      raise: ({ options, ...draft }, deliver) => {
        const trusted = options.map((option) => ({ ...option, bound: 'exact' as const }));
        const offered = this.#options.trustsAlways ? trusted : options;
        return this.broker.raise({ ...draft, options: offered }, (decision, native) => {
          this.sent.push(native);
          deliver(decision, native);
        });
      },
    };
  }
}
