import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { IdSource } from '../base/ulid.ts';
import { argsHash } from './action.ts';
import {
  type DecidedBy,
  type Decision,
  type NativeAnswer,
  nativeAnswer,
  outcomeOf,
  type ProposedAnswer,
} from './decision.ts';
import { buildDisplay } from './display.ts';
import type { JournalEntry, JournalPort, SettledEntry } from './journalPort.ts';
import type { PermissionRequest, RequestDraft } from './request.ts';
import { canHaveRule, type Rule, type RuleBook } from './rules.ts';
import { safeText } from './spans.ts';

/** How a request ended, and whether the agent heard of it. */
export interface Settled {
  readonly request: PermissionRequest;
  readonly decision: Decision;
  /** `notNeeded` when there is nobody to tell: the agent took the request back or is gone. */
  readonly delivery: 'delivered' | 'failed' | 'notNeeded';
  /** The person chose an option that reaches further than this call; the agent got "once". */
  readonly narrowed: boolean;
}

/** Writes the agent's native frame. Called exactly once for each request; throws when the agent cannot be reached. */
export type Deliver = (decision: Decision, native: NativeAnswer) => void;

/** Held by the adapter that raised the request. */
export interface RaisedRequest {
  readonly request: PermissionRequest;
  /** The agent took the request back, or it was answered inside the agent. */
  withdraw(): void;
}

/** Where adapters raise requests. */
export interface PermissionGate {
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
}

interface Pending {
  readonly request: PermissionRequest;
  readonly deliver: Deliver;
  /** Whether surfaces were told; a request that a rule answers never is. */
  shown: boolean;
  /** Set while a decision is on its way to disk; settles when it is known whether the decision stands. */
  claim?: Promise<boolean>;
  /** The agent withdrew or died while the decision was on its way to disk. */
  goneBy?: DecidedBy;
}

/** How many settled requests are remembered, so that a late answer can be told who was first. */
const REMEMBERED = 500;

/**
 * Settles every request exactly once, by compare-and-set on (id, argsHash). Allowing needs a person or a rule, a record
 * on disk and an agent that still waits; everything else ends as "not allowed".
 */
export class Broker implements PermissionGate, Disposable {
  readonly #options: BrokerOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #settled = new Map<string, Settled>();
  readonly #raised = new Emitter<PermissionRequest>();
  readonly #didSettle = new Emitter<Settled>();
  readonly #journalFailed = new Emitter<unknown>();
  #closed = false;

  readonly onDidRaise = this.#raised.event;
  readonly onDidSettle = this.#didSettle.event;
  /** The audit record cannot be written; nothing is allowed by a rule until it can. */
  readonly onDidFailJournal = this.#journalFailed.event;

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  /** Waiting requests, oldest first. */
  get pending(): readonly PermissionRequest[] {
    return [...this.#pending.values()].filter(({ shown }) => shown).map(({ request }) => request);
  }

  find(requestId: string): PermissionRequest | undefined {
    return (this.#pending.get(requestId) ?? this.#settled.get(requestId))?.request;
  }

  settledAs(requestId: string): Settled | undefined {
    return this.#settled.get(requestId);
  }

  raise(draft: RequestDraft, deliver: Deliver): RaisedRequest {
    const request = this.#build(draft);
    const entry: Pending = { request, deliver, shown: false };
    this.#pending.set(request.id, entry);
    this.#record({
      type: 'raised',
      ...auditFields(request),
      raisedAt: request.raisedAt,
      target: request.display.oneLine,
    });
    if (this.#closed) this.#close(entry, { kind: 'shutdown' });
    else if (!this.#answerByRule(entry)) this.#show(entry);
    return { request, withdraw: () => this.#close(entry, { kind: 'agentWithdrew' }) };
  }

  /** Proposes a person's answer. The first one that is valid wins; the others are told who won. */
  async answer(proposed: ProposedAnswer): Promise<Result<Settled, AnswerError>> {
    for (;;) {
      const entry = this.#pending.get(proposed.requestId);
      if (!entry) {
        const settled = this.#settled.get(proposed.requestId);
        return err(settled ? { kind: 'alreadySettled', settled } : { kind: 'unknownRequest' });
      }
      if (entry.claim !== undefined) {
        // Somebody was faster. If that decision does not reach the disk, the request is open again for this one.
        await entry.claim;
        continue;
      }
      const refused = this.#refuse(entry.request, proposed);
      if (refused) return err(refused);
      return this.#settleByPerson(entry, proposed);
    }
  }

  /** The agent process or its connection ended: nothing that it asked will run. */
  agentGone(sessionKey: string, reason: string): void {
    for (const entry of [...this.#pending.values()]) {
      if (entry.request.session.key === sessionKey)
        this.#close(entry, { kind: 'agentGone', reason: safeText(reason) });
    }
  }

  /** Denies everything that waits, and everything raised from now on. */
  dispose(): void {
    this.#closed = true;
    for (const entry of [...this.#pending.values()]) this.#close(entry, { kind: 'shutdown' });
  }

  #build(draft: RequestDraft): PermissionRequest {
    const { why: _, ...rest } = draft;
    return {
      ...rest,
      id: this.#options.newId(),
      argsHash: argsHash(draft.action),
      display: buildDisplay(draft),
      raisedAt: this.#options.clock.now(),
    };
  }

  #refuse(request: PermissionRequest, proposed: ProposedAnswer): AnswerError | undefined {
    if (proposed.argsHash !== request.argsHash) return { kind: 'changed' };
    const { optionId, outcome } = proposed;
    if (optionId !== undefined) {
      const option = request.options.find(({ id }) => id === optionId);
      if (!option || outcomeOf(option.kind) !== outcome) return { kind: 'unknownOption', optionId };
    }
    if (!nativeAnswer(request.options, outcome, optionId)) return { kind: 'onlyWiderAllow' };
    if (outcome === 'deny') return undefined;
    const unanswered = request.questions?.some(
      ({ id }) => !proposed.answers || !Object.hasOwn(proposed.answers, id),
    );
    if (unanswered) return { kind: 'answersMissing' };
    if (proposed.rule && !canHaveRule(request)) return { kind: 'ruleRefused' };
    return undefined;
  }

  async #settleByPerson(
    entry: Pending,
    proposed: ProposedAnswer,
  ): Promise<Result<Settled, AnswerError>> {
    const { request } = entry;
    const at = this.#options.clock.now();
    const { rule: choice, ...answer } = proposed;
    const rule =
      choice &&
      this.#options.rules.draft(request, {
        effect: proposed.outcome,
        scope: choice.scope,
        createdAt: at,
        createdBy: proposed.by,
      });
    const decision: Decision = {
      ...answer,
      ...(choice && rule && { rule: { ...choice, id: rule.id } }),
      at,
    };
    const failure = await this.#claim(entry, decision, rule);
    if (failure) return err(failure);
    const settled = this.#settled.get(request.id);
    if (!settled) throw new Error('A claimed request is settled');
    return settled.decision === decision ? ok(settled) : err({ kind: 'alreadySettled', settled });
  }

  #answerByRule(entry: Pending): boolean {
    const { request } = entry;
    const rule = this.#options.rules.match(request);
    if (!rule || !nativeAnswer(request.options, rule.effect)) return false;
    const decision: Decision = {
      requestId: request.id,
      argsHash: request.argsHash,
      outcome: rule.effect,
      by: { kind: 'rule', id: rule.id, scope: rule.scope },
      at: this.#options.clock.now(),
    };
    void this.#claim(entry, decision).then((failure) => {
      if (failure) this.#show(entry);
    });
    return true;
  }

  #show(entry: Pending): void {
    entry.shown = true;
    this.#raised.fire(entry.request);
  }

  /** Takes the request for one decision and puts it on record; only then is the agent told. */
  async #claim(entry: Pending, decision: Decision, rule?: Rule): Promise<AnswerError | undefined> {
    const recorded = this.#options.journal.append(settledEntry(entry.request, decision));
    let failure: unknown;
    entry.claim = recorded.then(
      () => true,
      (error: unknown) => {
        failure = error ?? new Error('unknown');
        return false;
      },
    );
    const onRecord = await entry.claim;
    delete entry.claim;
    if (entry.goneBy) {
      this.#end(entry, entry.goneBy);
    } else if (onRecord || decision.outcome === 'deny') {
      // A deny needs no record to be safe; an allow does.
      if (rule && onRecord) this.#options.rules.add(rule);
      this.#finish(entry, decision);
    }
    if (!onRecord) this.#journalFailed.fire(failure);
    return onRecord || !this.#pending.has(entry.request.id)
      ? undefined
      : { kind: 'journalFailed', cause: failure };
  }

  /** Ends a request without an answer. If a decision is on its way to disk, it is not sent. */
  #close(entry: Pending, by: DecidedBy): void {
    if (!this.#pending.has(entry.request.id)) return;
    if (entry.claim !== undefined) {
      entry.goneBy ??= by;
      return;
    }
    this.#end(entry, by);
  }

  #end(entry: Pending, by: DecidedBy): void {
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

  /** For what is safe without a record. */
  #record(entry: JournalEntry): void {
    this.#options.journal.append(entry).catch((error: unknown) => this.#journalFailed.fire(error));
  }

  #finish(entry: Pending, decision: Decision): void {
    const { request } = entry;
    this.#pending.delete(request.id);
    const native = nativeAnswer(request.options, decision.outcome, decision.optionId) ?? {
      kind: 'cancel',
    };
    let delivery: Settled['delivery'] = isGone(decision.by) ? 'notNeeded' : 'delivered';
    try {
      entry.deliver(decision, native);
    } catch {
      delivery = delivery === 'notNeeded' ? delivery : 'failed';
    }
    const narrowed = native.kind === 'option' && native.narrowed;
    const settled: Settled = { request, decision, delivery, narrowed };
    this.#remember(settled);
    this.#didSettle.fire(settled);
  }

  #remember(settled: Settled): void {
    this.#settled.set(settled.request.id, settled);
    if (this.#settled.size <= REMEMBERED) return;
    const oldest = this.#settled.keys().next();
    if (!oldest.done) this.#settled.delete(oldest.value);
  }
}

function isGone(by: DecidedBy): boolean {
  return by.kind === 'agentWithdrew' || by.kind === 'agentGone';
}

function auditFields(request: PermissionRequest) {
  return {
    requestId: request.id,
    agentId: request.agent.id,
    sessionKey: request.session.key,
    tool: request.action.tool,
    toolName: safeText(request.native.toolName),
    argsHash: request.argsHash,
  };
}

function settledEntry(request: PermissionRequest, decision: Decision): SettledEntry {
  return {
    type: 'settled',
    ...auditFields(request),
    decision: decision.outcome,
    decidedBy: decision.by,
    decidedAt: decision.at,
    channel: decision.by.kind === 'person' ? decision.by.surface : decision.by.kind,
    decisionLatencyMs: decision.at - request.raisedAt,
    ...(decision.feedback !== undefined && { feedback: safeText(decision.feedback) }),
  };
}
