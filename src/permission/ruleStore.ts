import type { Event } from '../base/event.ts';
import type { Rule } from './rule.ts';

/** Where workspace and global rules are kept. */
export interface RuleStore {
  /** Reads everything. Rejects only when nothing can be known; what cannot be understood is set aside and named. */
  load(): Promise<KeptRules>;
  /** Resolves when the rule is kept; rejects when it is not known to be. */
  put(rule: Rule): Promise<void>;
  /** Resolves when the rule is gone for good, also after a restart. */
  delete(ruleId: string): Promise<void>;
  /**
   * Whether the rules are still kept exactly like this, and nothing else changed since it was loaded: that could be a rule
   * that denies.
   */
  confirms(rules: readonly Rule[]): Promise<boolean>;
  /** Somebody else changed what is kept: another window, or a person by hand. */
  readonly onDidChange: Event<void>;
}

export interface KeptRules {
  readonly rules: readonly Rule[];
  /** One for each record that was set aside; it allows nothing. */
  readonly problems: readonly RuleProblem[];
}

/** A record that is no rule: which one, and what is wrong with it. Safe to show. */
export interface RuleProblem {
  readonly where: string;
  readonly reason: string;
}
