import { resolve } from 'node:path';
import { type JsonObject, stringAt } from '../../base/json.ts';
import type { Action } from '../../permission/action.ts';
import type { Decision, NativeAnswer } from '../../permission/decision.ts';
import type {
  AgentInfo,
  PermissionOption,
  RequestDraft,
  SessionRef,
} from '../../permission/request.ts';
import { actionCwd } from '../paths.ts';
import type { Ask } from './frames.ts';

/** The request that an ask is, in common words. */
export function draftOf(ask: Ask, agent: AgentInfo, session: SessionRef): RequestDraft {
  return {
    source: 'agent_tool',
    agent,
    session,
    native: {
      method: 'permission_request',
      requestId: ask.permissionId,
      toolName: ask.tool,
      ...(ask.callId !== undefined && { callId: ask.callId }),
    },
    action: actionOf(ask, session),
    options: permissionOptions(ask),
    // `reject` is all that it takes.
    feedback: 'nextPrompt',
  };
}

/** The `permission_response` for a decision. Says "once" only when the decision and the chosen option both allow. */
export function answerFrame(ask: Ask, decision: Decision, native: NativeAnswer): JsonObject {
  const chosen = native.kind === 'option' ? native.option.nativeDecision : undefined;
  const allows = decision.outcome === 'allow' && (chosen === 'once' || chosen === 'always');
  return responseFrame(ask.permissionId, allows ? chosen : 'reject');
}

export function responseFrame(permissionId: string, response: string): JsonObject {
  return { type: 'permission_response', permissionID: permissionId, response };
}

/**
 * Its three answers, word for word. "always" is wider than the call for every tool (measured, always-bash and
 * always-edit in test/wire/linkAssistant), and also lets through what waits beside it.
 */
function permissionOptions(ask: Ask): PermissionOption[] {
  return [
    {
      id: 'once',
      label: 'Once',
      kind: 'allow_once',
      nativeDecision: 'once',
      nativeScope: 'This call',
      bound: 'exact',
    },
    {
      id: 'always',
      label: 'Always',
      kind: 'allow_always',
      nativeDecision: 'always',
      nativeScope: alwaysScope(ask),
      bound: 'wider',
    },
    {
      id: 'reject',
      label: 'Reject',
      kind: 'reject_once',
      nativeDecision: 'reject',
      nativeScope: 'This call',
      bound: 'exact',
    },
  ];
}

function alwaysScope({ patterns, tool }: Ask): string {
  const end = 'until its session ends';
  if (tool === 'edit') return `Every later change of any file, ${end}`;
  return patterns.length > 0
    ? `Every call that fits ${patterns.join(', ')}, ${end}`
    : `Every later call of ${tool}, ${end}`;
}

function actionOf(ask: Ask, session: SessionRef): Action {
  const { metadata, tool } = ask;
  const command = stringAt(metadata, 'command');
  const path = stringAt(metadata, 'filePath');
  const url = stringAt(metadata, 'url');
  if (tool === 'bash' && command !== undefined) {
    // Each command is a new shell in the directory that the agent was started in; the tool has no field for another.
    const cwd = actionCwd('.', session);
    return { tool: 'execute', command, cwd, ...unclassified(metadata, 'command') };
  }
  if (tool === 'edit' && path !== undefined) {
    return {
      tool: 'edit',
      path: resolve(session.cwd, path),
      // The request names the file only: no content, no diff. So no rule is ever bound to it.
      change: { kind: 'unseen' },
      ...unclassified(metadata, 'filePath'),
    };
  }
  if (tool === 'webfetch' && url !== undefined)
    return { tool: 'fetch', url, ...unclassified(metadata, 'url') };
  const { patterns, title } = ask;
  const told = { ...metadata, ...(title !== undefined && { title }), pattern: patterns };
  // It shows what it is about, not the whole call.
  return { tool: 'other', toolName: tool, input: told, incomplete: true };
}

/** Fields that nobody has named go into the action. `patterns` only says what its own "always" would cover. */
function unclassified(metadata: JsonObject, read: string): { unclassified?: JsonObject } {
  const rest = Object.entries(metadata).filter(([name]) => name !== read && name !== 'patterns');
  return rest.length > 0 ? { unclassified: Object.fromEntries(rest) } : {};
}
