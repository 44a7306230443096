import { Emitter } from '../../base/event.ts';
import type { JsonObject } from '../../base/json.ts';
import type { RaisedRequest } from '../../permission/broker.ts';
import type { Decision, NativeAnswer } from '../../permission/decision.ts';
import type { AgentInfo } from '../../permission/request.ts';
import { safeText } from '../../permission/spans.ts';
import type { UserError } from '../../protocol/userError.ts';
import type { AgentConnection, AgentEvent, AgentExit, StartOptions, TurnEnd } from '../agent.ts';
import * as errors from '../connectionErrors.ts';
import { goodbye } from '../goodbye.ts';
import { PartCalls, type ToolPart } from '../openCodeParts.ts';
import type { AgentProcess } from '../process.ts';
import { AGENT, type Ask, type Frame, parseFrame } from './frames.ts';
import { answerFrame, draftOf, responseFrame } from './requests.ts';
import { SilenceWatch } from './silence.ts';

/** Lines to and from `agent`; the in-memory ends of a test are the same. */
export type AgentLines = Pick<
  AgentProcess,
  'onLine' | 'write' | 'fail' | 'endInput' | 'stop' | 'exited' | 'stderrTail'
>;

export type ConnectionOptions = Pick<StartOptions, 'session' | 'gate' | 'log' | 'resume'> & {
  readonly version: string;
  /** After so long without a frame it is said that a sub-agent may wait for ever; a minute unless set. Milliseconds. */
  readonly silenceMs?: number;
};

interface WaitingAsk {
  readonly ask: Ask;
  raised?: RaisedRequest;
  /** Its call has ended, so no answer is expected any more. */
  over: boolean;
}

interface Turn {
  readonly resolve: (end: TurnEnd) => void;
  readonly reject: (error: UserError) => void;
  interrupted: boolean;
  /** It has read the message: an idle that comes before belongs to the turn before. */
  heard: boolean;
  /** The model did something. */
  moved: boolean;
  error?: string;
}

const SILENCE_MS = 60_000;

/** One conversation in the stream-json of `agent`, see test/wire/linkAssistant for recorded ones. */
export class LinkAssistantConnection implements AgentConnection {
  readonly asksFor =
    'what its own settings do not allow, but not for reading, `cd`, assignments and a bare `> file`; requests of a sub-agent never arrive';
  readonly agent: AgentInfo;
  readonly #lines: AgentLines;
  readonly #options: ConnectionOptions;
  readonly #events = new Emitter<AgentEvent>();
  readonly #calls = new PartCalls(AGENT.name);
  readonly #silence: SilenceWatch;
  /** Requests that wait for an answer, by its id. */
  readonly #asks = new Map<string, WaitingAsk>();
  #listening: (() => void) | undefined;
  #turn: Turn | undefined;
  #nativeSessionId: string | undefined;
  /** It works in the session that it was to resume; without one there is nothing to take up. */
  #isTakenUp: boolean;
  #lastError: string | undefined;
  #broken: UserError | undefined;
  #isOver = false;
  #stopping: Promise<void> | undefined;

  readonly onDidEmit = this.#events.event;
  readonly exited: Promise<AgentExit>;

  /** Waits until it listens. Rejects with a {@link UserError}; then it is stopped. */
  static async open(
    lines: AgentLines,
    options: ConnectionOptions,
  ): Promise<LinkAssistantConnection> {
    const connection = new LinkAssistantConnection(lines, options);
    try {
      await connection.#handshake();
      return connection;
    } catch (error) {
      await lines.stop();
      throw error;
    }
  }

  private constructor(lines: AgentLines, options: ConnectionOptions) {
    this.#lines = lines;
    this.#options = options;
    this.agent = { ...AGENT, version: safeText(options.version) };
    this.#nativeSessionId = options.resume;
    this.#isTakenUp = options.resume === undefined;
    this.#silence = new SilenceWatch(options.silenceMs ?? SILENCE_MS, (text) =>
      this.#emit([{ kind: 'notice', level: 'info', text }]),
    );
    const subscription = lines.onLine((line) => this.#receive(line));
    this.exited = lines.exited.then((ended) => {
      subscription.dispose();
      const exit = this.#withReason(ended);
      this.#over(exit);
      return exit;
    });
  }

  get nativeSessionId(): string | undefined {
    return this.#nativeSessionId;
  }

  prompt(text: string): Promise<TurnEnd> {
    return new Promise((resolve, reject) => {
      if (this.#broken) throw this.#broken;
      if (this.#isOver || this.#stopping !== undefined) throw errors.sessionOver(AGENT.name);
      if (this.#turn) throw errors.stillWorking(AGENT.name);
      this.#send({
        type: 'user',
        message: { role: 'user', content: [{ type: 'text', text }] },
      });
      this.#turn = { resolve, reject, interrupted: false, heard: false, moved: false };
    });
  }

  async interrupt(): Promise<void> {
    const turn = this.#turn;
    if (!turn || turn.interrupted || this.#broken || this.#isOver) return;
    turn.interrupted = true;
    this.#send({ type: 'interrupt' });
    // It takes nothing back by itself, and would still run what is allowed now (measured, interrupt.ndjson). After the
    // interrupt, so that the rejections do not let the turn go on.
    this.#withdrawAll();
  }

  endInput(): void {
    this.#lines.endInput();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    // With a request open, the end of its input neither denies nor ends it.
    await goodbye(this.#lines, !this.#turn && !this.#broken && !this.#isOver);
    await this.exited;
  }

  async #handshake(): Promise<void> {
    const listening = new Promise<'listening'>((resolve) => {
      this.#listening = () => resolve('listening');
    });
    const first = await Promise.race([listening, this.exited]);
    if (this.#broken) throw this.#broken;
    if (first !== 'listening')
      throw first.error ?? errors.stopped(AGENT.name, first, this.#lines.stderrTail());
  }

  #receive(line: string): void {
    if (this.#broken) return;
    const frame = parseFrame(line);
    if (frame.ok) this.#handle(frame.value);
    else this.#fail(frame.error);
  }

  #handle(frame: Frame): void {
    this.#silence.heard();
    switch (frame.kind) {
      case 'ask':
        this.#asked(frame.ask);
        break;
      case 'listening':
        this.#listens(frame.inputFormat);
        break;
      case 'resumed':
        this.#isTakenUp = true;
        break;
      case 'heard':
        if (this.#turn && frame.what === 'message') this.#turn.heard = true;
        break;
      case 'tool':
        this.#tool(frame.call);
        break;
      case 'text': {
        const { messageId, text } = frame;
        if (this.#turn) this.#turn.moved = true;
        this.#emit([{ kind: 'text', text, messageId }]);
        break;
      }
      case 'step':
        if (this.#turn) this.#turn.moved = true;
        break;
      case 'idle':
        this.#nativeSessionId = frame.sessionId ?? this.#nativeSessionId;
        this.#isTakenUp = true;
        this.#idle();
        break;
      case 'error':
        this.#lastError = frame.message;
        if (this.#turn) this.#turn.error = frame.message;
        break;
      case 'ignored':
        break;
    }
  }

  #listens(inputFormat: string): void {
    if (inputFormat === 'stream-json') this.#listening?.();
    else
      this.#fail(
        errors.notGated(
          AGENT.name,
          `it takes ${inputFormat || 'an unknown format'} as its input`,
          'Update it, then start again.',
        ),
      );
  }

  #asked(ask: Ask): void {
    const { callId, permissionId } = ask;
    if (this.#asks.has(permissionId)) {
      this.#fail(errors.duplicateRequest(AGENT.name, permissionId));
      return;
    }
    if (callId !== undefined)
      this.#emit(this.#calls.asked(callId, ask.tool, ask.title ?? ask.tool));
    const waiting: WaitingAsk = { ask, over: false };
    this.#asks.set(permissionId, waiting);
    const { gate, log, session } = this.#options;
    try {
      const raised = gate.raise(draftOf(ask, this.agent, session), (decision, native) =>
        this.#deliver(waiting, decision, native),
      );
      waiting.raised = raised;
      if (callId !== undefined && this.#asks.has(permissionId))
        this.#emit(this.#calls.waitsFor(callId, raised.request.id));
      // Asked after the person stopped the turn: nobody wants this any more.
      if (this.#turn?.interrupted) raised.withdraw();
    } catch (error) {
      this.#asks.delete(permissionId);
      log(safeText(`A request could not be raised: ${String(error)}`));
      this.#send(responseFrame(permissionId, 'reject'));
      const text = `A request of ${AGENT.name} could not be shown and was denied.`;
      this.#emit([{ kind: 'notice', level: 'error', text }]);
    }
  }

  /** Writes the one answer that an ask gets. Throws when it cannot be reached any more. */
  #deliver({ ask, over }: WaitingAsk, decision: Decision, native: NativeAnswer): void {
    this.#asks.delete(ask.permissionId);
    if (ask.callId !== undefined) this.#emit(this.#calls.settled(ask.callId, decision.outcome));
    if (over || decision.by.kind === 'agentGone') return;
    if (this.#broken) throw this.#broken;
    if (this.#isOver || this.#stopping !== undefined) throw errors.sessionOver(AGENT.name);
    this.#send(answerFrame(ask, decision, native));
  }

  #tool(part: ToolPart): void {
    if (this.#turn) this.#turn.moved = true;
    const isOver = part.status === 'completed' || part.status === 'error';
    if (isOver) this.#callEnded(part.callId);
    if (part.tool === 'task') this.#silence.watch(part.callId, !isOver);
    this.#emit(this.#calls.update(part));
  }

  /** A call that is over waits for nothing: it was answered beside us, or its turn was given up. */
  #callEnded(callId: string): void {
    for (const waiting of [...this.#asks.values()]) {
      if (waiting.ask.callId !== callId) continue;
      waiting.over = true;
      waiting.raised?.withdraw();
    }
  }

  #idle(): void {
    const turn = this.#turn;
    if (!turn || !(turn.heard || turn.interrupted)) return;
    this.#turn = undefined;
    this.#silence.stop();
    // The turn is over, so nothing that it asked is expected any more.
    this.#withdrawAll();
    this.#calls.clear();
    if (turn.interrupted) turn.resolve({ reason: 'interrupted' });
    else if (turn.error !== undefined) turn.resolve({ reason: 'error', message: turn.error });
    else if (turn.moved) turn.resolve({ reason: 'done' });
    else turn.resolve({ reason: 'error', message: lastLine(this.#lines.stderrTail()) });
  }

  /** What waits is closed; it gets a rejection for each, in case it still expects one. */
  #withdrawAll(): void {
    for (const { raised } of [...this.#asks.values()]) raised?.withdraw();
  }

  /** It broke the protocol: nothing it says counts any more, and nothing it asked can be allowed. */
  #fail(error: UserError): void {
    this.#broken = error;
    this.#lines.fail(error);
    this.#withdrawAll();
  }

  /** It ends when it does not know the session that it was to resume: said after it listens, and before it works. */
  #withReason(exit: AgentExit): AgentExit {
    if (this.#isTakenUp || exit.error || exit.code === 0 || this.#stopping !== undefined)
      return exit;
    const why = this.#lastError ?? lastLine(this.#lines.stderrTail());
    return { ...exit, error: errors.notResumed(AGENT.name, `${why}.`) };
  }

  #over(exit: AgentExit): void {
    this.#isOver = true;
    this.#silence.stop();
    this.#turn?.reject(exit.error ?? errors.stopped(AGENT.name, exit, this.#lines.stderrTail()));
    this.#turn = undefined;
    this.#calls.clear();
  }

  #send(frame: JsonObject): void {
    this.#lines.write(JSON.stringify(frame));
  }

  #emit(events: readonly AgentEvent[]): void {
    for (const event of events) this.#events.fire(event);
  }
}

/** Its errors go to its error output, as JSON with a message. */
function lastLine(stderrTail: string): string {
  const line = stderrTail.trim().split('\n').at(-1) ?? '';
  return /"message":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? (line || 'It gave no reason.');
}
