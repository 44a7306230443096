import type { VNode } from 'preact';
import type { RuleLink } from '../../src/protocol/ruleView.ts';
import { post } from './host.ts';

export interface ShowRuleProps {
  readonly rule: RuleLink;
  readonly text: string;
}

/** Leads to a rule in VS Code. */
export function ShowRule({ rule: { id, label }, text }: ShowRuleProps): VNode {
  return (
    <button
      type="button"
      class="cs-link"
      title={label}
      onClick={() => post({ type: 'showRule', ruleId: id })}
    >
      {text}
    </button>
  );
}
