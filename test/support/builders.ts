import type { Action, ExecuteAction } from '../../src/permission/action.ts';
import type { ProposedAnswer } from '../../src/permission/decision.ts';
import type {
  OptionKind,
  PermissionOption,
  PermissionRequest,
  RequestDraft,
} from '../../src/permission/request.ts';

/** A command in the workspace folder. */
export function execute(command: string, rest: Partial<ExecuteAction> = {}): ExecuteAction {
  return { tool: 'execute', command, cwd: '.', ...rest };
}

/** An option whose id and native value are its kind, unless told otherwise. */
export function option(kind: OptionKind, rest: Partial<PermissionOption> = {}): PermissionOption {
  return {
    id: kind,
    label: kind,
    kind,
    nativeDecision: kind,
    nativeScope: 'This call',
    bound: 'exact',
    ...rest,
  };
}

/** Allow once and reject once. */
export const ONCE = [option('allow_once'), option('reject_once')] as const;

/** What an adapter would hand over for a `git status`, with what the test cares about changed. */
export function draft(rest: Partial<RequestDraft> = {}): RequestDraft {
  return {
    source: 'agent_tool',
    agent: { id: 'claude', name: 'Claude Code', version: '2.1.329' },
    session: {
      key: 'session-1',
      title: 'Fix the token refresh',
      cwd: '/home/dev/project',
      workspaceFolder: '/home/dev/project',
    },
    native: { method: 'can_use_tool', requestId: 'native-1', toolName: 'Bash' },
    action: execute('git status'),
    options: ONCE,
    ...rest,
  };
}

export function draftOf(action: Action, rest: Partial<RequestDraft> = {}): RequestDraft {
  return draft({ action, ...rest });
}

/** The same draft in another session. */
export function inSession(key: string, of: RequestDraft = draft()): RequestDraft {
  return { ...of, session: { ...of.session, key } };
}

/** What a surface sends for a request that it shows. */
export function allow(
  request: Pick<PermissionRequest, 'id' | 'argsHash'>,
  rest: Partial<ProposedAnswer> = {},
): ProposedAnswer {
  return {
    requestId: request.id,
    argsHash: request.argsHash,
    outcome: 'allow',
    by: { kind: 'person', surface: 'chat' },
    ...rest,
  };
}

export function deny(
  request: Pick<PermissionRequest, 'id' | 'argsHash'>,
  rest: Partial<ProposedAnswer> = {},
): ProposedAnswer {
  return allow(request, { outcome: 'deny', ...rest });
}
