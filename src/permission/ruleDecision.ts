import { type Decision, nativeAnswer } from './decision.ts';
import type { PermissionRequest } from './request.ts';
import type { Verdict } from './rule.ts';
import { rulesOf } from './ruleBook.ts';
import { canHaveRule } from './rules.ts';

/**
 * The decision that a verdict comes to, or `undefined`: ask. A verdict that names no rule, rules that say something else,
 * or that speaks of what must always ask, decides nothing.
 */
export function decisionByRules(
  request: PermissionRequest,
  verdict: Verdict,
  at: number,
): Decision | undefined {
  const { verdict: outcome, rule } = verdict;
  if (outcome === 'ask' || !rule || rule.effect !== outcome) return undefined;
  if (!canHaveRule(request) || !nativeAnswer(request.options, outcome)) return undefined;
  if (outcome === 'allow' && !isCovered(verdict)) return undefined;
  const also = rulesOf(verdict)
    .filter(({ id, effect }) => id !== rule.id && effect === outcome)
    .map(({ id }) => id);
  return {
    requestId: request.id,
    argsHash: request.argsHash,
    outcome,
    by: { kind: 'rule', id: rule.id, scope: rule.scope, ...(also.length > 0 && { also }) },
    at,
  };
}

function isCovered({ parts }: Verdict): boolean {
  return parts.every((part) => part.verdict === 'allow' && part.rule?.effect !== 'deny');
}
