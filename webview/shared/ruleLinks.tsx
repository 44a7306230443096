import type { VNode } from 'preact';
import type { RuleLink } from '../../src/protocol/ruleView.ts';
import { post } from './host.ts';

/** The rule that answered: its pattern leads to it, and it can be revoked on the spot. */
export function RuleLinks({ rule: { id, label } }: { readonly rule: RuleLink }): VNode {
  return (
    <>
      <button
        type="button"
        class="cs-link"
        title={`Show the rule: ${label}`}
        onClick={() => post({ type: 'showRule', ruleId: id })}
      >
        {label}
      </button>{' '}
      <button
        type="button"
        class="cs-link"
        aria-label={`Revoke the rule ${label}`}
        onClick={() => post({ type: 'revokeRule', ruleId: id })}
      >
        Revoke
      </button>
    </>
  );
}
