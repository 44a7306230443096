import type { VNode } from 'preact';
import type { ShowRuleProps } from '../shared/showRule.tsx';

/** Names a rule. The build puts this file in the place of `shared/showRule.tsx`: rules are looked at in VS Code. */
export function ShowRule({ rule, text }: ShowRuleProps): VNode {
  return (
    <span>
      {text} <code>{rule.label}</code>
    </span>
  );
}
