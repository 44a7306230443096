import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Relay } from '../../../src/cli/relay.ts';
import { run } from '../../../src/cli/run.ts';
import { exitCodeOf, type RunEnd } from '../../../src/cli/runEnd.ts';
import { RunStop } from '../../../src/cli/runStop.ts';
import type { Action } from '../../../src/permission/action.ts';
import { Broker } from '../../../src/permission/broker.ts';
import type { Decision, NativeAnswer } from '../../../src/permission/decision.ts';
import type { JournalEntry } from '../../../src/permission/journalPort.ts';
import type { RequestDraft, SessionRef } from '../../../src/permission/request.ts';
import { FakeAgent } from '../../support/fakeAgent.ts';
import { rulesOnFakes } from '../../support/rules.ts';

/** A line of the relay, as a consumer that knows nothing of its types reads it. */
export type Line = Readonly<Record<string, unknown>> & { readonly type: string };

/** An agent that exits by itself when it is told that nothing more comes, unless a test wants it otherwise. */
export class CliAgent extends FakeAgent {
  exitsWith: number | undefined = 0;
  inputEnds = 0;

  endInput(): void {
    this.inputEnds++;
    if (this.exitsWith !== undefined) this.exit({ code: this.exitsWith, signal: null });
  }
}

export const SESSION: SessionRef = {
  key: 'SESSION',
  title: 'Test',
  cwd: '/home/dev/project',
  workspaceFolder: '/home/dev/project',
};

/** What the agent was told about one of its requests. */
export interface Told {
  readonly decision: Decision;
  readonly native: NativeAnswer;
}

export function draft(action: Action, callId = 'call-1'): RequestDraft {
  const option = (id: string, kind: RequestDraft['options'][number]['kind'], bound = 'exact') => ({
    id,
    label: id,
    kind,
    nativeDecision: id,
    nativeScope: 'this call',
    bound: bound as 'exact' | 'wider',
  });
  return {
    source: 'agent_tool',
    agent: { id: 'fake', name: 'Fake Agent', version: '1.0.0' },
    session: SESSION,
    native: { method: 'ask', requestId: 0, callId, toolName: 'Bash' },
    action,
    options: [
      option('yes', 'allow_once'),
      option('yes-always', 'allow_always', 'wider'),
      option('no', 'reject_once'),
    ],
  };
}

export const command = (text: string): Action => ({ tool: 'execute', command: text, cwd: '.' });

/** Rules, broker and a journal that can be slow or broken. */
export function domain() {
  const newId = ulidSource(Date.now);
  const entries: JournalEntry[] = [];
  const journal = {
    entries,
    before: async () => {},
    append: async (entry: JournalEntry) => {
      await journal.before();
      entries.push(entry);
    },
  };
  const rules = rulesOnFakes(newId);
  const broker = new Broker({
    clock: { now: Date.now },
    newId,
    journal,
    rules,
  });
  return { broker, rules, journal };
}

export interface RelaySetup {
  readonly rawInput?: boolean;
  readonly exitGraceMs?: number;
  readonly stdout?: Writable;
  readonly startError?: Error;
  readonly starts?: Promise<void>;
}

/** A relay with an agent whose every move the test makes, and a consumer at the other end. */
export function relaySetup(options: RelaySetup = {}) {
  const { broker, rules, journal } = domain();
  const agent = new CliAgent();
  agent.startError = options.startError;
  agent.starts = options.starts;
  const stop = new RunStop();
  const stdin = new PassThrough();
  const lines: Line[] = [];
  const stdout =
    options.stdout ??
    new Writable({
      write(chunk: Buffer, _, done) {
        for (const text of chunk.toString().split('\n'))
          if (text !== '') lines.push(JSON.parse(text) as Line);
        done();
      },
    });
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const relay = new Relay({
    rules,
    broker,
    session: SESSION,
    stop,
    stdin,
    stdout,
    rawInput: options.rawInput ?? false,
    log,
  });
  const ended: Promise<RunEnd> = run({
    launcher: agent,
    broker,
    session: SESSION,
    prompt: 'Do it',
    env: {},
    surface: relay,
    stop,
    log,
    ...(options.exitGraceMs !== undefined && { exitGraceMs: options.exitGraceMs }),
  });
  const told: Told[] = [];
  return {
    agent,
    broker,
    journal,
    stop,
    stdin,
    stdout,
    lines,
    logged,
    relay,
    told,
    ended,
    exitCode: async () => exitCodeOf(await ended),
    of: (type: string) => lines.filter((line) => line.type === type),
    say: (line: object | string) =>
      void stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`),
    /** Raises a request as the agent's adapter does, and returns its id. */
    ask: (action: Action, callId?: string) => {
      const start = agent.options;
      if (!start) throw new Error('The agent has not started');
      return start.gate.raise(draft(action, callId), (decision, native) => {
        told.push({ decision, native });
      });
    },
  };
}

/** Waits until something is so. */
export async function until(what: () => boolean, why = 'it never happened'): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (what()) return;
    await sleep(5);
  }
  throw new Error(why);
}

/** An answer of the consumer. */
export const answer = (id: unknown, decision: string, more: object = {}) => ({
  type: 'permission_response',
  id,
  decision,
  ...more,
});

/** A relay whose agent is in its turn. */
export async function started(options: Parameters<typeof relaySetup>[0] = {}) {
  const setup = relaySetup(options);
  await until(() => setup.agent.prompts.length === 1);
  return setup;
}

export type Setup = Awaited<ReturnType<typeof started>>;

/** Raises a request for a command, and returns its line. */
export async function asked(setup: Setup, text = 'pnpm test', callId?: string): Promise<Line> {
  const { request } = setup.ask(command(text), callId);
  await until(() => setup.of('permission_request').some(({ id }) => id === request.id));
  const line = setup.of('permission_request').find(({ id }) => id === request.id);
  assert.ok(line);
  return line;
}

/** What the agent heard, in order. */
export const outcomes = ({ told }: Setup) =>
  told.map(({ decision, native }) => [
    decision.outcome,
    native.kind === 'option' ? native.option.id : native.kind,
  ]);

/** The error lines, by code and request. */
export const errors = (setup: Setup) => setup.of('error').map(({ code, id }) => [code, id]);
