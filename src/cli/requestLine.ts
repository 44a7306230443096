import type { Settled } from '../permission/broker.ts';
import { canAllow, type RuleScope } from '../permission/decision.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { canHaveRule } from '../permission/rules.ts';
import { plain, safeText } from '../permission/spans.ts';
import { cardView } from '../protocol/cardView.ts';
import { wish } from '../protocol/words.ts';
import { outcomeWords } from './answerWords.ts';
import { redactedCommand, redactedInput } from './redactedInput.ts';
import type { PermissionRequestLine, PermissionResolvedLine } from './relayLines.ts';

export function requestLine(
  request: PermissionRequest,
  rawInput: boolean,
  scopes: readonly RuleScope[],
): PermissionRequestLine {
  const { action, display, session, native, agent } = request;
  const command = action.tool === 'execute' ? action.command : undefined;
  const safeCommand = command === undefined ? undefined : redactedCommand(command);
  const hasRule = canAllow(request) && canHaveRule(request);
  return {
    type: 'permission_request',
    id: request.id,
    tool: action.tool,
    sessionId: session.key,
    callId: native.callId ?? null,
    toolName: safeText(native.toolName),
    title: titleOf(request),
    command: (rawInput ? command : safeCommand) ?? null,
    pattern: hasRule ? (safeCommand ?? exactly(request)) : null,
    scope: hasRule ? 'session' : null,
    scopes: hasRule ? scopes : [],
    input: rawInput ? rawArguments(request) : redactedInput(action),
    kind: display.kind,
    argsHash: request.argsHash,
    options: cardView(request).options,
    decisions: [
      ...(canAllow(request) ? (['once'] as const) : []),
      ...(hasRule ? (['always'] as const) : []),
      'reject',
      ...(canHaveRule(request) ? (['never'] as const) : []),
    ],
    agent: { id: agent.id, name: safeText(agent.name), version: safeText(agent.version) },
    raisedAt: request.raisedAt,
    why: display.why ? plain(display.why) : null,
    risk: display.risk?.text ?? null,
    rejectEndsTurn: request.denyEndsTurn === true,
    ...(display.questions && { questions: display.questions }),
  };
}

export function resolvedLine(settled: Settled): PermissionResolvedLine {
  const { request, decision, delivery } = settled;
  return {
    type: 'permission_resolved',
    id: request.id,
    sessionId: request.session.key,
    callId: request.native.callId ?? null,
    decision: decision.outcome,
    always: decision.rule !== undefined,
    by: decision.by,
    delivery,
    text: outcomeWords(settled),
  };
}

/** Just the path would read as if every edit of the file were allowed. */
function exactly({ action, display }: PermissionRequest): string {
  return action.tool === 'edit' ? `${display.oneLine}, exactly this change` : display.oneLine;
}

function titleOf(request: PermissionRequest): string {
  const { questions, place } = request.display;
  // A form says whose it is; a question of the agent is its own title.
  if (questions?.[0] && !place) return questions[0].text;
  const words = wish(request.display);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function rawArguments({ action }: PermissionRequest): object {
  const { tool: _, ...args } = action;
  return args;
}
