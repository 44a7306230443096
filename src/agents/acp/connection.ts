import {
  type AnyMessage,
  type ClientConnection,
  client,
  methods,
  RequestError,
} from '@agentclientprotocol/sdk';
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
  SessionControls,
  StartOptions,
  TurnEnd,
} from '../agent.ts';
import { notGated } from '../connectionErrors.ts';
import { refuseLoose } from '../looseCommands.ts';
import { AcpControls } from './controls.ts';
import { draftOf } from './draft.ts';
import {
  agentError,
  besideWords,
  duplicateRequest,
  errorWords,
  notSignedIn,
  unaskedWords,
  unknownSession,
} from './errors.ts';
import { type Frame, idKey, type PermissionParams, parseFrame, type RequestId } from './frames.ts';
import { AUTH_REQUIRED, canLoad, initialize, openSession } from './handshake.ts';
import { type AgentLines, type MessagePipe, messagePipe } from './lines.ts';
import { SessionModes } from './modes.ts';
import { type Outcome, PermissionRequests } from './permissionRequests.ts';
import { type AgentProfile, profileOf } from './profiles.ts';
import { Replay } from './replay.ts';
import { ToolCalls } from './toolCalls.ts';
import { turnEnd } from './turnEnd.ts';
import { refuseUntold } from './untold.ts';
import { eventOf } from './updates.ts';
import { whileAlive } from './whileAlive.ts';

export interface AcpOptions {
  readonly id: string;
  readonly name: string;
  /** See `AcpLauncherOptions`. */
  readonly madeToAsk?: boolean;
  readonly start: Pick<StartOptions, 'session' | 'gate' | 'log' | 'resume'>;
}

/**
 * One conversation over the Agent Client Protocol. The SDK speaks for us (handshake, prompts, refusals); what decides over
 * a permission is read from the raw frames and answered here, because the SDK answers, drops and renames some of it.
 */
export class AcpConnection implements AgentConnection {
  readonly #lines: AgentLines;
  readonly #options: AcpOptions;
  readonly #pipe: MessagePipe;
  readonly #sdk: ClientConnection;
  readonly #events = new Emitter<AgentEvent>();
  readonly #calls = new ToolCalls((what) =>
    this.#notice('info', unaskedWords(this.#agent.name, what)),
  );
  readonly #permissions: PermissionRequests;
  /** Requests of the agent that have no answer yet. */
  readonly #asked = new Set<string>();
  /** Methods of our requests that have no answer yet. */
  readonly #sent = new Map<string, string>();
  readonly #refused = new Set<string>();
  readonly #replay = new Replay();
  #sessionId: string | undefined;
  #nativeSessionId: string | undefined;
  #turn: 'none' | 'running' | 'cancelled' = 'none';
  #broken: UserError | undefined;
  #agent: AgentInfo;
  #profile: AgentProfile = profileOf(undefined);
  #modes = new SessionModes(undefined);
  #controls: AcpControls;
  /** The agent was found to ask; from then on it must stay so. */
  #isGated = false;

  readonly onDidEmit = this.#events.event;
  readonly exited: Promise<AgentExit>;

  /** Shakes hands and opens the session. Rejects with a {@link UserError}; then the agent is stopped. */
  static async open(lines: AgentLines, options: AcpOptions): Promise<AcpConnection> {
    const connection = new AcpConnection(lines, options);
    try {
      await connection.#handshake();
      return connection;
    } catch (error) {
      await lines.stop();
      throw error;
    }
  }

  private constructor(lines: AgentLines, options: AcpOptions) {
    this.#lines = lines;
    this.#options = options;
    this.#controls = this.#controlsOf(this.#modes);
    this.#agent = { id: options.id, name: options.name, version: '' };
    this.#permissions = new PermissionRequests({
      gate: options.start.gate,
      answer: (id, outcome) => this.#answer(id, outcome),
      denied: (callId) => this.#emitCall(this.#calls.denied(callId)),
    });
    this.#pipe = messagePipe((message) => this.#send(message));
    this.#sdk = client({ name: 'countersign' })
      .onRequest('*', ({ method }) => this.#refuse(method))
      .connect(this.#pipe.stream);
    const subscription = lines.onLine((line) => this.#receive(line));
    this.exited = lines.exited.then((exit) => {
      subscription.dispose();
      this.#pipe.end();
      this.#sdk.close();
      return exit;
    });
  }

  get agent(): AgentInfo {
    return this.#agent;
  }

  get asksFor(): string {
    return this.#modes.asksFor(this.#profile.asksFor);
  }

  get nativeSessionId(): string | undefined {
    return this.#nativeSessionId;
  }

  get replay(): readonly ReplayEvent[] {
    return this.#replay.events;
  }

  get controls(): SessionControls {
    return this.#controls;
  }

  async prompt(text: string): Promise<TurnEnd> {
    refuseLoose(text, this.#controls.commands, this.#agent.name);
    const sessionId = this.#sessionId ?? '';
    this.#turn = 'running';
    try {
      const { stopReason } = await this.#ask(
        this.#sdk.agent.request(methods.agent.session.prompt, {
          sessionId,
          prompt: [{ type: 'text', text }],
        }),
      );
      // Copilot says of a turn that was stopped that it came to its end.
      return turnEnd(this.#isCancelled() ? 'cancelled' : stopReason);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (this.#isCancelled()) return { reason: 'interrupted' };
      if (error.code === AUTH_REQUIRED) throw notSignedIn(this.#agent.name, error.message, []);
      return { reason: 'error', message: errorWords(error) };
    } finally {
      this.#turn = 'none';
      this.#calls.clear();
    }
  }

  async interrupt(): Promise<void> {
    if (this.#broken || this.#sessionId === undefined) return;
    if (this.#turn === 'running') this.#turn = 'cancelled';
    // First the cancel, then the answers: an agent that hears "cancelled" for one call only goes on with its turn.
    this.#send({
      jsonrpc: '2.0',
      method: methods.agent.session.cancel,
      params: { sessionId: this.#sessionId },
    });
    this.#permissions.withdrawAll();
  }

  endInput(): void {
    this.#lines.endInput?.();
  }

  async stop(): Promise<void> {
    if (this.#turn === 'running') this.#turn = 'cancelled';
    await this.#lines.stop();
  }

  async #handshake(): Promise<void> {
    const { resume, session } = this.#options.start;
    const { name } = this.#options;
    const ask = <T>(answer: Promise<T>) => this.#ask(answer);
    const handshake = { sdk: this.#sdk, agentName: name, ask };
    const init = await initialize(handshake);
    this.#profile = profileOf(init.agentInfo?.name);
    this.#modes = new SessionModes(init.agentInfo?.name);
    this.#controls = this.#controlsOf(this.#modes);
    this.#agent = { ...this.#agent, version: safeText(init.agentInfo?.version ?? '') };
    refuseUntold(this.#profile, this.#options);
    await openSession(handshake, init, session.cwd, resume);
    if (this.#sessionId === undefined) throw agentError(name, 'it opened no session');
    if (canLoad(init)) this.#nativeSessionId = this.#sessionId;
    await this.#makeAsk(this.#sessionId);
  }

  #controlsOf(modes: SessionModes): AcpControls {
    const request = (method: string, params: JsonObject): Promise<unknown> =>
      this.#ask(this.#sdk.agent.request(method, { ...params, sessionId: this.#sessionId ?? '' }));
    return new AcpControls({ agentName: this.#options.name, modes, request });
  }

  /** Nothing is sent to an agent that would not ask, but for the mode in which it does. */
  async #makeAsk(sessionId: string): Promise<void> {
    const found = this.#modes.check(this.#options.start.resume !== undefined);
    if (found.kind === 'set') {
      const { modeId } = found;
      // Before the answer: what the agent says about its mode from now on counts.
      this.#modes.setting(modeId);
      await this.#ask(
        this.#sdk.agent.request(methods.agent.session.setMode, { sessionId, modeId }),
      ).catch((error: unknown) => {
        throw error instanceof RequestError ? this.#notGated(found.what) : error;
      });
    }
    const now = this.#modes.check();
    if (now.kind !== 'asks') throw this.#notGated(now.what);
    this.#isGated = true;
  }

  #notGated(what: string): UserError {
    const next = 'Choose a mode in which it asks, in its own settings, then start again.';
    return notGated(this.#agent.name, what, next);
  }

  /** Waits for the agent's answer, but no longer than the agent lives. */
  async #ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await whileAlive(answer, this.#lines, this.#agent.name, this.#sdk.signal);
    } catch (error) {
      throw this.#broken ?? error;
    }
  }

  #receive(line: string): void {
    if (this.#broken) return;
    const frame = parseFrame(line, this.#agent.name);
    if (!frame.ok) this.#fail(frame.error);
    else if (frame.value) this.#handle(frame.value);
  }

  #handle(frame: Frame): void {
    switch (frame.kind) {
      case 'permission':
        if (this.#isNew(frame.id)) this.#requestPermission(frame.id, frame.params);
        break;
      case 'request':
        if (this.#isNew(frame.id)) this.#pipe.push(frame.message);
        break;
      case 'update':
        if (this.#isLoading(frame.sessionId)) this.#replayed(frame.update);
        else if (frame.sessionId === this.#sessionId) this.#update(frame.update);
        break;
      case 'cancelRequest':
        this.#permissions.withdraw(frame.requestId);
        break;
      case 'response':
        this.#response(frame.id, frame.message);
        break;
      case 'ignored':
        break;
    }
  }

  #isNew(id: RequestId): boolean {
    const key = idKey(id);
    if (this.#asked.has(key)) {
      this.#fail(duplicateRequest(this.#agent.name, id));
      return false;
    }
    this.#asked.add(key);
    return true;
  }

  #response(id: RequestId, message: AnyMessage): void {
    const key = idKey(id);
    const method = this.#sent.get(key);
    if (method === undefined) {
      this.#options.start.log(`${this.#agent.name} answered a request that was not sent`);
      return;
    }
    this.#sent.delete(key);
    // Known before the next frame is looked at, which can already be about the session.
    const { load, new: create } = methods.agent.session;
    if ((method === create || method === load) && 'result' in message) {
      const result = isJsonObject(message.result) ? message.result : {};
      const { resume } = this.#options.start;
      this.#sessionId = method === load ? resume : stringAt(result, 'sessionId');
      this.#controls.opened(result);
    }
    this.#pipe.push(message);
  }

  /** Before the session is open an agent only tells what was: what it asks then is for no session of ours. */
  #isLoading(sessionId: string): boolean {
    return !this.#isGated && sessionId === this.#options.start.resume;
  }

  #replayed(update: JsonObject): void {
    this.#controls.update(update);
    this.#replay.update(update);
  }

  #requestPermission(id: RequestId, params: PermissionParams): void {
    const { sessionId, toolCall } = params;
    if (sessionId !== this.#sessionId || this.#isLoading(sessionId)) {
      this.#fail(unknownSession(this.#agent.name, sessionId));
      return;
    }
    const { session } = this.#options.start;
    const told = this.#calls.told(toolCall.toolCallId);
    const call = this.#calls.asked(toolCall);
    if (!told) this.#emitCall(call);
    const context = { agent: this.#agent, session, profile: this.#profile, told };
    const draft = draftOf(id, params, context);
    try {
      const raised = this.#permissions.raise(id, toolCall.toolCallId, draft);
      if (raised) this.#emitCall({ ...call, requestId: raised.request.id });
      // Asked after the person stopped the turn: nobody wants this any more.
      if (this.#turn === 'cancelled') raised?.withdraw();
    } catch (error) {
      this.#options.start.log(safeText(`A request could not be raised: ${String(error)}`));
      this.#notice('error', `A request of ${this.#agent.name} could not be shown and was denied.`);
    }
  }

  #answer(id: RequestId, outcome: Outcome): void {
    if (this.#broken) throw this.#broken;
    this.#send({ jsonrpc: '2.0', id, result: { outcome } });
  }

  #update(update: JsonObject): void {
    const kind = stringAt(update, 'sessionUpdate');
    if (kind === 'tool_call' || kind === 'tool_call_update') {
      const call = this.#calls.update(update);
      this.#emitCall(call);
      if (call?.status === 'completed' || call?.status === 'failed')
        this.#permissions.callEnded(call.callId);
      return;
    }
    if (this.#controls.update(update)) {
      const now = this.#modes.check();
      if (this.#isGated && now.kind !== 'asks') this.#fail(this.#notGated(now.what));
      return;
    }
    const event = eventOf(update);
    if (event) this.#events.fire(event);
  }

  /** For everything that we do not offer, `fs` and `terminal` above all. */
  #refuse(method: string): never {
    const { name } = this.#agent;
    if (!this.#refused.has(method)) {
      this.#refused.add(method);
      if (/^(?:fs|terminal)\//.test(method)) this.#notice('info', besideWords(name, method));
      else this.#options.start.log(safeText(`Refused the unknown request ${method}`));
    }
    throw RequestError.methodNotFound(method);
  }

  #send(message: AnyMessage): void {
    if ('method' in message) {
      if ('id' in message && message.id !== null) this.#sent.set(idKey(message.id), message.method);
    } else if (message.id !== null) {
      this.#asked.delete(idKey(message.id));
    }
    this.#lines.write(JSON.stringify(message));
  }

  /** The agent broke the protocol: nothing it says counts any more, and nothing it asked can be allowed. */
  #fail(error: UserError): void {
    this.#broken = error;
    this.#lines.fail(error);
    this.#permissions.withdrawAll();
  }

  #isCancelled(): boolean {
    return this.#turn === 'cancelled';
  }

  #emitCall(call: (AgentEvent & { kind: 'toolCall' })['call'] | undefined): void {
    if (call) this.#events.fire({ kind: 'toolCall', call });
  }

  #notice(level: 'info' | 'error', text: string): void {
    this.#events.fire({ kind: 'notice', level, text });
  }
}
