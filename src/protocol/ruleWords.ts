import type { Rule } from '../permission/rule.ts';
import { patternLabel } from '../permission/ruleLabel.ts';
import type { RuleProblem } from '../permission/ruleStore.ts';
import { safeText } from '../permission/spans.ts';

/** What a person is told when a rule that came with an answer could not be kept. */
export function notKeptWords(rule: Rule, cause: unknown): string {
  const reason = safeText(cause instanceof Error ? cause.message : String(cause));
  return `The rule “${patternLabel(rule.match)}” could not be kept (${reason}). Your answer counted once; the next such call asks again.`;
}

/** What a person is told of a record that is no rule. */
export function setAsideWords({ where, reason }: RuleProblem): string {
  return `${where} was set aside and answers nothing: ${reason} Mend or remove it.`;
}
