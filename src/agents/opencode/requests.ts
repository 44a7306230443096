import type { AgentInfo, PermissionOption, RequestDraft } from '../../permission/request.ts';
import { type AskedCall, actionOf } from './actions.ts';
import type { Ask } from './frames.ts';

/**
 * What `POST /permission/{id}/reply` takes. Without a message a rejection ends OpenCode's turn, with one it goes on (measured,
 * serve-basic in test/wire/opencode).
 */
export interface Reply {
  readonly reply: 'once' | 'always' | 'reject';
  readonly message?: string;
}

/** The request that an ask is, in common words. */
export function draftOf(asked: AskedCall, agent: AgentInfo): RequestDraft {
  const { ask, call, session } = asked;
  const why = call?.tool === 'bash' ? call.input['description'] : undefined;
  return {
    // It asks whether to go on in what looks like an endless loop: a rule would only keep that going.
    source: ask.permission === 'doom_loop' ? 'agent_question' : 'agent_tool',
    agent,
    session,
    native: {
      method: 'permission.asked',
      requestId: ask.id,
      // One call can ask twice, for a place and for itself.
      toolName:
        call && call.tool !== ask.permission ? `${call.tool}, ${ask.permission}` : ask.permission,
      ...(ask.tool && { callId: ask.tool.callId }),
    },
    action: actionOf(asked),
    options: permissionOptions(ask),
    ...(typeof why === 'string' && { why }),
  };
}

/**
 * Its three answers, word for word. "always" is a list of patterns such as `touch *`, or `*` for every edit, and counts
 * in all of its sessions in the folder until its server ends (measured): wider than the call for each of them.
 */
function permissionOptions({ always, permission }: Ask): PermissionOption[] {
  const patterns = always.length > 0 ? always.join(', ') : '*';
  return [
    {
      id: 'once',
      label: 'Allow once',
      kind: 'allow_once',
      nativeDecision: 'once',
      nativeScope: 'This call',
      bound: 'exact',
    },
    {
      id: 'always',
      label: 'Allow always',
      kind: 'allow_always',
      nativeDecision: 'always',
      nativeScope: `Every ${permission} that fits ${patterns}, in all its sessions of this folder until OpenCode ends`,
      bound: 'wider',
    },
    {
      id: 'reject',
      label: 'Reject',
      kind: 'reject_once',
      nativeDecision: 'reject',
      // It would take down all that waits in the conversation, so it is held until nothing else does: see asks.ts.
      nativeScope: 'This call; of several calls at once, OpenCode hears it after the last answer',
      bound: 'exact',
    },
  ];
}
