import type { PermissionOption } from '../../permission/request.ts';
import type { OfferedOption } from './frames.ts';
import type { AgentProfile } from './profiles.ts';

/**
 * The offered options, word for word. No agent documents that its "always" covers exactly one call, so none is `exact`:
 * the person's "always" is our rule, and the agent gets its "once".
 */
export function permissionOptions(
  offered: readonly OfferedOption[],
  profile: AgentProfile,
): PermissionOption[] {
  return offered.map(({ optionId, name, kind }) => {
    const always = kind === 'allow_always' || kind === 'reject_always';
    return {
      id: optionId,
      label: name,
      kind,
      nativeDecision: optionId,
      nativeScope: always ? profile.alwaysScope : 'This call',
      bound: always ? profile.bound : 'exact',
    };
  });
}

/** Whether a deny has to go out as "cancelled", which ends the turn, or ends it in this agent anyway. */
export function denyEndsTurn(offered: readonly OfferedOption[], profile: AgentProfile): boolean {
  return profile.denyEndsTurn || !offered.some(({ kind }) => kind === 'reject_once');
}
