import type { Event } from '../base/event.ts';
import type { Result } from '../base/result.ts';
import type { DecidedBy, RuleChoice } from './decision.ts';
import type { PermissionRequest } from './request.ts';
import type { Rule, Verdict } from './rule.ts';

/** A rule that a person wants, along with an answer. */
export interface RuleWish {
  readonly effect: Rule['effect'];
  readonly choice: RuleChoice;
  readonly createdAt: number;
  readonly createdBy: Extract<DecidedBy, { kind: 'person' }>;
}

/** The rules, as the broker asks them before it asks a person. */
export interface RuleBook {
  /** A rule was made, or somebody else changed what is kept: there may be one now that answers what waits. */
  readonly onDidGain: Event<void>;
  /** What the rules say; at once when no pattern has to be tried. A failure means: ask. */
  judge(request: PermissionRequest): Verdict | Promise<Verdict>;
  /** Whether the rules of an earlier verdict still give it: none was revoked, has expired, or is bound to a changed file. */
  stands(request: PermissionRequest, verdict: Verdict): Promise<boolean>;
  /** Makes the rule for a request; it answers nothing until it is added. The error is a sentence for the person. */
  draft(request: PermissionRequest, wish: RuleWish): Promise<Result<Rule, string>>;
  /** The rule answers from now on. Rejects when it could not be kept; then it answers nothing. */
  add(rule: Rule): Promise<void>;
  /** The rules answered a request. */
  used(verdict: Verdict, at: number): void;
}

/** All rules that a verdict rests on, each once. */
export function rulesOf({ rule, parts }: Verdict): readonly Rule[] {
  const rules = [rule, ...parts.map((part) => part.rule)].filter((each) => each !== undefined);
  return [...new Map(rules.map((each) => [each.id, each])).values()];
}
