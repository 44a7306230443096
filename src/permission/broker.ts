import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter, type Event, reportLater } from '../base/event.ts';
import { News } from '../base/news.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { IdSource } from '../base/ulid.ts';
import { decisionOf, whyRefused } from './answers.ts';
import { raisedEntry, ruleEntry, settledEntry } from './audit.ts';
import { oneLine } from './cut.ts';
import {
  type DecidedBy,
  type Decision,
  type NativeAnswer,
  nativeAnswer,
  type ProposedAnswer,
} from './decision.ts';
import { GuardedRules } from './guardedRules.ts';
import type { JournalEntry, JournalPort } from './journalPort.ts';
import { type BuiltRequest, buildRequest } from './newRequest.ts';
import { type JournalFailure, recorded } from './recording.ts';
import type { PermissionRequest, RequestDraft } from './request.ts';
import type { Rule, Verdict } from './rule.ts';
import type { RuleBook } from './ruleBook.ts';
import { decisionByRules } from './ruleDecision.ts';
import { SettledMemory } from './settledMemory.ts';
import { timedOut } from './timedOut.ts';

/** How a request ended, and whether the agent heard of it. */
export interface Settled {
  readonly request: PermissionRequest;
  readonly decision: Decision;
  /** `notNeeded` when there is nobody to tell: the agent took the request back or is gone. */
  readonly delivery: 'delivered' | 'failed' | 'notNeeded';
  /** The person chose an option that reaches further than this call; the agent got "once". */
  readonly narrowed: boolean;
  /** What the rules said of it: which ones answered, or why it asked. */
  readonly verdict?: Verdict;
}

/** A rule that a person made along with an answer, and why it is not there. The call itself was answered. */
export interface RuleNotKept {
  readonly rule: Rule;
  readonly cause: unknown;
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

/** Why a proposed answer did not count. */
export type AnswerError =
  /** Never seen, or settled so long ago that it is forgotten. */
  | { readonly kind: 'unknownRequest' }
  | { readonly kind: 'alreadySettled'; readonly settled: Settled }
  /** The surface showed something else than what is asked. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'unknownOption'; readonly optionId: string }
  /** The agent offers no way to allow this call without allowing more. */
  | { readonly kind: 'onlyWiderAllow' }
  /** `reason` is a sentence that is safe to show. */
  | { readonly kind: 'ruleRefused'; readonly reason: string }
  | { readonly kind: 'answersMissing' }
  /** `question` is its title; `reason` is a sentence. Both are safe to show. */
  | { readonly kind: 'answerUnfit'; readonly question: string; readonly reason: string }
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
  /** Whether surfaces were told: not while the rules are being asked, and never of a request that a rule answers. */
  shown: boolean;
  verdict?: Verdict | undefined;
  /** Set while a decision is on its way to disk; settles when it is known whether it got there. Never rejects. */
  claim?: Promise<unknown>;
}

/** A decision on its way to disk, and what it rests on. */
interface Claim {
  readonly decision: Decision;
  /** To be kept with it. */
  readonly rule?: Rule;
  /** The rules that made it; they are asked again after the write. */
  readonly verdict?: Verdict;
}

/**
 * Settles every request exactly once, by compare-and-set on (id, argsHash). Allowing needs a person or a rule, a record
 * on disk and an agent that still waits; everything else ends as "not allowed".
 */
export class Broker implements PermissionGate, Disposable {
  readonly #options: BrokerOptions;
  readonly #rules: GuardedRules;
  readonly #pending = new Map<string, Pending>();
  readonly #settled = new SettledMemory();
  readonly #raised: Emitter<PermissionRequest>;
  readonly #didSettle: Emitter<Settled>;
  readonly #journalFailed: Emitter<unknown>;
  readonly #ruleNotKept: Emitter<RuleNotKept>;
  readonly #news = new News();
  #closed = false;

  readonly onDidRaise: Event<PermissionRequest>;
  readonly onDidSettle: Event<Settled>;
  /** The audit record cannot be written; nothing is allowed by a rule until it can. */
  readonly onDidFailJournal: Event<unknown>;
  readonly onDidNotKeepRule: Event<RuleNotKept>;

  constructor(options: BrokerOptions) {
    this.#options = options;
    const onError = options.onError ?? reportLater;
    this.#rules = new GuardedRules(options.rules, onError);
    this.#raised = new Emitter(onError);
    this.#didSettle = new Emitter(onError);
    this.#journalFailed = new Emitter(onError);
    this.#ruleNotKept = new Emitter(onError);
    this.onDidRaise = this.#raised.event;
    this.onDidSettle = this.#didSettle.event;
    this.onDidFailJournal = this.#journalFailed.event;
    this.onDidNotKeepRule = this.#ruleNotKept.event;
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

  /** What the rules said of a request: the nearest rule, and the part that it does not cover. */
  whyAsked(requestId: string): Verdict | undefined {
    return this.#pending.get(requestId)?.verdict ?? this.#settled.get(requestId)?.verdict;
  }

  raise(draft: RequestDraft, deliver: Deliver): RaisedRequest {
    const { clock, newId } = this.#options;
    const built = buildRequest(draft, newId(), clock.now());
    const { request } = built;
    const entry: Pending = { ...built, deliver, shown: false };
    this.#pending.set(request.id, entry);
    this.#record(raisedEntry(request));
    if (this.#closed) this.#end(entry, { kind: 'shutdown' });
    else this.#rules.judge(request, (verdict) => this.#judged(entry, verdict));
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

  /** Denies a request that nobody answered. One whose answer is on its way to disk is left alone. */
  expire(requestId: string, minutes: number): void {
    const entry = this.#pending.get(requestId);
    if (entry && entry.claim === undefined) this.#end(entry, { kind: 'ttl', minutes });
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

  #settleByPerson(entry: Pending, proposed: ProposedAnswer): Promise<Result<Settled, AnswerError>> {
    const { request } = entry;
    const at = this.#options.clock.now();
    return this.#claim(entry, async () => {
      const drafted = await this.#rules.draft(request, proposed, at);
      if (drafted && !drafted.ok) return err({ kind: 'ruleRefused', reason: drafted.error });
      const rule = drafted?.value;
      return ok({ decision: decisionOf(request, proposed, at, rule), ...(rule && { rule }) });
    });
  }

  /** Surfaces hear of the request when it is known that no rule answers it. When in doubt, ask. */
  #judged(entry: Pending, verdict: Verdict | undefined): void {
    entry.verdict = verdict;
    // Meanwhile it can have ended, or somebody answers it; when that answer does not count, it is shown.
    if (!this.#isPending(entry) || entry.claim !== undefined) return;
    const decision = verdict && decisionByRules(entry.request, verdict, this.#options.clock.now());
    if (decision) void this.#claim(entry, async () => ok({ decision, verdict }));
    else this.#show(entry);
  }

  /** Takes the request for one decision; nobody else can answer it until that has counted or failed. */
  #claim(
    entry: Pending,
    make: () => Promise<Result<Claim, AnswerError>>,
  ): Promise<Result<Settled, AnswerError>> {
    const claim = this.#settle(entry, make);
    entry.claim = claim;
    return claim;
  }

  /**
   * Puts a decision on record; only then is the agent told. Never rejects. A request that was withdrawn, lost its agent or
   * its window meanwhile stays denied. The rules are asked again after the write, so that one that was revoked meanwhile
   * does not answer.
   */
  async #settle(
    entry: Pending,
    make: () => Promise<Result<Claim, AnswerError>>,
  ): Promise<Result<Settled, AnswerError>> {
    const made = await make();
    if (!this.#isPending(entry)) return err(this.#tooLate(entry.request.id));
    if (!made.ok) return this.#reopen(entry, made.error);
    const { decision, rule, verdict } = made.value;
    const failure = await recorded(this.#options.journal, settledEntry(entry.request, decision));
    if (failure) this.#tellJournalFailed(failure);
    // A deny needs no record to be safe; an allow does.
    const counts = decision.outcome === 'deny' || !failure;
    const stands = counts && (!verdict || (await this.#rules.stands(entry.request, verdict)));
    if (!this.#isPending(entry)) return err(this.#tooLate(entry.request.id));
    if (failure && !counts) return this.#reopen(entry, { kind: 'journalFailed', ...failure });
    if (!stands) {
      // The record says that a rule answered. It did not: the request waits, and may yet be missed.
      this.#record(raisedEntry(entry.request));
      return this.#reopen(entry, { kind: 'ruleRefused', reason: 'The rule answers no more.' });
    }
    if (verdict) this.#rules.used(verdict, decision.at);
    // A rule that is not on record is not made.
    if (!rule || !failure) {
      if (rule) this.#keep(rule);
      return ok(this.#finish(entry, decision));
    }
    const { rule: _, ...withoutRule } = decision;
    this.#tell(() => this.#ruleNotKept.fire({ rule, cause: failure.cause }));
    return ok(this.#finish(entry, withoutRule));
  }

  /** The decision did not count: the request waits for another one. */
  #reopen(entry: Pending, error: AnswerError): Result<Settled, AnswerError> {
    delete entry.claim;
    if (!entry.shown) this.#show(entry);
    return err(error);
  }

  #keep(rule: Rule): void {
    this.#rules.add(rule, (cause) => {
      this.#tell(() => this.#ruleNotKept.fire({ rule, cause }));
      this.#record(ruleEntry(rule, 'notKept', rule.createdBy, this.#options.clock.now()));
    });
  }

  /** Ends a request without an answer. A decision that is on its way to disk is not sent. */
  #end(entry: Pending, by: DecidedBy): void {
    if (!this.#isPending(entry)) return;
    const { request } = entry;
    const decision: Decision = {
      requestId: request.id,
      argsHash: request.argsHash,
      outcome: 'deny',
      ...(by.kind === 'ttl' && { feedback: timedOut(by.minutes) }),
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
    const { request, rawCharacters, verdict } = entry;
    this.#pending.delete(request.id);
    const native = nativeAnswer(request.options, decision.outcome, decision.optionId) ?? {
      kind: 'cancel',
    };
    const narrowed = native.kind === 'option' && native.narrowed;
    const isGone = decision.by.kind === 'agentWithdrew' || decision.by.kind === 'agentGone';
    const delivery = isGone ? 'notNeeded' : 'delivered';
    let settled: Settled = {
      request,
      decision,
      delivery,
      narrowed,
      ...(verdict && { verdict }),
    };
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

  #tell(news: () => void): void {
    this.#news.tell(news);
  }

  #tellJournalFailed({ cause }: JournalFailure): void {
    this.#tell(() => this.#journalFailed.fire(cause));
  }

  /** For what is safe without a record. */
  #record(entry: JournalEntry): void {
    void recorded(this.#options.journal, entry).then((failure) => {
      if (failure) this.#tellJournalFailed(failure);
    });
  }
}
