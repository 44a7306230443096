import type { Rule } from './rule.ts';

/** How often a rule answered, and when last, in milliseconds since the epoch. */
export interface RuleUse {
  readonly hits: number;
  readonly lastUsedAt: number;
}

/** Counts what rules answered. Kept apart from the rules, so that counting can never change one. */
export interface RuleUses {
  of(ruleId: string): RuleUse | undefined;
  count(rule: Rule, at: number): void;
}

/** Counts for as long as the process lives. */
export class MemoryRuleUses implements RuleUses {
  readonly #uses = new Map<string, RuleUse>();

  of(ruleId: string): RuleUse | undefined {
    return this.#uses.get(ruleId);
  }

  count({ id }: Rule, at: number): void {
    this.#uses.set(id, { hits: (this.#uses.get(id)?.hits ?? 0) + 1, lastUsedAt: at });
  }
}
