import { methods } from '@agentclientprotocol/sdk';
import type { AgentInfo, RequestDraft, SessionRef } from '../../permission/request.ts';
import { existingFile } from '../existingFile.ts';
import type { PermissionParams, RequestId } from './frames.ts';
import { denyEndsTurn, permissionOptions } from './options.ts';
import type { AgentProfile } from './profiles.ts';
import type { CallFrame } from './toolCalls.ts';
import { mapToolCall } from './toolMapping.ts';

export interface DraftContext {
  readonly agent: AgentInfo;
  readonly session: SessionRef;
  readonly profile: AgentProfile;
  /** What was told about the call before it was asked about. */
  readonly told: CallFrame | undefined;
}

/** The request that a `session/request_permission` is, in common words. */
export function draftOf(
  id: RequestId,
  { toolCall, options }: PermissionParams,
  { agent, profile, session, told }: DraftContext,
): RequestDraft {
  const mapped = mapToolCall({
    asked: toolCall,
    ...(told && { told }),
    profile,
    session,
    existingFile,
  });
  return {
    source: 'agent_tool',
    agent,
    session,
    native: {
      method: methods.client.session.requestPermission,
      requestId: id,
      callId: toolCall.toolCallId,
      toolName: mapped.toolName,
    },
    action: mapped.action,
    options: permissionOptions(options, profile),
    // The answer is the id of an option and nothing else.
    feedback: 'nextPrompt',
    ...(mapped.why !== undefined && { why: mapped.why }),
    ...(denyEndsTurn(options, profile) && { denyEndsTurn: true }),
  };
}
