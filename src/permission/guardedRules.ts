import type { Event } from '../base/event.ts';
import { err, type Result } from '../base/result.ts';
import type { ProposedAnswer } from './decision.ts';
import type { PermissionRequest } from './request.ts';
import type { Rule, Verdict } from './rule.ts';
import type { RuleBook } from './ruleBook.ts';

/** A rule book that may throw or reject wherever it likes: then no rule answers, and no rule is made. */
export class GuardedRules {
  readonly #rules: RuleBook;
  readonly #onError: (error: unknown) => void;

  constructor(rules: RuleBook, onError: (error: unknown) => void) {
    this.#rules = rules;
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
      return await this.#rules.stands(request, verdict);
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
      return await this.#rules.draft(request, wish);
    } catch (error) {
      this.#onError(error);
      return err('The rule could not be made.');
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
