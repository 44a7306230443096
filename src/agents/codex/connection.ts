import { Emitter } from '../../base/event.ts';
import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { AgentInfo } from '../../permission/request.ts';
import { safeText } from '../../permission/spans.ts';
import type { UserError } from '../../protocol/userError.ts';
import type {
  AgentConnection,
  AgentEvent,
  AgentExit,
  ReplayEvent,
  StartOptions,
  TurnEnd,
} from '../agent.ts';
import { existingFile } from '../existingFile.ts';
import { goodbye } from '../goodbye.ts';
import type { AgentProcess } from '../process.ts';
import type { Ask } from './ask.ts';
import { besideTheGate } from './besideTheGate.ts';
import { Calls } from './calls.ts';
import { CodexControls } from './controls.ts';
import * as errors from './errors.ts';
import { type Frame, isRequestId, parseFrame, type RequestId } from './frames.ts';
import { type OpenThread, openThread, whyUngated } from './handshake.ts';
import { Items } from './items.ts';
import { PendingAsks } from './pendingAsks.ts';
import { readAsk, soundsLikeAsking } from './readAsk.ts';
import { replayOf } from './replay.ts';
import { failureOf } from './turnEnd.ts';
import { Turns } from './turns.ts';

/** Lines to and from `codex app-server`; the in-memory ends of a test are the same. */
export type CodexLines = Pick<
  AgentProcess,
  'onLine' | 'write' | 'fail' | 'endInput' | 'stop' | 'exited' | 'stderrTail'
>;

export type ConnectionOptions = Pick<StartOptions, 'session' | 'gate' | 'log' | 'resume'> & {
  readonly agent: Pick<AgentInfo, 'id' | 'name'>;
};

/** JSON-RPC: https://www.jsonrpc.org/specification#error_object */
const METHOD_NOT_FOUND = -32601;

/** One thread of `codex app-server`, see test/wire/codex for recorded ones. */
export class CodexConnection implements AgentConnection {
  readonly #lines: CodexLines;
  readonly #options: ConnectionOptions;
  readonly #events = new Emitter<AgentEvent>();
  readonly #items = new Items();
  readonly #asks: PendingAsks;
  readonly #turns: Turns;
  readonly #calls = new Calls((frame) => this.#send(frame));
  readonly controls = new CodexControls(this.#calls);
  /** Said once in a session: refused methods, hooks that answer. */
  readonly #told = new Set<string>();
  #thread: OpenThread | undefined;
  #broken: UserError | undefined;
  #exit: AgentExit | undefined;
  #stopping: Promise<void> | undefined;

  readonly onDidEmit = this.#events.event;
  readonly exited: Promise<AgentExit>;

  /** Shakes hands and opens a thread. Rejects with a {@link UserError}; then Codex is stopped. */
  static async open(lines: CodexLines, options: ConnectionOptions): Promise<CodexConnection> {
    const connection = new CodexConnection(lines, options);
    try {
      await connection.#open();
      return connection;
    } catch (error) {
      await lines.stop();
      throw connection.#broken ?? error;
    }
  }

  private constructor(lines: CodexLines, options: ConnectionOptions) {
    this.#lines = lines;
    this.#options = options;
    this.#turns = new Turns(this.#calls, options.log);
    this.#asks = new PendingAsks({
      gate: options.gate,
      answer: (id, result) => this.#answer(id, result),
      settled: ({ ask, threadId }, outcome) => {
        const status = outcome === 'allow' ? 'in_progress' : 'failed';
        if (ask.callId !== undefined)
          this.#emit(this.#items.answered(threadId, ask.callId, status));
      },
      unfit: () => this.#notice('error', 'The answer did not fit the question. It was declined.'),
    });
    const subscription = lines.onLine((line) => this.#receive(line));
    this.exited = lines.exited.then((exit) => {
      subscription.dispose();
      this.#over(exit);
      return exit;
    });
  }

  get agent(): AgentInfo {
    return { ...this.#options.agent, version: this.#thread?.version ?? '' };
  }

  get asksFor(): string {
    return this.#thread?.asksFor ?? '';
  }

  get nativeSessionId(): string | undefined {
    return this.#thread?.threadId;
  }

  get replay(): readonly ReplayEvent[] {
    return replayOf(this.#thread?.turns ?? []);
  }

  async prompt(text: string): Promise<TurnEnd> {
    if (this.#broken) throw this.#broken;
    if (this.#isOver() || !this.#thread) throw errors.sessionOver();
    return this.#turns.start(this.#thread.threadId, text);
  }

  async interrupt(): Promise<void> {
    if (!this.#turns.isRunning || this.#broken || this.#isOver()) return;
    const done = this.#turns.interrupt();
    // Codex gives up what it asks together with its turn; a late answer would be for nobody.
    this.#asks.closeAll();
    await done;
  }

  endInput(): void {
    this.#lines.endInput();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    await goodbye(this.#lines, !this.#turns.isRunning && !this.#broken && !this.#exit);
    await this.exited;
  }

  async #open(): Promise<void> {
    const { resume, session } = this.#options;
    const rpc = {
      call: (method: string, params: JsonObject) => this.#calls.call(method, params),
      notify: (method: string) => this.#send({ method }),
    };
    this.#thread = await openThread(rpc, session.cwd, resume);
    // It can break in the same moment.
    if (this.#broken) throw this.#broken;
    this.controls.opened(this.#thread.threadId, this.#thread.settings);
  }

  #receive(line: string): void {
    if (this.#broken) return;
    const frame = parseFrame(line);
    if (frame.ok) this.#handle(frame.value, line);
    else this.#fail(frame.error);
  }

  #handle(frame: Frame, line: string): void {
    switch (frame.kind) {
      case 'request':
        this.#asked(frame, line);
        break;
      case 'notification':
        this.#notified(frame.method, frame.params);
        break;
      case 'response':
        if (!this.#calls.answered(frame.id, frame.reply))
          this.#options.log('Codex answered a request that was not sent');
        break;
    }
  }

  #asked({ id, method, params }: Frame & { kind: 'request' }, line: string): void {
    if (this.#asks.has(id)) {
      this.#fail(errors.duplicateRequest(id));
      return;
    }
    const threadId = stringAt(params, 'threadId') ?? stringAt(params, 'conversationId') ?? '';
    const { session } = this.#options;
    const sandboxed = this.#thread?.sandboxed ?? true;
    const place = { session, sandboxed, existingFile };
    const asked = readAsk(method, params, place, this.#items.told(threadId));
    switch (asked?.kind) {
      case undefined:
        this.#refuse(id, method);
        break;
      case 'unreadable':
        this.#fail(errors.badFrame(asked.what, line));
        break;
      case 'refused':
        this.#answer(id, asked.result);
        this.#notice('info', asked.notice);
        break;
      case 'ask':
        this.#raise(id, method, threadId, asked.ask);
        break;
    }
  }

  #raise(id: RequestId, method: string, threadId: string, ask: Ask): void {
    const { session } = this.#options;
    const { answered: _, callId, options, refusal: __, result: ___, toolName, ...said } = ask;
    const native = { method, requestId: id, toolName, ...(callId !== undefined && { callId }) };
    if (callId !== undefined) this.#emit(this.#items.asked(threadId, callId, toolName));
    try {
      const raised = this.#asks.raise(
        { id, threadId, ask },
        { feedback: 'nextPrompt', ...said, agent: this.agent, session, native, options },
      );
      if (raised && callId !== undefined)
        this.#emit(this.#items.waitsFor(threadId, callId, raised.request.id));
      // Asked after the person stopped the turn: nobody wants this any more.
      if (this.#turns.isInterrupted) raised?.withdraw();
    } catch (error) {
      this.#options.log(safeText(`A request could not be raised: ${String(error)}`));
      this.#notice('error', 'A request of Codex could not be shown and was denied.');
    }
  }

  #answer(id: RequestId, result: JsonObject): void {
    if (this.#broken) throw this.#broken;
    if (this.#isOver()) throw errors.sessionOver();
    this.#send({ id, result });
  }

  /** For what we do not know. What could be an approval ends the connection: an error could be read as "go on". */
  #refuse(id: RequestId, method: string): void {
    if (soundsLikeAsking(method)) {
      this.#fail(errors.notGated(`it asks by "${method}", which Countersign does not know`));
      return;
    }
    const message = `Countersign does not support ${method}`;
    this.#send({ id, error: { code: METHOD_NOT_FOUND, message } });
    this.#noticeOnce(`Codex asked for something that Countersign does not do (${method}).`);
  }

  #notified(method: string, params: JsonObject): void {
    const threadId = stringAt(params, 'threadId') ?? '';
    const isOurs = threadId === this.#thread?.threadId;
    switch (method) {
      case 'serverRequest/resolved':
        if (isRequestId(params['requestId'])) this.#asks.resolved(params['requestId']);
        break;
      case 'item/started':
      case 'item/completed':
        this.#item(method, threadId, params['item']);
        break;
      case 'item/agentMessage/delta':
        if (isOurs)
          this.#emit(this.#items.delta(textAt(params, 'itemId'), textAt(params, 'delta')));
        break;
      case 'item/reasoning/summaryTextDelta':
      case 'item/reasoning/textDelta':
        if (isOurs) this.#emit([{ kind: 'thought', text: textAt(params, 'delta') }]);
        break;
      case 'item/fileChange/patchUpdated':
        this.#patchUpdated(threadId, textAt(params, 'itemId'), params);
        break;
      case 'thread/settings/updated':
        this.#settings(params['threadSettings'], isOurs);
        break;
      case 'turn/completed':
        if (isOurs && isJsonObject(params['turn'])) this.#turnCompleted(params['turn']);
        break;
      case 'error':
        if (isOurs && params['willRetry'] === true) this.#retrying(params['error']);
        break;
      default:
        this.#beside(method, params);
    }
  }

  #beside(method: string, params: JsonObject): void {
    const beside = besideTheGate(method, params);
    switch (beside?.kind) {
      case 'notice':
        if (beside.once) this.#noticeOnce(beside.text);
        else this.#notice('info', beside.text);
        break;
      case 'notGated':
        this.#fail(errors.notGated(beside.what));
        break;
      case 'log':
        this.#options.log(safeText(beside.text));
        break;
      case undefined:
        break;
    }
  }

  #item(method: string, threadId: string, item: unknown): void {
    if (!isJsonObject(item)) return;
    // What a sub-agent says is not said to the person.
    if (item['type'] === 'agentMessage' && threadId !== this.#thread?.threadId) return;
    const events =
      method === 'item/started'
        ? this.#items.started(threadId, item)
        : this.#items.completed(threadId, item);
    this.#emit(events);
  }

  /** A card must not show other changes than those that an answer would allow. */
  #patchUpdated(threadId: string, itemId: string, params: JsonObject): void {
    const isSame = this.#items.changed(threadId, itemId, params['changes'] ?? null);
    if (!isSame && this.#asks.isAbout(threadId, itemId)) {
      const line = JSON.stringify(params);
      this.#fail(errors.badFrame('other changes for what it has already asked about', line));
    }
  }

  #settings(told: unknown, isOurs: boolean): void {
    const settings = isJsonObject(told) ? told : {};
    const ungated = whyUngated(settings);
    if (ungated) this.#fail(ungated);
    else if (isOurs) this.controls.settings(settings);
  }

  #turnCompleted(completed: JsonObject): void {
    const end = this.#turns.completed(completed);
    if (end)
      this.#emit(this.#items.endTurn(this.#thread?.threadId ?? '', end.reason === 'interrupted'));
  }

  #retrying(error: unknown): void {
    if (!this.#turns.isFirstRetry()) return;
    const { message } = failureOf(error);
    this.#notice('info', `The model does not answer (${message}). Codex is trying again.`);
  }

  /** Codex broke the protocol: nothing it says counts any more, and nothing it asked can be allowed. */
  #fail(error: UserError): void {
    this.#broken = error;
    this.#lines.fail(error);
    this.#asks.closeAll();
  }

  #over(exit: AgentExit): void {
    this.#exit = exit;
    const error = exit.error ?? errors.stopped(exit, this.#lines.stderrTail());
    this.#calls.end(error);
    this.#turns.end(error);
  }

  #isOver(): boolean {
    return this.#exit !== undefined || this.#stopping !== undefined;
  }

  #send(frame: JsonObject): void {
    this.#lines.write(JSON.stringify(frame));
  }

  #emit(events: readonly AgentEvent[]): void {
    for (const event of events) this.#events.fire(event);
  }

  #notice(level: 'info' | 'error', text: string): void {
    this.#events.fire({ kind: 'notice', level, text });
  }

  #noticeOnce(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#notice('info', text);
  }
}

function textAt(params: JsonObject, key: string): string {
  return stringAt(params, key) ?? '';
}
