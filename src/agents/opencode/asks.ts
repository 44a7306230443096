import { setTimeout as sleep } from 'node:timers/promises';
import { systemTimers, within } from '../../base/timers.ts';
import type { PermissionGate, RaisedRequest } from '../../permission/broker.ts';
import type { Decision, NativeAnswer } from '../../permission/decision.ts';
import type { AgentInfo, SessionRef } from '../../permission/request.ts';
import { safeText } from '../../permission/spans.ts';
import type { UserError } from '../../protocol/userError.ts';
import type { AgentEvent } from '../agent.ts';
import * as errors from '../connectionErrors.ts';
import { denialWords } from '../denialWords.ts';
import { existingFile } from '../existingFile.ts';
import type { PartCalls } from '../openCodeParts.ts';
import { type AskedCall, titleOf } from './actions.ts';
import { ApiError, type OpenCodeApi } from './api.ts';
import type { CallInputs } from './callInputs.ts';
import { unknownFate } from './errors.ts';
import { AGENT, type Ask, readAsk } from './frames.ts';
import { draftOf, type Reply } from './requests.ts';
import { tellWhenSlow } from './tellWhenSlow.ts';

export interface AsksOptions {
  readonly api: OpenCodeApi;
  readonly gate: PermissionGate;
  readonly session: SessionRef;
  readonly agent: AgentInfo;
  readonly mcpServers: readonly string[];
  readonly calls: PartCalls;
  readonly inputs: CallInputs;
  /** Between two looks for the input of a call, in milliseconds. */
  readonly lookAgainMs?: number;
  /** How long OpenCode may take to answer before somebody hears of it, in milliseconds. */
  readonly slowMs: number;
  /** Whether the person stopped the turn, so that nobody wants what is asked now. */
  isInterrupted(): boolean;
  emit(events: readonly AgentEvent[]): void;
  /** The connection is broken. */
  fail(error: UserError): void;
  log(line: string): void;
}

interface Waiting {
  readonly ask: Ask;
  /** Absent while the input of its call is looked up. */
  raised?: RaisedRequest;
  /** Settled inside OpenCode: no answer is expected any more. */
  gone: boolean;
  /** Asked after the person stopped the turn. */
  readonly unwanted: boolean;
}

interface Held {
  readonly ask: Ask;
  readonly message: string;
}

/** Ids that are settled; older ones cannot come back. */
const REMEMBERED = 1000;
/** From the request to the input of its call: OpenCode tells both at once, in either order. Milliseconds. */
const LOOK_AGAIN_MS = 75;
const LOOKS = 4;

/**
 * The requests of one server, by permission id: one call can ask twice in a row. OpenCode takes a rejection for all that
 * waits in the same conversation, so a denial is held until nothing else of it waits: each request gets its own answer,
 * and meanwhile nothing runs.
 */
export class Asks {
  readonly #options: AsksOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #settled = new Set<string>();
  /** Allowed, and not yet known to have arrived. */
  readonly #sending = new Map<string, Ask>();
  #held: Held[] = [];
  #aborted: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(options: AsksOptions) {
    this.#options = options;
  }

  /** `permission.asked`. The same one can come twice, from the events and from the list. */
  asked(ask: Ask): void {
    if (this.#isOver || this.#waiting.has(ask.id) || this.#settled.has(ask.id)) return;
    const unwanted = this.#options.isInterrupted();
    const waiting: Waiting = { ask, gone: false, unwanted };
    this.#waiting.set(ask.id, waiting);
    void this.#prepare(waiting);
  }

  /** A request that cannot be read is refused; nothing of it is shown. */
  refuse(permissionId: string | undefined): void {
    if (permissionId === undefined) {
      this.#options.fail(errors.badFrame(AGENT.name, 'a permission request without an id', ''));
      return;
    }
    if (this.#waiting.has(permissionId) || this.#settled.has(permissionId)) return;
    this.#remember(permissionId);
    this.#notice('error', `A request of ${AGENT.name} could not be read and was denied.`);
    void this.#send(permissionId, {
      reply: 'reject',
      message: 'It could not be shown to anybody.',
    });
  }

  /** `permission.replied`: by us, by a rejection of another, by its turn or by somebody inside OpenCode. */
  replied(permissionId: string, reply: string): void {
    this.#remember(permissionId);
    this.#held = this.#held.filter(({ ask }) => ask.id !== permissionId);
    const waiting = this.#waiting.get(permissionId);
    if (!waiting) return;
    waiting.gone = true;
    this.#waiting.delete(permissionId);
    if (reply === 'once' || reply === 'always')
      this.#notice('info', `Answered inside ${AGENT.name}, not here: ${titleOf(waiting.ask)}`);
    waiting.raised?.withdraw();
    this.#flush(waiting.ask.sessionId);
  }

  /** After a gap in the events: what waits is asked for, and what does not wait any more is closed. */
  async sync(): Promise<void> {
    const before = [...this.#waiting.keys()];
    const list = await this.#options.api.get('/permission');
    const asks = (Array.isArray(list) ? list : []).map((entry) => ({ entry, ask: readAsk(entry) }));
    const listed = new Set(asks.flatMap(({ ask }) => ask?.id ?? []));
    for (const id of before) if (!listed.has(id)) this.replied(id, '');
    for (const { ask, entry } of asks) {
      if (ask) this.asked(ask);
      else this.refuse(idOf(entry));
    }
  }

  /**
   * Takes back what waits in a conversation, or in all: its turn is over. OpenCode keeps such requests, so each gets a
   * rejection, once `aborted` has settled: before it, that could let the turn go on.
   */
  withdraw(sessionId?: string, aborted?: Promise<unknown>): void {
    // A sub-agent that ends meanwhile does not end the wait for the abort.
    if (aborted !== undefined) this.#aborted = aborted.catch(() => undefined);
    for (const waiting of [...this.#waiting.values()]) {
      if (sessionId !== undefined && waiting.ask.sessionId !== sessionId) continue;
      if (waiting.raised) waiting.raised.withdraw();
      else this.#drop(waiting);
    }
    const held = this.#held.filter(({ ask }) => ask.sessionId === (sessionId ?? ask.sessionId));
    this.#held = this.#held.filter((each) => !held.includes(each));
    for (const { ask } of held) this.#rejectLater(ask.id);
  }

  /** The server is gone or about to be: nothing is sent any more. */
  end(): void {
    this.#isOver = true;
    this.#held = [];
  }

  async #prepare(waiting: Waiting): Promise<void> {
    // What cannot be looked up in time is shown without it: nothing waits unseen.
    const looking = this.#callOf(waiting.ask);
    const call = await within(systemTimers, this.#options.slowMs, looking, () => undefined);
    if (this.#waiting.get(waiting.ask.id) === waiting) this.#raise(waiting, call);
  }

  async #callOf({ sessionId, tool }: Ask): Promise<AskedCall['call']> {
    if (!tool) return undefined;
    const { inputs, lookAgainMs = LOOK_AGAIN_MS } = this.#options;
    for (let look = 0; look < LOOKS; look++) {
      if (look > 0) await sleep(lookAgainMs);
      const known = inputs.get(tool) ?? (await inputs.lookUp(sessionId, tool));
      if (known) return known;
    }
    return undefined;
  }

  #raise(waiting: Waiting, call: AskedCall['call']): void {
    const { agent, calls, emit, gate, log, mcpServers, session } = this.#options;
    const { ask } = waiting;
    const callId = ask.tool?.callId;
    if (callId !== undefined) emit(calls.asked(callId, call?.tool ?? ask.permission, titleOf(ask)));
    try {
      const draft = draftOf({ ask, call, session, mcpServers, existingFile }, agent);
      const raised = gate.raise(draft, (decision, native) =>
        this.#deliver(waiting, decision, native),
      );
      waiting.raised = raised;
      if (callId !== undefined && this.#waiting.has(ask.id))
        emit(calls.waitsFor(callId, raised.request.id));
      if (waiting.unwanted || this.#options.isInterrupted()) raised.withdraw();
    } catch (error) {
      this.#waiting.delete(ask.id);
      log(safeText(`A request could not be raised: ${String(error)}`));
      this.refuse(ask.id);
    }
  }

  /** Sends the one answer that an ask gets, or keeps a denial for later. Throws when OpenCode cannot be reached. */
  #deliver(waiting: Waiting, decision: Decision, native: NativeAnswer): void {
    const { ask } = waiting;
    this.#waiting.delete(ask.id);
    this.#remember(ask.id);
    const { calls, emit } = this.#options;
    if (ask.tool) emit(calls.settled(ask.tool.callId, decision.outcome));
    if (waiting.gone || decision.by.kind === 'agentGone') return;
    if (this.#isOver) throw errors.sessionOver(AGENT.name);
    if (decision.by.kind === 'agentWithdrew') {
      this.#rejectLater(ask.id);
      return;
    }
    const chosen = native.kind === 'option' ? native.option.nativeDecision : undefined;
    if (decision.outcome === 'allow' && (chosen === 'once' || chosen === 'always'))
      void this.#allow(ask, chosen);
    else this.#held.push({ ask, message: denialWords(decision) });
    this.#flush(ask.sessionId);
  }

  async #allow(ask: Ask, reply: 'once' | 'always'): Promise<void> {
    this.#sending.set(ask.id, ask);
    const wanted = await this.#send(ask.id, { reply }, titleOf(ask));
    this.#sending.delete(ask.id);
    if (!wanted)
      this.#notice('error', `${AGENT.name} did not wait for an answer any more: ${titleOf(ask)}`);
    this.#flush(ask.sessionId);
  }

  /** Sends what is held, as soon as a rejection can take nothing else of the conversation down. */
  #flush(sessionId: string): void {
    const others = [
      ...[...this.#waiting.values()].map(({ ask }) => ask),
      ...this.#sending.values(),
    ];
    if (this.#isOver || others.some((ask) => ask.sessionId === sessionId)) return;
    const held = this.#held.filter(({ ask }) => ask.sessionId === sessionId);
    this.#held = this.#held.filter(({ ask }) => ask.sessionId !== sessionId);
    // The first one takes the others with it, and only its words reach the model.
    const message = [...new Set(held.map((each) => each.message))].join('\n');
    if (held.length > 1)
      this.#notice('info', `${AGENT.name} ends its turn when several calls at once are denied.`);
    for (const { ask } of held) void this.#send(ask.id, { reply: 'reject', message });
  }

  /** Whether OpenCode waited for it. `allowed` is what it runs then. */
  async #send(permissionId: string, reply: Reply, allowed?: string): Promise<boolean> {
    const { api, fail, slowMs } = this.#options;
    const sent = api.post(`/permission/${encodeURIComponent(permissionId)}/reply`, reply);
    try {
      await tellWhenSlow(sent, slowMs, () => this.#slow(allowed));
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      if (this.#isOver) return true;
      const isUnknown = allowed !== undefined;
      fail(isUnknown ? unknownFate(allowed, error) : errors.asUserError(AGENT.name, error));
      return true;
    }
  }

  #slow(allowed: string | undefined): void {
    if (this.#isOver) return;
    this.#notice(
      'info',
      allowed === undefined
        ? `${AGENT.name} has not confirmed a denial yet. It waits, and does not run. You can end the session.`
        : `${AGENT.name} has not confirmed yet that it was told what is allowed, so this may run or not: ${allowed}. You can end the session.`,
    );
  }

  #rejectLater(permissionId: string): void {
    const reply: Reply = { reply: 'reject' };
    void this.#aborted.then(() => (this.#isOver ? undefined : this.#send(permissionId, reply)));
  }

  /** Taken back before it was shown. */
  #drop({ ask }: Waiting): void {
    this.#waiting.delete(ask.id);
    this.#remember(ask.id);
    this.#rejectLater(ask.id);
  }

  #remember(permissionId: string): void {
    this.#settled.add(permissionId);
    if (this.#settled.size <= REMEMBERED) return;
    const [oldest] = this.#settled;
    if (oldest !== undefined) this.#settled.delete(oldest);
  }

  #notice(level: 'info' | 'error', text: string): void {
    this.#options.emit([{ kind: 'notice', level, text }]);
  }
}

function idOf(entry: unknown): string | undefined {
  const id: unknown = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : '';
  return typeof id === 'string' && id !== '' ? id : undefined;
}
