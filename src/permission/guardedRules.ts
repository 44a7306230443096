import type { Event } from '../base/event.ts';
import { err, type Result } from '../base/result.ts';
import { type Timers, within } from '../base/timers.ts';
import type { ProposedAnswer } from './decision.ts';
import type { PermissionRequest } from './request.ts';
import type { Rule, Verdict } from './rule.ts';
import type { RuleBook } from './ruleBook.ts';

/** How long a question about rules that are on disk may take, in milliseconds. */
const PATIENCE = 5000;

const NOT_MADE = 'The rule could not be made.';

/** A rule book that may throw, reject or take its time wherever it likes: then no rule answers, and no rule is made. */
export class GuardedRules {
  readonly #rules: RuleBook;
  readonly #timers: Timers;
  readonly #onError: (error: unknown) => void;

  constructor(rules: RuleBook, timers: Timers, onError: (error: unknown) => void) {
    this.#rules = rules;
    this.#timers = timers;
    this.#onError = onError;
  }

  get onDidGain(): Event<void> {
    return this.#rules.onDidGain;
  }

  /** Calls back, at once or later, and once: `undefined` is a failure. */
  judge(request: PermissionRequest, judged: (verdict: Verdict | undefined) => void): void {
    const failed = (error: unknown) => {
      this.#onError(error);
      judged(undefined);
    };
    let verdict: Verdict | Promise<Verdict>;
    try {
      verdict = this.#rules.judge(request);
    } catch (error) {
      failed(error);
      return;
    }
    if ('then' in verdict) void verdict.then(judged, failed);
    else judged(verdict);
  }

  async stands(request: PermissionRequest, verdict: Verdict): Promise<boolean> {
    try {
      const stands = this.#rules.stands(request, verdict);
      return await within(this.#timers, PATIENCE, stands, () => false);
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }

  /** The rule that the answer wants; the error is a sentence for the person. */
  async draft(
    request: PermissionRequest,
    { rule: choice, outcome, by }: ProposedAnswer,
    createdAt: number,
  ): Promise<Result<Rule, string> | undefined> {
    if (!choice) return undefined;
    try {
      const wish = { effect: outcome, choice, createdAt, createdBy: by };
      const drafted = this.#rules.draft(request, wish);
      return await within(this.#timers, PATIENCE, drafted, () => err(NOT_MADE));
    } catch (error) {
      this.#onError(error);
      return err(NOT_MADE);
    }
  }

  /** Calls back when the rule could not be kept. */
  add(rule: Rule, failed: (cause: unknown) => void): void {
    try {
      void this.#rules.add(rule).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  used(verdict: Verdict, at: number): void {
    try {
      this.#rules.used(verdict, at);
    } catch (error) {
      this.#onError(error);
    }
  }
}
