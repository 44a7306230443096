import { Emitter } from '../../base/event.ts';
import { isJsonObject, stringAt } from '../../base/json.ts';
import { settledWithin } from '../../base/settledWithin.ts';
import { systemTimers, within } from '../../base/timers.ts';
import type { AgentInfo } from '../../permission/request.ts';
import { UserError } from '../../protocol/userError.ts';
import type {
  AgentConnection,
  AgentEvent,
  AgentExit,
  ReplayEvent,
  StartOptions,
  TurnEnd,
} from '../agent.ts';
import * as errors from '../connectionErrors.ts';
import { PartCalls } from '../openCodeParts.ts';
import type { AgentProcess } from '../process.ts';
import type { OpenCodeApi } from './api.ts';
import { Asks } from './asks.ts';
import { CallInputs } from './callInputs.ts';
import { OpenCodeControls } from './controls.ts';
import { notInterrupted, PROMPT_IS_SLOW, promptUnconfirmed } from './errors.ts';
import { EventStream } from './eventStream.ts';
import { AGENT, type Frame, type Part, readFrame, type SessionError } from './frames.ts';
import type { GatePlan } from './gate.ts';
import { messagesSince } from './messages.ts';
import { earlierSession, newSession } from './openSession.ts';
import { tellWhenSlow } from './tellWhenSlow.ts';
import { Texts } from './texts.ts';
import { endOfTurn, signInProblem, type Turn } from './turn.ts';

/** The server's process, as far as a conversation needs it; a test's is the same. */
export type ServerProcess = Pick<AgentProcess, 'fail' | 'stop' | 'exited' | 'stderrTail'>;

export type ConnectionOptions = Pick<StartOptions, 'session' | 'gate' | 'log' | 'resume'> & {
  readonly api: OpenCodeApi;
  readonly process: ServerProcess;
  readonly version: string;
  readonly plan: GatePlan;
  /** First wait before the events are connected again, in milliseconds. */
  readonly firstDelayMs?: number;
  /** Between two looks for the input of a call, in milliseconds. */
  readonly lookAgainMs?: number;
  /** How long it may take to answer before somebody hears of it, in milliseconds; 15,000 unless set. */
  readonly slowMs?: number;
};

/** An error that stops the turn is sometimes followed by "idle" and sometimes by nothing (measured). In milliseconds. */
const AFTER_ERROR_MS = 1000;
/** How long a running command may take to end before the server is ended. In milliseconds. */
const GOODBYE_MS = 1500;
const SLOW_MS = 15_000;

/** One conversation with an `opencode serve` of our own, see test/wire/opencode for recorded ones. */
export class OpenCodeConnection implements AgentConnection {
  readonly asksFor =
    'all but reading and a bare `> file` or assignment; a plugin of its own can run code without asking';
  readonly agent: AgentInfo;
  readonly #options: ConnectionOptions;
  readonly #api: OpenCodeApi;
  readonly #process: ServerProcess;
  readonly #slowMs: number;
  readonly #events = new Emitter<AgentEvent>();
  readonly #calls = new PartCalls(AGENT.name);
  readonly #texts = new Texts();
  readonly #inputs: CallInputs;
  readonly #asks: Asks;
  readonly #stream: EventStream;
  #sessionId = '';
  replay: readonly ReplayEvent[] = [];
  #turn: Turn | undefined;
  /** Said with the first turn: nobody listens before. */
  #notices: readonly string[];
  #broken: UserError | undefined;
  #isOver = false;
  #stopping: Promise<void> | undefined;

  readonly controls = new OpenCodeControls();
  readonly onDidEmit = this.#events.event;
  readonly exited: Promise<AgentExit>;

  /** Opens the session, with the rules of the plan. Rejects with a {@link UserError}; then the server is stopped. */
  static async open(options: ConnectionOptions): Promise<OpenCodeConnection> {
    const connection = new OpenCodeConnection(options);
    try {
      await connection.#openSession();
      return connection;
    } catch (error) {
      await connection.stop();
      throw error;
    }
  }

  private constructor(options: ConnectionOptions) {
    const { api, gate, log, plan, session } = options;
    this.#options = options;
    this.#api = api;
    this.#process = options.process;
    this.#slowMs = options.slowMs ?? SLOW_MS;
    this.#notices = plan.notices;
    this.agent = { ...AGENT, version: options.version };
    this.#inputs = new CallInputs(api);
    this.#asks = new Asks({
      api,
      gate,
      session,
      log,
      agent: this.agent,
      mcpServers: plan.mcpServers,
      calls: this.#calls,
      inputs: this.#inputs,
      slowMs: this.#slowMs,
      ...(options.lookAgainMs !== undefined && { lookAgainMs: options.lookAgainMs }),
      isInterrupted: () => this.#turn?.interrupted === true,
      emit: (events) => this.#emit(events),
      fail: (error) => this.#fail(error),
    });
    this.#stream = new EventStream({
      log,
      open: (signal) => api.events(signal),
      onOpen: (first) => void (first ? undefined : this.#catchUp()),
      onEvent: (event) => this.#handle(readFrame(event)),
      ...(options.firstDelayMs !== undefined && { firstDelayMs: options.firstDelayMs }),
    });
    this.exited = this.#process.exited.then((exit) => {
      this.#over(exit);
      return exit;
    });
  }

  get nativeSessionId(): string {
    return this.#sessionId;
  }

  async prompt(text: string): Promise<TurnEnd> {
    if (this.#broken) throw this.#broken;
    if (this.#isOver || this.#stopping !== undefined) throw errors.sessionOver(AGENT.name);
    if (this.#turn) throw errors.stillWorking(AGENT.name);
    const end = new Promise<TurnEnd>((resolve, reject) => {
      this.#turn = { resolve, reject, startedAt: Date.now(), interrupted: false, isBusy: false };
    });
    for (const notice of this.#notices) this.#notice(notice);
    this.#notices = [];
    void this.#sendPrompt(text);
    return end;
  }

  async #sendPrompt(text: string): Promise<void> {
    const turn = this.#turn;
    const { mainAgent } = this.#options.plan;
    const parts = [{ type: 'text', text }];
    const body = { agent: mainAgent, ...this.controls.chosen, parts };
    const sent = this.#api.post(`${this.#path}/prompt_async`, body);
    try {
      await tellWhenSlow(sent, this.#slowMs, () => this.#notice(PROMPT_IS_SLOW));
    } catch (error) {
      if (this.#turn !== turn) return;
      // Not answered in time: it may work on it, and must not do so behind everybody's back.
      if (error instanceof UserError) this.#fail(promptUnconfirmed(error));
      else this.#takeTurn()?.reject(this.#asUserError(error));
    }
  }

  async interrupt(): Promise<void> {
    const turn = this.#turn;
    if (!turn || turn.interrupted || this.#broken || this.#isOver) return;
    turn.interrupted = true;
    // "idle" comes once for the turn and once more for the abort, so the turn is not over before the abort is.
    turn.aborting = this.#abort();
    this.#asks.withdraw(undefined, turn.aborting);
    await turn.aborting;
    // What was asked meanwhile is kept by OpenCode, and an answer to it would still count as one.
    await this.#asks.sync().catch(() => undefined);
    this.#endInterrupted(turn);
  }

  /** Never rejects: a turn that OpenCode does not stop ends with its process. */
  async #abort(): Promise<void> {
    const heard = this.#api.post(`${this.#path}/abort`).then(
      () => true,
      () => false,
    );
    const isHeard = await within(systemTimers, this.#slowMs, heard, () => false);
    if (!isHeard) this.#fail(notInterrupted());
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (this.#turn && !this.#isOver && !this.#broken)
      await settledWithin(this.#api.post(`${this.#path}/abort`), GOODBYE_MS);
    this.#asks.end();
    this.#stream.close();
    await this.#process.stop();
    await this.exited;
  }

  get #path(): string {
    return `/session/${encodeURIComponent(this.#sessionId)}`;
  }

  async #openSession(): Promise<void> {
    const { api, plan, resume, session } = this.#options;
    try {
      const open = this.#stream
        .start()
        .then(() =>
          resume === undefined
            ? newSession(api, session.title, plan.rules)
            : earlierSession(api, resume, plan.rules),
        );
      const { id, replay } = await this.#orGone(open);
      this.#sessionId = id;
      this.replay = replay;
    } catch (error) {
      throw this.#asUserError(error);
    }
    // Nobody waits for what can be chosen.
    this.controls.load(api).catch((error) => this.#options.log(`No models: ${String(error)}`));
  }

  /** Waits for an answer, but no longer than the server lives. */
  async #orGone<T>(answer: Promise<T>): Promise<T> {
    const gone = this.exited.then((exit): never => {
      throw exit.error ?? errors.stopped(AGENT.name, exit, this.#process.stderrTail());
    });
    gone.catch(() => undefined);
    return Promise.race([answer, gone]);
  }

  #handle(frame: Frame): void {
    // While it is stopped, an "idle" is not the end of the turn but of the server.
    if (this.#broken || this.#isOver || this.#stopping !== undefined) return;
    switch (frame.kind) {
      case 'asked':
        this.#asks.asked(frame.ask);
        break;
      case 'badAsk':
        this.#asks.refuse(frame.permissionId);
        break;
      case 'replied':
        this.#asks.replied(frame.permissionId, frame.reply);
        break;
      case 'message':
        this.#texts.message(frame.messageId, frame.role);
        break;
      case 'part':
        this.#part(frame.part);
        break;
      case 'delta':
        this.#emit(this.#texts.delta(frame.partId, frame.messageId, frame.text));
        break;
      case 'busy':
        if (this.#turn && frame.sessionId === this.#sessionId) this.#turn.isBusy = true;
        break;
      case 'retry':
        if (frame.sessionId === this.#sessionId) this.#retrying(frame.message);
        break;
      case 'idle':
        this.#idle(frame.sessionId);
        break;
      case 'error':
        if (frame.sessionId === this.#sessionId) this.#failedTurn(frame.error);
        break;
      case 'ignored':
        break;
    }
  }

  #part(part: Part): void {
    const { content, messageId, sessionId } = part;
    if (content.kind === 'tool') {
      this.#inputs.update(messageId, content.tool);
      this.#emit(this.#calls.update(content.tool));
      // Said by a sub-agent, it goes to the model that started it.
    } else if (sessionId === this.#sessionId) this.#emit(this.#texts.part(part));
  }

  #idle(sessionId: string): void {
    if (sessionId !== this.#sessionId) {
      this.#asks.withdraw(sessionId);
      return;
    }
    const turn = this.#turn;
    // A second one, of the turn before.
    if (!turn?.isBusy && turn?.error === undefined) return;
    this.#asks.withdraw(sessionId);
    if (turn.interrupted) this.#endInterrupted(turn);
    else this.#endTurn();
  }

  #endInterrupted(turn: Turn): void {
    void turn.aborting?.then(() => {
      if (this.#turn === turn && !this.#broken)
        this.#takeTurn()?.resolve({ reason: 'interrupted' });
    });
  }

  #failedTurn(error: SessionError): void {
    const turn = this.#turn;
    if (!turn || error.name === 'MessageAbortedError') return;
    turn.error ??= error;
    setTimeout(() => {
      if (this.#turn === turn && !turn.interrupted) this.#endTurn();
    }, AFTER_ERROR_MS).unref();
  }

  #endTurn(): void {
    const turn = this.#takeTurn();
    if (!turn) return;
    const problem = signInProblem(turn.error);
    if (problem === undefined) turn.resolve(endOfTurn(turn.error));
    else
      turn.reject(
        errors.notSignedIn(
          AGENT.name,
          problem,
          'Run `opencode auth login` once in a terminal and sign in there.',
        ),
      );
  }

  #takeTurn(): Turn | undefined {
    const turn = this.#turn;
    this.#turn = undefined;
    this.#calls.clear();
    this.#texts.clear();
    this.#inputs.clear();
    return turn;
  }

  /** Said once in a turn: OpenCode goes on trying. */
  #retrying(message: string): void {
    const turn = this.#turn;
    if (!turn || turn.toldRetry) return;
    turn.toldRetry = true;
    this.#notice(`The model does not answer (${message}). ${AGENT.name} is trying again.`);
  }

  /** After a gap in the events: first what waits for an answer, then what was said, then whether the turn is over. */
  async #catchUp(): Promise<void> {
    try {
      await this.#asks.sync();
      const turn = this.#turn;
      if (!turn || this.#sessionId === '') return;
      const statuses = await this.#api.get('/session/status');
      await this.#readTurn(turn);
      const own = isJsonObject(statuses) ? statuses[this.#sessionId] : undefined;
      const isIdle = own === undefined || stringAt(own, 'type') === 'idle';
      if (!isIdle || this.#turn !== turn) return;
      turn.isBusy = true;
      this.#idle(this.#sessionId);
    } catch {
      // The next connection tries again; a server that is gone ends the session.
      this.#options.log('Could not read what happened while the events of OpenCode were away');
    }
  }

  async #readTurn({ startedAt }: Turn): Promise<void> {
    for (const message of await messagesSince(this.#api, this.#path, startedAt)) {
      this.#texts.message(message.messageId, message.role);
      for (const part of message.parts) this.#part(part);
    }
  }

  /** OpenCode broke the protocol: nothing it says counts any more, and nothing it asked can be allowed. */
  #fail(error: UserError): void {
    if (this.#broken || this.#isOver || this.#stopping !== undefined) return;
    this.#broken = error;
    this.#asks.end();
    this.#stream.close();
    this.#process.fail(error);
    this.#asks.withdraw();
  }

  #over(exit: AgentExit): void {
    this.#isOver = true;
    this.#asks.end();
    this.#stream.close();
    const error = exit.error ?? errors.stopped(AGENT.name, exit, this.#process.stderrTail());
    this.#takeTurn()?.reject(error);
  }

  #asUserError(error: unknown): UserError {
    if (this.#broken) return this.#broken;
    return errors.asUserError(AGENT.name, error);
  }

  #notice(text: string): void {
    if (!this.#broken && !this.#isOver) this.#emit([{ kind: 'notice', level: 'info', text }]);
  }

  #emit(events: readonly AgentEvent[]): void {
    for (const event of events) this.#events.fire(event);
  }
}
