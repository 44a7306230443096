import type { Json } from '../base/json.ts';
import type { IdSource } from '../base/ulid.ts';
import type { Action } from './action.ts';
import type { RuleScope } from './decision.ts';
import { isProtected } from './protectedPaths.ts';
import type { PermissionRequest } from './request.ts';
import type { Rule } from './rule.ts';

export type RuleOptions = Pick<Rule, 'effect' | 'scope' | 'createdAt' | 'createdBy'>;

/** The rules that the broker asks before it asks a person. */
export interface RuleBook {
  /** The scopes that it can keep; all when absent. A wider rule would promise more than it does. */
  readonly scopes?: readonly RuleScope[];
  /** The rule that answers this request, or `undefined`: ask. */
  match(request: PermissionRequest): Rule | undefined;
  /** Makes the rule for a request; it answers nothing until it is added. */
  draft(request: PermissionRequest, options: RuleOptions): Rule;
  add(rule: Rule): void;
  remove(ruleId: string): void;
}

/** Rules that live in memory and end with their session. */
export class SessionRules implements RuleBook {
  readonly scopes = ['session'] as const;
  /** By session, then by effect and hash: a deny is not replaced by an allow for the same call. */
  readonly #bySession = new Map<string, Map<string, Rule>>();
  readonly #newId: IdSource;

  constructor(newId: IdSource) {
    this.#newId = newId;
  }

  match(request: PermissionRequest): Rule | undefined {
    if (!canHaveRule(request)) return undefined;
    const rules = this.#bySession.get(request.session.key);
    // Deny beats allow, whichever came first.
    return (
      rules?.get(ruleKey('deny', request.argsHash)) ??
      rules?.get(ruleKey('allow', request.argsHash))
    );
  }

  draft(request: PermissionRequest, options: RuleOptions): Rule {
    return {
      ...options,
      id: this.#newId(),
      sessionKey: request.session.key,
      fromRequest: request.id,
      match: {
        kind: 'exact',
        tool: request.action.tool,
        argsHash: request.argsHash,
        label: request.display.oneLine,
      },
    };
  }

  add(rule: Rule): void {
    if (rule.sessionKey === undefined || rule.match.kind !== 'exact') return;
    const rules = this.#bySession.get(rule.sessionKey) ?? new Map<string, Rule>();
    this.#bySession.set(
      rule.sessionKey,
      rules.set(ruleKey(rule.effect, rule.match.argsHash), rule),
    );
  }

  remove(ruleId: string): void {
    for (const rules of this.#bySession.values()) {
      for (const [key, rule] of rules) if (rule.id === ruleId) rules.delete(key);
    }
  }

  /** Forgets the rules of a session that was closed. */
  endSession(sessionKey: string): void {
    this.#bySession.delete(sessionKey);
  }
}

function ruleKey(effect: Rule['effect'], hash: string): string {
  return `${effect} ${hash}`;
}

/** Whether a rule may ever answer such a request; if not, it always asks a person. */
export function canHaveRule(
  request: Pick<PermissionRequest, 'source' | 'action' | 'questions'>,
): boolean {
  return request.source === 'agent_tool' && !request.questions && isBindable(request.action);
}

/** Whether the action says all that will happen, so that the same hash means the same thing. */
function isBindable(action: Action): boolean {
  if (action.incomplete) return false;
  switch (action.tool) {
    case 'edit':
      // An edit whose change nobody has seen has nothing to bind a rule to.
      if (action.change.kind === 'unseen') return false;
      break;
    case 'execute':
      // An unknown directory is never matched: the same words can do other things there.
      if (action.cwd === undefined) return false;
      break;
    case 'mcp':
      if (hasRoundedNumber(action.arguments)) return false;
      break;
    case 'other':
      if (hasRoundedNumber(action.input)) return false;
      break;
    case 'delete':
    case 'move':
    case 'read':
    case 'fetch':
      break;
  }
  return !isProtected(action);
}

/** Beyond 2^53 different numbers of the agent's JSON are read as one: then the hash does not tell them apart. */
function hasRoundedNumber(value: Json): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasRoundedNumber);
}
