import { isBindable } from './bindable.ts';
import type { PermissionRequest } from './request.ts';
import { notBindable } from './verdict.ts';

/** Whether a rule may ever answer such a request; if not, it always asks a person. */
export function canHaveRule(
  request: Pick<PermissionRequest, 'source' | 'action' | 'questions'>,
): boolean {
  return request.source === 'agent_tool' && !request.questions && isBindable(request.action);
}

/** Why no rule may answer such a request, a sentence; `undefined` when one may. */
export function whyNoRule(
  request: Pick<PermissionRequest, 'source' | 'action' | 'questions'>,
): string | undefined {
  if (canHaveRule(request)) return undefined;
  if (request.source !== 'agent_tool' || request.questions)
    return 'A question of an agent always asks.';
  return notBindable(request.action).why;
}
