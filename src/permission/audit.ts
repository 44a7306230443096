import { oneLine } from './cut.ts';
import type { DecidedBy, Decision } from './decision.ts';
import type { RaisedEntry, RuleEntry, SettledEntry } from './journalPort.ts';
import type { PermissionRequest } from './request.ts';
import type { Rule } from './rule.ts';
import { ruleRef } from './ruleLabel.ts';
import { safeText } from './spans.ts';

const MAX_NAME = 300;
const MAX_TITLE = 60;

/** What every line about a request says. */
function auditFields(request: PermissionRequest) {
  return {
    requestId: request.id,
    agentId: request.agent.id,
    sessionKey: request.session.key,
    sessionTitle: oneLine(request.session.title, MAX_TITLE),
    tool: request.action.tool,
    toolName: oneLine(request.native.toolName, MAX_NAME),
    argsHash: request.argsHash,
  };
}

/** The line that says that a request waits. */
export function raisedEntry(request: PermissionRequest): RaisedEntry {
  return {
    type: 'raised',
    ...auditFields(request),
    raisedAt: request.raisedAt,
    target: request.display.oneLine,
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
    target: request.display.oneLine,
    ...(decision.rule && { rule: { ...decision.rule, effect: decision.outcome } }),
  };
}

/** The line that says what became of a rule other than by an answer. */
export function ruleEntry(
  rule: Rule,
  change: RuleEntry['change'],
  by: DecidedBy,
  at: number,
): RuleEntry {
  return { type: 'rule', change, rule: { ...ruleRef(rule), effect: rule.effect }, by, at };
}
