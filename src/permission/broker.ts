import type { Clock } from '../base/clock.ts';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { type Event, reportLater } from '../base/event.ts';
import { err, ok, type Result } from '../base/result.ts';
import { systemTimers, type Timers } from '../base/timers.ts';
import type { IdSource } from '../base/ulid.ts';
import { decisionOf, whyRefused } from './answers.ts';
import { raisedEntry, ruleEntry, settledEntry } from './audit.ts';
import { BrokerNews, type RuleNotKept } from './brokerNews.ts';
import { oneLine } from './cut.ts';
import {
  type DecidedBy,
  type Decision,
  type NativeAnswer,
  nativeAnswer,
  type ProposedAnswer,
} from './decision.ts';
import { GuardedRules } from './guardedRules.ts';
import type { JournalPort } from './journalPort.ts';
import { JudgeAgain } from './judgeAgain.ts';
import { buildRequest } from './newRequest.ts';
import type { Claim, PendingRequest } from './pendingRequest.ts';
import { Recording } from './recording.ts';
import type { PermissionRequest, RequestDraft } from './request.ts';
import type { Rule, Verdict } from './rule.ts';
import type { RuleBook } from './ruleBook.ts';
import { decisionByRules } from './ruleDecision.ts';
import { SettledMemory } from './settledMemory.ts';
import { timedOut } from './timedOut.ts';
import { asks } from './verdict.ts';

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
  /** Limit how long the disk may take, and give many requests their turns; the system's unless set. */
  readonly timers?: Timers;
  /** Hears of bugs in listeners and in the rule book; they never change what happens to a request. */
  readonly onError?: (error: unknown) => void;
}

/** The end of an agent's error output may be in it. */
const MAX_REASON = 1000;

const NO_MORE = 'The rule answers no more.';
const NOT_RECORDED = 'A rule covers it, but that could not be put on record.';

/** Before the rule book gained anything. */
const NEVER = -1;

/**
 * Settles every request exactly once, by compare-and-set on (id, argsHash). Allowing needs a person or a rule, a record
 * on disk and an agent that still waits; everything else ends as "not allowed".
 */
export class Broker implements PermissionGate, Disposable {
  readonly #options: BrokerOptions;
  readonly #rules: GuardedRules;
  readonly #pending = new Map<string, PendingRequest>();
  readonly #settled = new SettledMemory();
  readonly #news: BrokerNews;
  readonly #recording: Recording;
  readonly #store = new DisposableStore();
  readonly #again: JudgeAgain<PendingRequest>;
  /** How often the rule book gained a rule. */
  #gains = 0;
  #closed = false;

  readonly onDidRaise: Event<PermissionRequest>;
  readonly onDidSettle: Event<Settled>;
  /** The audit record cannot be written; nothing is allowed by a rule until it can. */
  readonly onDidFailJournal: Event<unknown>;
  readonly onDidNotKeepRule: Event<RuleNotKept>;

  constructor(options: BrokerOptions) {
    this.#options = options;
    const { journal, onError = reportLater, timers = systemTimers } = options;
    this.#rules = new GuardedRules(options.rules, timers, onError);
    this.#news = new BrokerNews(onError);
    const failed = (cause: unknown) => this.#news.journalFailed(cause);
    this.#recording = new Recording({ journal, timers, failed });
    this.onDidRaise = this.#news.onDidRaise;
    this.onDidSettle = this.#news.onDidSettle;
    this.onDidFailJournal = this.#news.onDidFailJournal;
    this.onDidNotKeepRule = this.#news.onDidNotKeepRule;
    this.#again = this.#store.add(
      new JudgeAgain({
        timers,
        due: () => [...this.#pending.values()].filter((entry) => this.#isDue(entry)),
        judge: (entry) => new Promise((done) => this.#judge(entry, () => done(entry.claim))),
      }),
    );
    this.#store.add(
      options.rules.onDidGain(() => {
        this.#gains++;
        this.#again.wake();
      }),
    );
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
    const entry: PendingRequest = { ...built, deliver, shown: false, judgedAt: this.#gains };
    this.#pending.set(request.id, entry);
    this.#recording.note(raisedEntry(request));
    if (this.#closed) this.#end(entry, { kind: 'shutdown' });
    else this.#judge(entry);
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
    this.#store.dispose();
    for (const entry of [...this.#pending.values()]) this.#end(entry, { kind: 'shutdown' });
  }

  #tooLate(requestId: string): AnswerError {
    const settled = this.#settled.get(requestId);
    return settled ? { kind: 'alreadySettled', settled } : { kind: 'unknownRequest' };
  }

  #settleByPerson(
    entry: PendingRequest,
    proposed: ProposedAnswer,
  ): Promise<Result<Settled, AnswerError>> {
    const { request } = entry;
    const at = this.#options.clock.now();
    return this.#claim(entry, async () => {
      const drafted = await this.#rules.draft(request, proposed, at);
      if (drafted && !drafted.ok) return err({ kind: 'ruleRefused', reason: drafted.error });
      const rule = drafted?.value;
      return ok({ decision: decisionOf(request, proposed, at, rule), ...(rule && { rule }) });
    });
  }

  /** Asks the rules, of a new request and of one that waits in the same way; calls back when they have answered. */
  #judge(entry: PendingRequest, done = () => {}): void {
    entry.judgedAt = this.#gains;
    this.#rules.judge(entry.request, (verdict) => {
      this.#judged(entry, verdict);
      done();
    });
  }

  /** Surfaces hear of the request when it is known that no rule answers it. When in doubt, ask. */
  #judged(entry: PendingRequest, verdict: Verdict | undefined): void {
    // Meanwhile it can have ended, or somebody answers it; should that answer not count, the rules are asked again.
    if (!this.#isPending(entry)) return;
    if (entry.claim !== undefined) {
      entry.judgedAt = NEVER;
      return;
    }
    const decision = verdict && decisionByRules(entry.request, verdict, this.#options.clock.now());
    if (decision) {
      void this.#claim(entry, async () => ok({ decision, verdict }));
      return;
    }
    entry.verdict = verdict;
    this.#wait(entry);
  }

  /** A rule came that the request was not judged by, and nobody is about to answer it. */
  #isDue({ shown, claim, judgedAt }: PendingRequest): boolean {
    return shown && claim === undefined && judgedAt < this.#gains;
  }

  /** Takes the request for one decision; nobody else can answer it until that has counted or failed. */
  #claim(
    entry: PendingRequest,
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
    entry: PendingRequest,
    make: () => Promise<Result<Claim, AnswerError>>,
  ): Promise<Result<Settled, AnswerError>> {
    const made = await make();
    if (!this.#isPending(entry)) return err(this.#tooLate(entry.request.id));
    if (!made.ok) return this.#reopen(entry, made.error);
    const { decision, rule, verdict } = made.value;
    const failure = await this.#recording.decision(settledEntry(entry.request, decision));
    // A deny needs no record to be safe; an allow does.
    const counts = decision.outcome === 'deny' || !failure;
    const stands = counts && (!verdict || (await this.#rules.stands(entry.request, verdict)));
    if (!this.#isPending(entry)) return err(this.#tooLate(entry.request.id));
    if (failure && !counts) {
      // The record may yet say that it was answered. It was not: the request waits, and may be missed.
      if (failure.isLate) this.#recording.note(raisedEntry(entry.request));
      if (verdict) entry.verdict = asks(NOT_RECORDED);
      return this.#reopen(entry, { kind: 'journalFailed', cause: failure.cause });
    }
    if (!stands) {
      // The record says that a rule answered. It did not: the request waits, and may yet be missed.
      this.#recording.note(raisedEntry(entry.request));
      if (verdict) entry.verdict = asks(NO_MORE);
      return this.#reopen(entry, { kind: 'ruleRefused', reason: NO_MORE });
    }
    if (verdict) {
      entry.verdict = verdict;
      this.#rules.used(verdict, decision.at);
    }
    // A rule that is not on record is not made.
    if (!rule || !failure) {
      if (rule) this.#keep(rule);
      return ok(this.#finish(entry, decision));
    }
    const { rule: _, ...withoutRule } = decision;
    if (failure.isLate) this.#notKept(rule, failure.cause);
    else this.#news.ruleNotKept({ rule, cause: failure.cause });
    return ok(this.#finish(entry, withoutRule));
  }

  /** The decision did not count: the request waits for another one. */
  #reopen(entry: PendingRequest, error: AnswerError): Result<Settled, AnswerError> {
    delete entry.claim;
    this.#wait(entry);
    return err(error);
  }

  #keep(rule: Rule): void {
    this.#rules.add(rule, (cause) => this.#notKept(rule, cause));
  }

  /** A rule that is on record, or may yet be, is not there. */
  #notKept(rule: Rule, cause: unknown): void {
    this.#news.ruleNotKept({ rule, cause });
    const { createdBy } = rule;
    this.#recording.note(ruleEntry(rule, 'notKept', createdBy, this.#options.clock.now()));
  }

  /** Ends a request without an answer. A decision that is on its way to disk is not sent. */
  #end(entry: PendingRequest, by: DecidedBy): void {
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
    this.#recording.note(settledEntry(request, decision));
  }

  #isPending(entry: PendingRequest): boolean {
    return this.#pending.get(entry.request.id) === entry;
  }

  #finish(entry: PendingRequest, decision: Decision): Settled {
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
    this.#news.settled(settled);
    return settled;
  }

  /** It waits for a person, or for the next rule; surfaces are told once. */
  #wait(entry: PendingRequest): void {
    if (!entry.shown) {
      entry.shown = true;
      this.#news.raised(entry.request);
    }
    if (this.#isDue(entry)) this.#again.wake();
  }
}
