import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  AgentConnection,
  AgentEvent,
  AgentExit,
  AgentLauncher,
  TurnEnd,
} from '../agents/agent.ts';
import { DisposableStore } from '../base/disposable.ts';
import { settledWithin } from '../base/settledWithin.ts';
import type { Broker, PermissionGate, Settled } from '../permission/broker.ts';
import type { AgentInfo, PermissionRequest, SessionRef } from '../permission/request.ts';
import { safeText } from '../permission/spans.ts';
import { asksForWords } from '../protocol/asksFor.ts';
import { UserError } from '../protocol/userError.ts';
import { doorViews } from '../sessions/doorViews.ts';
import { exitWords, type RunEnd } from './runEnd.ts';
import type { RunStop } from './runStop.ts';

/** Where a run is shown and answered: the relay's lines or the terminal. It proposes answers to the broker itself. */
export interface RunSurface {
  started(agent: AgentInfo, asksFor: string): void;
  event(event: AgentEvent): void;
  raised(request: PermissionRequest): void;
  settled(settled: Settled): void;
  /** A decision could not be put on record. */
  journalFailed(cause: unknown): void;
  ended(end: RunEnd): void;
}

export interface RunOptions {
  readonly launcher: AgentLauncher;
  readonly broker: Broker;
  readonly session: SessionRef;
  readonly prompt: string;
  readonly env: NodeJS.ProcessEnv;
  readonly surface: RunSurface;
  readonly stop: RunStop;
  /** How long an agent may take to exit by itself when its turn is over, in milliseconds; 5000 unless set. */
  readonly exitGraceMs?: number;
  log(line: string): void;
}

const EXIT_GRACE_MS = 5000;

/**
 * One turn of one agent, from its start to its exit. Never rejects. When it resolves the agent is gone and each of its
 * requests is settled.
 */
export async function run(options: RunOptions): Promise<RunEnd> {
  const { broker, surface, stop } = options;
  const store = new DisposableStore();
  store.add(broker.onDidRaise((request) => surface.raised(request)));
  store.add(broker.onDidSettle((settled) => surface.settled(settled)));
  store.add(broker.onDidFailJournal((cause) => surface.journalFailed(cause)));
  // First the denials, then the end of the process: both in this turn, so that nothing can be allowed in between.
  store.add(stop.onDidRequest(() => broker.dispose()));
  try {
    const end = await new AgentRun(options).run();
    surface.ended(end);
    return end;
  } finally {
    store.dispose();
  }
}

type First =
  | { readonly kind: 'turn'; readonly turn: TurnEnd }
  | { readonly kind: 'error'; readonly error: UserError }
  | { readonly kind: 'exited' }
  | { readonly kind: 'stopped' };

class AgentRun {
  readonly #options: RunOptions;
  readonly #events = new DisposableStore();
  #isOver = false;
  #exit: AgentExit | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async run(): Promise<RunEnd> {
    const { launcher, session, env, stop, surface, log } = this.#options;
    let connection: AgentConnection;
    const reading = launcher.doors?.({ cwd: session.cwd, env });
    try {
      const gate = this.#gate();
      connection = await launcher.start({ session, gate, env, signal: stop.signal, log });
    } catch (error) {
      // It can have asked before it was refused.
      this.#close('it did not start');
      if (stop.reason) return { outcome: 'stopped', by: stop.reason };
      return { outcome: 'failed', error: asUserError(error, launcher.name) };
    }
    const doors = await reading;
    const files = doorViews(doors, session.cwd, env).map(({ label }) => label);
    const own = files.length > 0 ? `; its own settings: ${files.join(', ')}` : '';
    surface.started(connection.agent, asksForWords(connection.asksFor, doors) + own);
    this.#events.add(connection.onDidEmit((event) => surface.event(event)));
    const exited = connection.exited.then((exit) => this.#exited(exit));
    const end = await this.#turn(connection, exited);
    this.#events.dispose();
    return end;
  }

  async #turn(connection: AgentConnection, exited: Promise<AgentExit>): Promise<RunEnd> {
    const { prompt, stop, launcher } = this.#options;
    const first = await Promise.race<First>([
      connection.prompt(prompt).then(
        (turn) => ({ kind: 'turn', turn }),
        (error: unknown) => ({ kind: 'error', error: asUserError(error, launcher.name) }),
      ),
      exited.then(() => ({ kind: 'exited' })),
      stop.requested.then(() => ({ kind: 'stopped' })),
    ]);
    if (first.kind === 'turn' && !stop.reason) return this.#finish(connection, exited, first.turn);
    // A connection that ends rejects the turn and tells its exit at the same moment; the exit says more.
    await nextTurn();
    const exitedByItself = this.#exit !== undefined && !stop.reason;
    this.#close('its turn did not end');
    await connection.stop();
    const exit = await exited;
    if (stop.reason) return { outcome: 'stopped', by: stop.reason, exit };
    const error = exit.error ?? (first.kind === 'error' ? first.error : undefined);
    if (exitedByItself && !exit.error) return { outcome: 'exited', exit };
    return {
      outcome: 'failed',
      exit,
      error: error ?? asUserError(new Error(exitWords(exit)), launcher.name),
    };
  }

  /** The turn is over: the agent hears that nothing more comes, and exits by itself or is stopped. */
  async #finish(
    connection: AgentConnection,
    exited: Promise<AgentExit>,
    turn: TurnEnd,
  ): Promise<RunEnd> {
    const { stop, exitGraceMs = EXIT_GRACE_MS } = this.#options;
    this.#close('its turn has ended');
    if (connection.endInput) {
      connection.endInput();
      await settledWithin(Promise.race([exited, stop.requested]), exitGraceMs);
    }
    const exitedByItself = this.#exit !== undefined;
    await connection.stop();
    const exit = await exited;
    if (stop.reason) return { outcome: 'stopped', by: stop.reason, exit };
    return { outcome: 'turn', turn, exit, exitedByItself };
  }

  #exited(exit: AgentExit): AgentExit {
    this.#exit = exit;
    this.#close(exit.error?.message ?? `it ended with ${exitWords(exit)}`);
    return exit;
  }

  /** From now on nothing that the agent asked, or asks, can be allowed. */
  #close(reason: string): void {
    this.#isOver = true;
    this.#options.broker.agentGone(this.#options.session.key, reason);
  }

  #gate(): PermissionGate {
    const { broker, session } = this.#options;
    return {
      raise: (draft, deliver) => {
        const raised = broker.raise({ ...draft, session }, deliver);
        if (this.#isOver) broker.agentGone(session.key, 'its turn has ended');
        return raised;
      },
    };
  }
}

function asUserError(error: unknown, agentName: string): UserError {
  if (error instanceof UserError) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new UserError(
    'agentError',
    `${agentName} could not go on: ${safeText(words)}.`,
    'Start it again.',
    { cause: error },
  );
}
