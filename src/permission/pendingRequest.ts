import type { Deliver } from './broker.ts';
import type { Decision } from './decision.ts';
import type { BuiltRequest } from './newRequest.ts';
import type { Rule, Verdict } from './rule.ts';

/** A request that the broker has not settled yet. */
export interface PendingRequest extends BuiltRequest {
  readonly deliver: Deliver;
  /** Whether surfaces were told: not while the rules are being asked, and never of a request that a rule answers. */
  shown: boolean;
  /** Why it asks, as far as it is known. */
  verdict?: Verdict | undefined;
  /** How often the rule book had gained a rule when the rules were last asked. */
  judgedAt: number;
  /** Set while a decision is on its way to disk; settles when it is known whether it got there. Never rejects. */
  claim?: Promise<unknown>;
}

/** A decision on its way to disk, and what it rests on. */
export interface Claim {
  readonly decision: Decision;
  /** To be kept with it. */
  readonly rule?: Rule;
  /** The rules that made it; they are asked again after the write. */
  readonly verdict?: Verdict;
}
