import { oneLine } from './cut.ts';
import type { Decision } from './decision.ts';
import type { SettledEntry } from './journalPort.ts';
import type { PermissionRequest } from './request.ts';
import { safeText } from './spans.ts';

const MAX_NAME = 300;

/** What every line about a request says. */
export function auditFields(request: PermissionRequest) {
  return {
    requestId: request.id,
    agentId: request.agent.id,
    sessionKey: request.session.key,
    tool: request.action.tool,
    toolName: oneLine(request.native.toolName, MAX_NAME),
    argsHash: request.argsHash,
  };
}

/** The line that says how a request ended. */
export function settledEntry(request: PermissionRequest, decision: Decision): SettledEntry {
  return {
    type: 'settled',
    ...auditFields(request),
    decision: decision.outcome,
    decidedBy: decision.by,
    decidedAt: decision.at,
    channel: decision.by.kind === 'person' ? decision.by.surface : decision.by.kind,
    decisionLatencyMs: decision.at - request.raisedAt,
    ...(decision.feedback !== undefined && { feedback: safeText(decision.feedback) }),
  };
}
