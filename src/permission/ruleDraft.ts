import { err, ok, type Result } from '../base/result.ts';
import type { RuleScope } from './decision.ts';
import type { MatchContext } from './match/context.ts';
import type { RuleEngine } from './match/engine.ts';
import { validateMatch } from './match/validate.ts';
import type { PermissionRequest } from './request.ts';
import type { Rule, RuleMatch } from './rule.ts';
import type { RuleWish } from './ruleBook.ts';

interface DraftOptions {
  readonly request: PermissionRequest;
  readonly wish: RuleWish;
  readonly id: string;
  readonly engine: Pick<RuleEngine, 'suggestions' | 'bound'>;
  readonly context: MatchContext;
}

/** The rule that a person wants for a request; the error is a sentence. What it matches is computed here, never taken over. */
export async function draftRule(options: DraftOptions): Promise<Result<Rule, string>> {
  const { request, wish, id, engine, context } = options;
  const { scope, expiresAt } = wish.choice;
  if (expiresAt !== undefined && !(expiresAt > wish.createdAt))
    return err('The rule would have expired already.');
  const match = await matchOf(options);
  if (!match) return err('This pattern is not offered for this call.');
  const valid = validateMatch(match);
  if (!valid.ok) return err(valid.error.reason);
  const bound = await engine.bound(match, request, context);
  if (!bound.ok) return bound;
  return ok({
    id,
    effect: wish.effect,
    scope,
    match: bound.value,
    ...reachOf(scope, request),
    createdAt: wish.createdAt,
    createdBy: wish.createdBy,
    fromRequest: request.id,
    ...(expiresAt !== undefined && { expiresAt }),
  });
}

async function matchOf(options: DraftOptions): Promise<RuleMatch | undefined> {
  const { request, wish, engine, context } = options;
  if (wish.choice.match === 'exact') {
    const { action, argsHash, display, mcpServerHash: serverHash } = request;
    return {
      kind: 'exact',
      tool: action.tool,
      argsHash,
      label: display.oneLine,
      ...(serverHash !== undefined && { serverHash }),
    };
  }
  const suggestions = await engine.suggestions(request, context);
  return suggestions.find(({ id }) => id === wish.choice.match)?.match;
}

function reachOf(scope: RuleScope, { session }: PermissionRequest) {
  switch (scope) {
    case 'session':
      return { sessionKey: session.key };
    case 'workspace':
      return { workspaceFolder: session.workspaceFolder };
    case 'global':
      return {};
  }
}
