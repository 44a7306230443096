import type { McpAction } from '../action.ts';
import { canonicalJson } from '../canonicalJson.ts';
import type { McpMatch, Rule, Verdict } from '../rule.ts';
import { allowedBy, asked, deniedBy, reachesFurther } from '../verdict.ts';
import type { PatternRule } from './ruleSet.ts';

/**
 * What MCP patterns say of a call. An allow holds only for the very server that it was made for: both hashes are known and
 * the same. Agents that do not tell the server's command line or URL get exact rules only. A deny holds for the name.
 */
export function judgeMcp(action: McpAction, rules: readonly PatternRule<'mcp'>[]): Verdict {
  const fitting = rules.filter(({ match }) => covers(match, action));
  const denying = fitting.find(({ effect }) => effect === 'deny');
  if (denying) return deniedBy(denying, action);
  const doubt = reachesFurther(action);
  if (doubt) return asked(action, doubt);
  const allowing = fitting.filter(({ effect }) => effect === 'allow');
  const same = allowing.find((rule) => isSameServer(rule, action));
  if (same) return allowedBy(same, action);
  if (allowing.length === 0) return asked(action, 'No rule covers these arguments.');
  return asked(
    action,
    action.serverHash === undefined
      ? 'A rule covers it, but the agent does not tell which server this is.'
      : 'A rule covers it, but for another server of this name.',
  );
}

function covers(match: McpMatch, action: McpAction): boolean {
  if (match.server !== action.server || match.toolName !== action.toolName) return false;
  const { arguments: given } = action;
  return Object.entries(match.where).every(([name, value]) => {
    const argument = Object.hasOwn(given, name) ? given[name] : undefined;
    return argument !== undefined && canonicalJson(argument) === canonicalJson(value);
  });
}

function isSameServer({ match }: Rule & { readonly match: McpMatch }, action: McpAction): boolean {
  return match.serverHash !== undefined && match.serverHash === action.serverHash;
}
