import { oneLine } from './cut.ts';
import type { RuleRef } from './decision.ts';
import type { Rule, RuleMatch } from './rule.ts';

const MAX_LABEL = 300;

/** A rule as records and surfaces name it. */
export function ruleRef(rule: Rule): RuleRef {
  return { id: rule.id, scope: rule.scope, label: patternLabel(rule.match) };
}

/** What a rule matches, in one line: the call itself, or `pnpm test …`. Redacted and escaped. */
export function patternLabel(match: RuleMatch): string {
  switch (match.kind) {
    case 'exact':
      return oneLine(match.label, MAX_LABEL);
    case 'command':
      return oneLine(`${match.tokens.join(' ')} …`, MAX_LABEL);
    case 'path':
      return oneLine(`${match.tool} ${match.glob}`, MAX_LABEL);
    case 'url':
      return oneLine(`${match.origin}${match.pathPrefix ?? ''} …`, MAX_LABEL);
    case 'mcp': {
      const where = Object.entries(match.where).map(
        ([name, value]) => `${name} = ${JSON.stringify(value)}`,
      );
      return oneLine(`${match.server} ${match.toolName}, ${where.join(', ')}`, MAX_LABEL);
    }
  }
}
