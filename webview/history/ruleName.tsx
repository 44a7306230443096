import type { VNode } from 'preact';
import { ShowRule } from '../shared/showRule.tsx';

export interface RuleNameProps {
  readonly id: string;
  /** Empty when nothing says how it is called. */
  readonly label: string;
}

/** A rule by what it is called; leads to it in the rules view. */
export function RuleName({ id, label }: RuleNameProps): VNode {
  const name = label || `rule ${id}`;
  return <ShowRule rule={{ id, label: `Show the rule: ${name}` }} text={name} />;
}
