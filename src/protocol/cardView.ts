import type { Settled } from '../permission/broker.ts';
import { oneLine } from '../permission/cut.ts';
import { isAlways, type NativeAnswer, nativeAnswer, outcomeOf } from '../permission/decision.ts';
import type { Display } from '../permission/display.ts';
import type {
  AgentInfo,
  OptionKind,
  PermissionOption,
  PermissionRequest,
} from '../permission/request.ts';
import { whyNoRule } from '../permission/rules.ts';
import { safeText } from '../permission/spans.ts';
import { type RuleLink, ruleLink, type VerdictView, verdictView } from './ruleView.ts';
import { monogram, type OutcomeLine, optionNote, outcomeLine, SURFACE_WORDS } from './words.ts';

/** A request as surfaces outside the runtime layer see it: no raw input, no native values. Plain JSON. */
export interface CardView {
  readonly id: string;
  readonly argsHash: string;
  readonly agent: AgentInfo & { readonly monogram: string };
  readonly session: { readonly key: string; readonly title: string; readonly folder: string };
  readonly display: Display;
  readonly raisedAt: number;
  readonly options: readonly CardOption[];
  /** False when the agent offers no way to allow just this call. */
  readonly canAllow: boolean;
  /** Whether "Always allow" can be offered. */
  readonly canHaveRule: boolean;
  /** Why it cannot, a sentence. */
  readonly noRule?: string;
  /** Why it is asked, where the rules were looked at. */
  readonly verdict?: VerdictView;
  readonly denyEndsTurn: boolean;
  /** A sentence that is added to a deny is sent as the next message: the agent has no place for it. */
  readonly feedbackIsNextPrompt: boolean;
  /** Set when the request is over. */
  readonly outcome?: CardOutcome;
}

/** How a request ended: what, where, and when in milliseconds since the epoch. */
export interface CardOutcome extends OutcomeLine {
  readonly at: number;
  /** `in the inbox`: where a person answered. */
  readonly where?: string;
  /** The rule that answered, or that was made along with the answer. */
  readonly rule?: RuleLink;
  /** The agent stopped while this waited: *Start again* makes sense. */
  readonly agentStopped: boolean;
}

/** One of the agent's own options. */
export interface CardOption {
  readonly id: string;
  readonly label: string;
  readonly kind: OptionKind;
  readonly outcome: 'allow' | 'deny';
  /** `Same as Allow once`, `Wider than this call: will be sent as once`, … */
  readonly note: string;
  readonly wider: boolean;
}

/** As long as a request's own labels may be. */
const MAX_LABEL = 300;

/** `verdict`: what the rules said of it, while it waits. */
export function cardView(
  request: PermissionRequest,
  settled?: Settled,
  verdict = settled?.verdict,
): CardView {
  const { agent, session } = request;
  const noRule = whyNoRule(request);
  const sent = {
    allow: nativeAnswer(request.options, 'allow'),
    deny: nativeAnswer(request.options, 'deny'),
  };
  return {
    id: request.id,
    argsHash: request.argsHash,
    agent: { ...agent, monogram: monogram(agent) },
    session: {
      key: session.key,
      title: session.title,
      folder: safeText(baseName(session.workspaceFolder)),
    },
    display: request.display,
    raisedAt: request.raisedAt,
    options: request.options.map((option) => ({
      id: option.id,
      label: oneLine(option.label, MAX_LABEL),
      kind: option.kind,
      outcome: outcomeOf(option.kind),
      note: optionNote(option, isSent(sent[outcomeOf(option.kind)], option)),
      wider: isAlways(option.kind) && option.bound !== 'exact',
    })),
    canAllow: sent.allow !== undefined,
    canHaveRule: noRule === undefined,
    ...(noRule !== undefined && { noRule }),
    ...(verdict && { verdict: verdictView(verdict) }),
    denyEndsTurn: request.denyEndsTurn === true,
    feedbackIsNextPrompt: request.feedback === 'nextPrompt',
    ...(settled && { outcome: outcomeOfCard(settled) }),
  };
}

function outcomeOfCard(settled: Settled): CardOutcome {
  const { by, at } = settled.decision;
  const where = by.kind === 'person' && !by.device ? SURFACE_WORDS[by.surface] : undefined;
  const agentStopped = by.kind === 'agentGone';
  const rule = ruleOf(settled);
  return {
    ...outcomeLine(settled),
    at,
    agentStopped,
    ...(where && { where }),
    ...(rule && { rule }),
  };
}

/** The rule that answered, or that the answer made. */
export function ruleOf({ decision, verdict }: Settled): RuleLink | undefined {
  const { by, rule } = decision;
  if (rule) return { id: rule.id, label: rule.label };
  if (by.kind !== 'rule') return undefined;
  return verdict?.rule?.id === by.id ? ruleLink(verdict.rule) : undefined;
}

/** Whether a plain answer sends this option. Codex has two for "no": the other one also ends its turn. */
function isSent(answer: NativeAnswer | undefined, { id }: PermissionOption): boolean {
  return answer?.kind === 'option' && answer.option.id === id;
}

function baseName(path: string): string {
  return (
    path
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? path
  );
}
