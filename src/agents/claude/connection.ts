import { randomUUID } from 'node:crypto';
import { Emitter } from '../../base/event.ts';
import { type JsonObject, stringAt } from '../../base/json.ts';
import type { RaisedRequest } from '../../permission/broker.ts';
import type { Decision, NativeAnswer } from '../../permission/decision.ts';
import type { AgentInfo } from '../../permission/request.ts';
import { safeText } from '../../permission/spans.ts';
import { OWN_SETTINGS } from '../../protocol/asksFor.ts';
import type { UserError } from '../../protocol/userError.ts';
import type { AgentConnection, AgentEvent, AgentExit, StartOptions, TurnEnd } from '../agent.ts';
import { existingFile } from '../existingFile.ts';
import { goodbye } from '../goodbye.ts';
import { refuseLoose } from '../looseCommands.ts';
import type { AgentProcess } from '../process.ts';
import { answerFrame, controlResponse, draftOf } from './asks.ts';
import { ClaudeControls } from './controls.ts';
import { Conversation } from './conversation.ts';
import * as errors from './errors.ts';
import {
  type Ask,
  type AssistantMessage,
  type Frame,
  parseFrame,
  type TurnResult,
} from './frames.ts';
import { isEndOf, type Turn } from './turn.ts';
import { endOfTurn, retryWords, signInProblem } from './turnEnd.ts';

/** Lines to and from Claude Code; the in-memory ends of a test are the same. */
export type ClaudeLines = Pick<
  AgentProcess,
  'onLine' | 'write' | 'fail' | 'endInput' | 'stop' | 'exited' | 'stderrTail'
>;

export type ConnectionOptions = Pick<StartOptions, 'session' | 'gate' | 'log' | 'resume'> & {
  readonly agent: Pick<AgentInfo, 'id' | 'name'>;
};

interface WaitingAsk {
  readonly ask: Ask;
  raised?: RaisedRequest;
  /** Claude Code took it back: no answer is expected any more. */
  withdrawn: boolean;
}

/** What Claude Code answered; nothing, when it is gone. */
interface Reply {
  readonly error?: string;
  readonly content: JsonObject;
}

const GONE: Reply = { content: {} };
/** Modes in which nothing is let through that the default mode would ask for. */
const GATED_MODES: readonly string[] = ['default', 'plan', 'dontAsk'];

/** One conversation in Claude Code's stream-json, see test/wire/claude for recorded ones. */
export class ClaudeConnection implements AgentConnection {
  readonly asksFor = OWN_SETTINGS;
  readonly #lines: ClaudeLines;
  readonly #options: ConnectionOptions;
  readonly #events = new Emitter<AgentEvent>();
  readonly #conversation = new Conversation();
  /** Requests of Claude Code that wait for an answer, by its id. */
  readonly #asks = new Map<string, WaitingAsk>();
  /** Requests of ours that wait for a response; settled with the error, if there is one. */
  readonly #sent = new Map<string, (reply: Reply) => void>();
  readonly controls = new ClaudeControls(async (subtype, fields) => {
    const { error } = await this.#request(subtype, fields);
    return error;
  });
  #lastId = 0;
  #sessionId: string | undefined;
  #agent: AgentInfo;
  #turn: Turn | undefined;
  #broken: UserError | undefined;
  #isOver = false;
  #stopping: Promise<void> | undefined;
  /** This version says what becomes of each message. */
  #tellsMessages = false;
  /** It works in a worktree now, and nobody says in which directory. */
  #moved = false;

  readonly onDidEmit = this.#events.event;
  readonly exited: Promise<AgentExit>;

  /** Shakes hands. Rejects with a {@link UserError}; then Claude Code is stopped. */
  static async open(lines: ClaudeLines, options: ConnectionOptions): Promise<ClaudeConnection> {
    const connection = new ClaudeConnection(lines, options);
    try {
      await connection.#handshake();
      return connection;
    } catch (error) {
      await lines.stop();
      throw error;
    }
  }

  private constructor(lines: ClaudeLines, options: ConnectionOptions) {
    this.#lines = lines;
    this.#options = options;
    this.#agent = { ...options.agent, version: '' };
    this.#sessionId = options.resume;
    const subscription = lines.onLine((line) => this.#receive(line));
    this.exited = lines.exited.then((exit) => {
      subscription.dispose();
      this.#over(exit);
      return exit;
    });
  }

  get agent(): AgentInfo {
    return this.#agent;
  }

  get nativeSessionId(): string | undefined {
    return this.#sessionId;
  }

  prompt(text: string): Promise<TurnEnd> {
    return new Promise((resolve, reject) => {
      refuseLoose(text, this.controls.commands, this.#agent.name);
      if (this.#broken) throw this.#broken;
      if (this.#isOver || this.#stopping !== undefined) throw errors.sessionOver();
      if (this.#turn) throw errors.stillWorking();
      const uuid = randomUUID();
      this.#send({
        type: 'user',
        uuid,
        message: { role: 'user', content: [{ type: 'text', text }] },
        parent_tool_use_id: null,
      });
      this.#turn = { resolve, reject, uuid, state: 'sent', interrupted: false, toldRetry: false };
    });
  }

  async interrupt(): Promise<void> {
    const turn = this.#turn;
    if (!turn || turn.interrupted || this.#broken || this.#isOver) return;
    turn.interrupted = true;
    const done = this.#request('interrupt');
    // After the interrupt, so that a deny does not let the turn go on.
    this.#withdrawAll();
    const { content } = await done;
    const queued = content['still_queued'];
    // A message that waits no more, and has not begun, gets no end of its own.
    const isDropped =
      turn.state === 'queued' && Array.isArray(queued) && !queued.includes(turn.uuid);
    if (isDropped && this.#turn === turn) {
      this.#turn = undefined;
      turn.resolve({ reason: 'interrupted' });
    }
  }

  endInput(): void {
    this.#lines.endInput();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const turn = this.#turn;
    // Whatever it manages to say about its turn while it ends: the person stopped it.
    this.#turn = undefined;
    turn?.resolve({ reason: 'interrupted' });
    await goodbye(this.#lines, !turn && !this.#broken && !this.#isOver);
    await this.exited;
  }

  async #handshake(): Promise<void> {
    const { content, error } = await this.#request('initialize', { hooks: null });
    if (this.#isOver || this.#broken) {
      const exit = await this.exited;
      throw exit.error ?? errors.stopped(exit, this.#lines.stderrTail());
    }
    if (error !== undefined) throw errors.noHandshake(error);
    this.controls.opened(content);
    // A session that is resumed can have ended in another one.
    const mode = stringAt(content, 'current_permission_mode');
    if (mode !== undefined) this.#modeIs(mode);
    if (this.#broken) throw this.#broken;
  }

  /** Resolves with what Claude Code answers, or with nothing when it is gone. */
  #request(subtype: string, fields: JsonObject = {}): Promise<Reply> {
    if (this.#isOver) return Promise.resolve(GONE);
    const id = `countersign-${++this.#lastId}`;
    return new Promise((resolve) => {
      this.#sent.set(id, resolve);
      try {
        this.#send({ type: 'control_request', request_id: id, request: { subtype, ...fields } });
      } catch {
        // Its input is closed, so it is ending; what waits is settled then.
      }
    });
  }

  #receive(line: string): void {
    if (this.#broken) return;
    const frame = parseFrame(line);
    if (frame.ok) this.#handle(frame.value);
    else this.#fail(frame.error);
  }

  #handle(frame: Frame): void {
    switch (frame.kind) {
      case 'ask':
        this.#asked(frame.requestId, frame.ask);
        break;
      case 'askWithdrawn':
        this.#withdraw(frame.requestId);
        break;
      case 'otherRequest':
        this.#refuse(frame.requestId, frame.subtype);
        break;
      case 'response':
        this.#responded(frame.requestId, frame);
        break;
      case 'system':
        this.#system(frame);
        break;
      case 'retry':
        this.#retrying(frame.failure);
        break;
      case 'assistant':
        this.#assistant(frame.message);
        break;
      case 'toolResults':
        this.#emit(this.#conversation.results(frame.results));
        break;
      case 'delta':
        this.#emit(this.#conversation.delta(frame.event));
        break;
      case 'message':
        this.#messageIs(frame.uuid, frame.state);
        break;
      case 'result':
        this.#turnEnded(frame.result);
        break;
      case 'ignored':
        break;
    }
  }

  #asked(requestId: string, ask: Ask): void {
    if (this.#asks.has(requestId)) {
      this.#fail(errors.duplicateRequest(requestId));
      return;
    }
    const { callId, input, toolName } = ask;
    if (callId !== undefined) this.#emit(this.#conversation.asked(callId, toolName, input));
    if (toolName === 'EnterWorktree') this.#moved = true;
    const waiting: WaitingAsk = { ask, withdrawn: false };
    this.#asks.set(requestId, waiting);
    const { gate, log, session } = this.#options;
    const inSessionDirectory = !this.#moved && !ask.isSubAgent;
    const place = { session, inSessionDirectory, existingFile };
    try {
      const raised = gate.raise(draftOf(requestId, ask, this.#agent, place), (decision, native) =>
        this.#deliver(requestId, waiting, decision, native),
      );
      waiting.raised = raised;
      if (callId !== undefined) this.#emit(this.#conversation.waitsFor(callId, raised.request.id));
      // Asked after the person stopped the turn: nobody wants this any more.
      if (this.#turn?.interrupted) raised.withdraw();
    } catch (error) {
      this.#asks.delete(requestId);
      log(safeText(`A request could not be raised: ${String(error)}`));
      const message = 'It could not be shown to anybody. It was not run.';
      this.#send(controlResponse(requestId, { behavior: 'deny', message }));
      const text = 'A request of Claude Code could not be shown and was denied.';
      this.#emit([{ kind: 'notice', level: 'error', text }]);
    }
  }

  /** Writes the one answer that an ask gets. Throws when it cannot reach Claude Code any more. */
  #deliver(requestId: string, waiting: WaitingAsk, decision: Decision, native: NativeAnswer): void {
    this.#asks.delete(requestId);
    if (waiting.withdrawn || decision.by.kind === 'agentGone') return;
    if (this.#broken) throw this.#broken;
    if (this.#isOver || this.#stopping !== undefined) throw errors.sessionOver();
    const { ask } = waiting;
    this.#send(answerFrame(requestId, ask, decision, native));
    if (decision.outcome === 'allow' && ask.callId !== undefined)
      this.#emit(this.#conversation.allowed(ask.callId));
  }

  #withdraw(requestId: string): void {
    const waiting = this.#asks.get(requestId);
    if (!waiting) return;
    waiting.withdrawn = true;
    this.#asks.delete(requestId);
    waiting.raised?.withdraw();
  }

  /** What waits is closed; Claude Code gets a deny for each, in case it still expects one. */
  #withdrawAll(): void {
    for (const { raised } of [...this.#asks.values()]) raised?.withdraw();
  }

  #refuse(requestId: string, subtype: string): void {
    this.#options.log(safeText(`Refused the unknown request ${subtype}`));
    this.#send({
      type: 'control_response',
      response: {
        subtype: 'error',
        request_id: requestId,
        error: `Countersign does not support ${subtype}`,
      },
    });
  }

  #responded(requestId: string, reply: Reply): void {
    const settle = this.#sent.get(requestId);
    this.#sent.delete(requestId);
    if (settle) settle(reply);
    else this.#options.log('Claude Code answered a request that was not sent');
  }

  #system({ mode, sessionId, version }: Extract<Frame, { kind: 'system' }>): void {
    if (version !== undefined) this.#agent = { ...this.#agent, version: safeText(version) };
    if (sessionId !== undefined) this.#sessionId = sessionId;
    if (mode !== undefined) this.#modeIs(mode);
  }

  #modeIs(mode: string): void {
    // Whatever its settings or a hook did: from here on it would not ask.
    if (GATED_MODES.includes(mode)) this.controls.modeIs(mode);
    else this.#fail(errors.notGated(`its permission mode is ${mode}`));
  }

  /** Said once in a turn: Claude Code tries ten times, and that can take minutes. */
  #retrying(failure: string): void {
    if (!this.#turn || this.#turn.toldRetry) return;
    this.#turn.toldRetry = true;
    this.#emit([{ kind: 'notice', level: 'info', text: retryWords(failure) }]);
  }

  #assistant(message: AssistantMessage): void {
    if (message.error !== undefined && this.#turn && this.#turn.state !== 'queued')
      this.#turn.failure = message.error;
    // From here on its commands run in the worktree.
    if (message.blocks.some((block) => block['name'] === 'EnterWorktree')) this.#moved = true;
    this.#emit(this.#conversation.assistant(message));
  }

  #messageIs(uuid: string, state: string): void {
    this.#tellsMessages = true;
    const turn = this.#turn;
    if (turn?.uuid !== uuid) return;
    turn.state = state === 'queued' ? 'queued' : 'begun';
    // The person stopped it while it waited; an interrupt ends only what is under way.
    if (state === 'started' && turn.interrupted) void this.#request('interrupt');
  }

  #turnEnded(result: TurnResult): void {
    const turn = this.#turn;
    this.#conversation.endTurn();
    if (!turn || !isEndOf(turn, result, this.#tellsMessages)) return;
    this.#turn = undefined;
    const problem = signInProblem(result, turn.failure);
    if (problem === undefined) turn.resolve(endOfTurn(result, turn.interrupted));
    else turn.reject(errors.notSignedIn(problem));
  }

  /** Claude Code broke the protocol: nothing it says counts any more, and nothing it asked can be allowed. */
  #fail(error: UserError): void {
    this.#broken = error;
    this.#lines.fail(error);
    this.#withdrawAll();
  }

  #over(exit: AgentExit): void {
    this.#isOver = true;
    this.#turn?.reject(exit.error ?? errors.stopped(exit, this.#lines.stderrTail()));
    this.#turn = undefined;
    for (const settle of this.#sent.values()) settle(GONE);
    this.#sent.clear();
    this.#conversation.endTurn();
  }

  #send(frame: JsonObject): void {
    this.#lines.write(JSON.stringify(frame));
  }

  #emit(events: readonly AgentEvent[]): void {
    for (const event of events) this.#events.fire(event);
  }
}
