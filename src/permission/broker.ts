import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter, type Event, reportLater } from '../base/event.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { IdSource } from '../base/ulid.ts';
import { decisionOf, whyRefused } from './answers.ts';
import { auditFields, settledEntry } from './audit.ts';
import { oneLine } from './cut.ts';
import {
  type DecidedBy,
  type Decision,
  type NativeAnswer,
  nativeAnswer,
  type ProposedAnswer,
} from './decision.ts';
import type { JournalEntry, JournalPort } from './journalPort.ts';
import { type BuiltRequest, buildRequest } from './newRequest.ts';
import type { PermissionRequest, RequestDraft } from './request.ts';
import type { Rule } from './rule.ts';
import { canHaveRule, type RuleBook } from './rules.ts';
import { SettledMemory } from './settledMemory.ts';

/** How a request ended, and whether the agent heard of it. */
export interface Settled {
  readonly request: PermissionRequest;
  readonly decision: Decision;
  /** `notNeeded` when there is nobody to tell: the agent took the request back or is gone. */
  readonly delivery: 'delivered' | 'failed' | 'notNeeded';
  /** The person chose an option that reaches further than this call; the agent got "once". */
  readonly narrowed: boolean;
}

/**
 * Writes the agent's native frame. Called exactly once for each request, and for one that cannot wait (the window is
 * closing) before `raise` returns; throws when the agent cannot be reached.
 */
export type Deliver = (decision: Decision, native: NativeAnswer) => void;

/** Held by the adapter that raised the request. */
export interface RaisedRequest {
  readonly request: PermissionRequest;
  /** The agent took the request back, or it was answered inside the agent. */
  withdraw(): void;
}

/** Where adapters raise requests. */
export interface PermissionGate {
  /** Throws for arguments that cannot be read (nested too deeply); then nothing is asked and the adapter refuses. */
  raise(draft: RequestDraft, deliver: Deliver): RaisedRequest;
}

export type AnswerError =
  /** Never seen, or settled so long ago that it is forgotten. */
  | { readonly kind: 'unknownRequest' }
  | { readonly kind: 'alreadySettled'; readonly settled: Settled }
  /** The surface showed something else than what is asked. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'unknownOption'; readonly optionId: string }
  /** The agent offers no way to allow this call without allowing more. */
  | { readonly kind: 'onlyWiderAllow' }
  | { readonly kind: 'ruleRefused' }
  | { readonly kind: 'answersMissing' }
  /** The decision could not be put on record, so nothing was allowed; the request is still open. */
  | { readonly kind: 'journalFailed'; readonly cause: unknown };

export interface BrokerOptions {
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly journal: JournalPort;
  readonly rules: RuleBook;
  /** Hears of bugs in listeners and in the rule book; they never change what happens to a request. */
  readonly onError?: (error: unknown) => void;
}

/** The end of an agent's error output may be in it. */
const MAX_REASON = 1000;

interface Pending extends BuiltRequest {
  readonly deliver: Deliver;
  /** Whether surfaces were told; a request that a rule answers never is. */
  shown: boolean;
  /** Set while a decision is on its way to disk; settles when it is known whether it got there. */
  claim?: Promise<unknown>;
}

/**
 * Settles every request exactly once, by compare-and-set on (id, argsHash). Allowing needs a person or a rule, a record
 * on disk and an agent that still waits; everything else ends as "not allowed".
 */
export class Broker implements PermissionGate, Disposable {
  readonly #options: BrokerOptions;
  readonly #onError: (error: unknown) => void;
  readonly #pending = new Map<string, Pending>();
  readonly #settled = new SettledMemory();
  readonly #raised: Emitter<PermissionRequest>;
  readonly #didSettle: Emitter<Settled>;
  readonly #journalFailed: Emitter<unknown>;
  readonly #news: (() => void)[] = [];
  #telling = false;
  #closed = false;

  readonly onDidRaise: Event<PermissionRequest>;
  readonly onDidSettle: Event<Settled>;
  /** The audit record cannot be written; nothing is allowed by a rule until it can. */
  readonly onDidFailJournal: Event<unknown>;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#onError = options.onError ?? reportLater;
    this.#raised = new Emitter(this.#onError);
    this.#didSettle = new Emitter(this.#onError);
    this.#journalFailed = new Emitter(this.#onError);
    this.onDidRaise = this.#raised.event;
    this.onDidSettle = this.#didSettle.event;
    this.onDidFailJournal = this.#journalFailed.event;
  }

  /** Waiting requests, oldest first. */
  get pending(): readonly PermissionRequest[] {
    return [...this.#pending.values()].filter(({ shown }) => shown).map(({ request }) => request);
  }

  /** A waiting request, or one that was settled lately (then without large arguments). */
  find(requestId: string): PermissionRequest | undefined {
    return this.#pending.get(requestId)?.request ?? this.#settled.get(requestId)?.request;
  }

  settledAs(requestId: string): Settled | undefined {
    return this.#settled.get(requestId);
  }

  raise(draft: RequestDraft, deliver: Deliver): RaisedRequest {
    const { clock, newId } = this.#options;
    const built = buildRequest(draft, newId(), clock.now());
    const { request } = built;
    const entry: Pending = { ...built, deliver, shown: false };
    this.#pending.set(request.id, entry);
    this.#record({
      type: 'raised',
      ...auditFields(request),
      raisedAt: request.raisedAt,
      target: request.display.oneLine,
    });
    if (this.#closed) this.#end(entry, { kind: 'shutdown' });
    else if (!this.#answerByRule(entry)) this.#show(entry);
    return { request, withdraw: () => this.#end(entry, { kind: 'agentWithdrew' }) };
  }

  /** Proposes a person's answer. The first one that is valid wins; the others are told who won. */
  async answer(proposed: ProposedAnswer): Promise<Result<Settled, AnswerError>> {
    for (;;) {
      const entry = this.#pending.get(proposed.requestId);
      if (!entry) return err(this.#tooLate(proposed.requestId));
      if (entry.claim === undefined) {
        const refused = whyRefused(entry.request, proposed);
        return refused ? err(refused) : this.#settleByPerson(entry, proposed);
      }
      // Somebody was faster. If that decision does not reach the disk, the request is open again for this one.
      await entry.claim;
    }
  }

  /** The agent process or its connection ended: nothing that it asked will run. */
  agentGone(sessionKey: string, reason: string): void {
    const by: DecidedBy = { kind: 'agentGone', reason: oneLine(reason, MAX_REASON) };
    for (const entry of [...this.#pending.values()]) {
      if (entry.request.session.key === sessionKey) this.#end(entry, by);
    }
  }

  /** Denies everything that waits, and everything raised from now on. */
  dispose(): void {
    this.#closed = true;
    for (const entry of [...this.#pending.values()]) this.#end(entry, { kind: 'shutdown' });
  }

  #tooLate(requestId: string): AnswerError {
    const settled = this.#settled.get(requestId);
    return settled ? { kind: 'alreadySettled', settled } : { kind: 'unknownRequest' };
  }

  #settleByPerson(
    entry: Pending,
    proposed: ProposedAnswer,
  ): Promise<Result<Settled, AnswerError>> | Result<Settled, AnswerError> {
    const { request } = entry;
    const at = this.#options.clock.now();
    const rule = this.#draftRule(request, proposed, at);
    if (proposed.rule && !rule) return err({ kind: 'ruleRefused' });
    const decision = decisionOf(request, proposed, at, rule);
    return this.#claim(entry, decision, { rule });
  }

  #draftRule(request: PermissionRequest, { rule, outcome, by }: ProposedAnswer, at: number) {
    const { scopes } = this.#options.rules;
    if (!rule || scopes?.includes(rule.scope) === false) return undefined;
    return this.#attempt(() =>
      this.#options.rules.draft(request, {
        effect: outcome,
        scope: rule.scope,
        createdAt: at,
        createdBy: by,
      }),
    );
  }

  /** Whether a rule takes the request; surfaces hear of it only when its decision does not reach the disk. */
  #answerByRule(entry: Pending): boolean {
    const { request } = entry;
    const rule = this.#matchingRule(request);
    if (!rule || !nativeAnswer(request.options, rule.effect)) return false;
    const decision: Decision = {
      requestId: request.id,
      argsHash: request.argsHash,
      outcome: rule.effect,
      by: { kind: 'rule', id: rule.id, scope: rule.scope },
      at: this.#options.clock.now(),
    };
    const stands = () => this.#matchingRule(request)?.id === rule.id;
    void this.#claim(entry, decision, { stands });
    return true;
  }

  /** When in doubt, ask: a rule book that fails, or that matches what must always ask, answers nothing. */
  #matchingRule(request: PermissionRequest): Rule | undefined {
    if (!canHaveRule(request)) return undefined;
    return this.#attempt(() => this.#options.rules.match(request));
  }

  #attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }

  /**
   * Takes the request for one decision and puts it on record; only then is the agent told. Never rejects. A request that
   * was withdrawn, lost its agent or its window meanwhile stays denied. `stands` is asked again after the write, so that
   * a rule that was revoked meanwhile does not answer.
   */
  async #claim(
    entry: Pending,
    decision: Decision,
    { rule, stands }: { rule?: Rule | undefined; stands?: () => boolean },
  ): Promise<Result<Settled, AnswerError>> {
    const recorded = this.#append(settledEntry(entry.request, decision));
    entry.claim = recorded;
    const failure = await recorded;
    delete entry.claim;
    if (failure) this.#tellJournalFailed(failure.cause);
    if (!this.#isPending(entry)) return err(this.#tooLate(entry.request.id));
    // A deny needs no record to be safe; an allow does.
    const counts = decision.outcome === 'deny' || !failure;
    if (counts && (stands?.() ?? true)) {
      if (rule && !failure) this.#attempt(() => this.#options.rules.add(rule));
      return ok(this.#finish(entry, decision));
    }
    if (!entry.shown) this.#show(entry);
    return err(failure ? { kind: 'journalFailed', ...failure } : { kind: 'ruleRefused' });
  }

  /** Ends a request without an answer. A decision that is on its way to disk is not sent. */
  #end(entry: Pending, by: DecidedBy): void {
    if (!this.#isPending(entry)) return;
    const { request } = entry;
    const decision: Decision = {
      requestId: request.id,
      argsHash: request.argsHash,
      outcome: 'deny',
      by,
      at: this.#options.clock.now(),
    };
    this.#finish(entry, decision);
    this.#record(settledEntry(request, decision));
  }

  #isPending(entry: Pending): boolean {
    return this.#pending.get(entry.request.id) === entry;
  }

  #finish(entry: Pending, decision: Decision): Settled {
    const { request, rawCharacters } = entry;
    this.#pending.delete(request.id);
    const native = nativeAnswer(request.options, decision.outcome, decision.optionId) ?? {
      kind: 'cancel',
    };
    const narrowed = native.kind === 'option' && native.narrowed;
    const isGone = decision.by.kind === 'agentWithdrew' || decision.by.kind === 'agentGone';
    const delivery = isGone ? 'notNeeded' : 'delivered';
    let settled: Settled = { request, decision, delivery, narrowed };
    // Remembered before the agent hears: whatever it does at once finds the request settled.
    this.#settled.add(settled, rawCharacters);
    try {
      entry.deliver(decision, native);
    } catch {
      if (!isGone) {
        settled = { ...settled, delivery: 'failed' };
        this.#settled.add(settled, rawCharacters);
      }
    }
    const final = settled;
    this.#tell(() => this.#didSettle.fire(final));
    return final;
  }

  #show(entry: Pending): void {
    entry.shown = true;
    this.#tell(() => this.#raised.fire(entry.request));
  }

  /**
   * One piece of news after the other: when a listener ends a request, the others hear that it was raised before they
   * hear that it is settled.
   */
  #tell(news: () => void): void {
    this.#news.push(news);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let next = this.#news.shift(); next; next = this.#news.shift()) next();
    } finally {
      this.#telling = false;
    }
  }

  #tellJournalFailed(cause: unknown): void {
    this.#tell(() => this.#journalFailed.fire(cause));
  }

  /** For what is safe without a record. */
  #record(entry: JournalEntry): void {
    void this.#append(entry).then((failure) => {
      if (failure) this.#tellJournalFailed(failure.cause);
    });
  }

  /** Never rejects and never throws; a failure is the value. */
  #append(entry: JournalEntry): Promise<JournalFailure | undefined> {
    try {
      return this.#options.journal.append(entry).then(nothing, asFailure);
    } catch (error) {
      return Promise.resolve(asFailure(error));
    }
  }
}

interface JournalFailure {
  readonly cause: unknown;
}

function nothing(): undefined {
  return undefined;
}

function asFailure(error: unknown): JournalFailure {
  return { cause: error ?? new Error('The journal failed without a reason') };
}
