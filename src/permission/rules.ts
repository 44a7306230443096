import { isBindable } from './bindable.ts';
import type { PermissionRequest } from './request.ts';

/** Whether a rule may ever answer such a request; if not, it always asks a person. */
export function canHaveRule(
  request: Pick<PermissionRequest, 'source' | 'action' | 'questions'>,
): boolean {
  return request.source === 'agent_tool' && !request.questions && isBindable(request.action);
}
