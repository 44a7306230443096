import type { McpAction } from '../action.ts';
import { canonicalJson } from '../canonicalJson.ts';
import { oneLine } from '../cut.ts';
import type { ExactMatch, McpMatch, Verdict } from '../rule.ts';
import { allowedBy, asked, deniedBy, reachesFurther } from '../verdict.ts';
import type { JudgedCall } from './context.ts';
import type { PatternRule } from './ruleSet.ts';

/**
 * What MCP patterns say of a call. An allow holds only for the very server that it was made for: both hashes are known and
 * the same. A server that is not known gets exact rules only. A deny holds for the name.
 */
export function judgeMcp(call: McpCall, rules: readonly PatternRule<'mcp'>[]): Verdict {
  const { action } = call;
  const fitting = rules.filter(({ match }) => covers(match, action));
  const denying = fitting.find(({ effect }) => effect === 'deny');
  if (denying) return deniedBy(denying, action);
  const doubt = reachesFurther(action);
  if (doubt) return asked(action, doubt);
  const allowing = fitting.filter(({ effect }) => effect === 'allow');
  const same = allowing.find(({ match }) => isSameServer(match, call));
  if (same) return allowedBy(same, action);
  const [other] = allowing;
  return asked(
    action,
    other ? notThisServer(other.match, call) : 'No rule covers these arguments.',
  );
}

/** Why a rule that fits otherwise does not answer: a sentence, redacted. */
export function notThisServer(match: ExactMatch | McpMatch, call: JudgedCall): string {
  const name = call.action.tool === 'mcp' ? `"${oneLine(call.action.server, MAX_NAME)}" ` : '';
  if (call.mcpServerHash === undefined)
    return `A rule covers it, but it is not known what the MCP server ${name}runs, so it asks.`;
  if (match.serverHash === undefined)
    return `A rule covers it, but it was made when it was not known what the MCP server ${name}runs.`;
  return `The MCP server ${name}is not the one that the rule was made for.`;
}

type McpCall = JudgedCall & { readonly action: McpAction };

const MAX_NAME = 100;

function covers(match: McpMatch, action: McpAction): boolean {
  if (match.server !== action.server || match.toolName !== action.toolName) return false;
  const { arguments: given } = action;
  return Object.entries(match.where).every(([name, value]) => {
    const argument = Object.hasOwn(given, name) ? given[name] : undefined;
    return argument !== undefined && canonicalJson(argument) === canonicalJson(value);
  });
}

function isSameServer({ serverHash }: McpMatch, { mcpServerHash }: McpCall): boolean {
  return serverHash !== undefined && serverHash === mcpServerHash;
}
