import type { IdSource } from '../base/ulid.ts';
import type { DecidedBy, RuleScope } from './decision.ts';
import { isProtected } from './protectedPaths.ts';
import type { PermissionRequest } from './request.ts';

/** A standing answer that a person gave. It never names a tool alone: the match always holds arguments. */
export interface Rule {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  readonly scope: RuleScope;
  readonly match: RuleMatch;
  /** The session that a session rule belongs to. */
  readonly sessionKey?: string;
  readonly createdAt: number;
  readonly createdBy: DecidedBy;
  /** Id of the request that the rule was made from. */
  readonly fromRequest: string;
}

/** Exactly this call: the canonical action, whichever agent asks. `label` is the redacted call, for people. */
export interface RuleMatch {
  readonly kind: 'exact';
  readonly argsHash: string;
  readonly label: string;
}

export type RuleOptions = Pick<Rule, 'effect' | 'scope' | 'createdAt' | 'createdBy'>;

/** The rules that the broker asks before it asks a person. */
export interface RuleBook {
  /** The rule that answers this request, or `undefined`: ask. */
  match(request: PermissionRequest): Rule | undefined;
  /** Makes the rule for a request; it answers nothing until it is added. */
  draft(request: PermissionRequest, options: RuleOptions): Rule;
  add(rule: Rule): void;
  remove(ruleId: string): void;
}

/** Rules that live in memory and end with their session. */
export class SessionRules implements RuleBook {
  readonly #bySession = new Map<string, Map<string, Rule>>();
  readonly #newId: IdSource;

  constructor(newId: IdSource) {
    this.#newId = newId;
  }

  match(request: PermissionRequest): Rule | undefined {
    if (!canHaveRule(request)) return undefined;
    return this.#bySession.get(request.session.key)?.get(request.argsHash);
  }

  draft(request: PermissionRequest, options: RuleOptions): Rule {
    return {
      ...options,
      id: this.#newId(),
      sessionKey: request.session.key,
      fromRequest: request.id,
      match: { kind: 'exact', argsHash: request.argsHash, label: request.display.oneLine },
    };
  }

  add(rule: Rule): void {
    if (rule.sessionKey === undefined) return;
    const rules = this.#bySession.get(rule.sessionKey) ?? new Map<string, Rule>();
    this.#bySession.set(rule.sessionKey, rules.set(rule.match.argsHash, rule));
  }

  remove(ruleId: string): void {
    for (const rules of this.#bySession.values()) {
      for (const [hash, rule] of rules) if (rule.id === ruleId) rules.delete(hash);
    }
  }

  /** Forgets the rules of a session that was closed. */
  endSession(sessionKey: string): void {
    this.#bySession.delete(sessionKey);
  }
}

/** Whether a rule may ever answer such a request; if not, it always asks a person. */
export function canHaveRule(request: Pick<PermissionRequest, 'source' | 'action'>): boolean {
  if (request.source !== 'agent_tool') return false;
  const { action } = request;
  // An edit whose change nobody has seen has nothing to bind a rule to.
  if (action.tool === 'edit' && action.change.kind === 'unseen') return false;
  // An unknown directory is never matched: the same words can do other things there.
  if (action.tool === 'execute' && action.cwd === undefined) return false;
  return !isProtected(action);
}
