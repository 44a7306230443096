import type { RuleScope } from '../permission/decision.ts';
import type { Rule, RuleMatch, RuleSuggestion, Verdict } from '../permission/rule.ts';
import { patternLabel, ruleRef } from '../permission/ruleLabel.ts';

/** A rule as a page names it and links to it. Redacted. */
export interface RuleLink {
  readonly id: string;
  /** `pnpm test …`, or the call itself. */
  readonly label: string;
}

/** What the rules said of a request. Texts are redacted. */
export interface VerdictView {
  /** The nearest rule and what it does not cover, or which rule answered: a sentence. */
  readonly why: string;
  readonly rule?: RuleLink;
  /** The parts of a compound command, in its order. */
  readonly parts: readonly PartView[];
}

export interface PartView {
  readonly text: string;
  readonly verdict: Verdict['verdict'];
  readonly rule?: RuleLink;
}

/** What "Always allow" can offer for a request, asked for when the form opens. */
export interface RuleOfferView {
  readonly scopes: readonly RuleScope[];
  /** Patterns beside "exactly this call". */
  readonly suggestions: readonly SuggestionView[];
  /** Why no rule can be made, a sentence; then there are no scopes. */
  readonly whyNot?: string;
  /** What the rules would have answered of the latest requests on record; comes when it is counted. */
  readonly past?: PastAnswers;
}

export interface SuggestionView {
  /** To answer with. */
  readonly id: string;
  readonly kind: Exclude<RuleMatch['kind'], 'exact'>;
  /** `pnpm test …`. */
  readonly pattern: string;
}

export interface PastAnswers {
  readonly of: number;
  /** By `exact` and by the ids of the suggestions. */
  readonly answered: Readonly<Record<string, number>>;
}

export function ruleLink(rule: Rule): RuleLink {
  const { id, label } = ruleRef(rule);
  return { id, label };
}

export function verdictView({ why, rule, parts }: Verdict): VerdictView {
  return {
    why,
    ...(rule && { rule: ruleLink(rule) }),
    parts: parts.map((part) => ({
      text: part.text,
      verdict: part.verdict,
      ...(part.rule && { rule: ruleLink(part.rule) }),
    })),
  };
}

export function suggestionView({ id, match }: RuleSuggestion): SuggestionView {
  return { id, kind: match.kind, pattern: patternLabel(match) };
}
