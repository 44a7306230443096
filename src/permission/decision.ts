import type { OptionKind, PermissionOption, PermissionRequest } from './request.ts';

/** Where a person can answer. */
export const SURFACES = [
  'chat',
  'inbox',
  'notification',
  'cards',
  'diff',
  'codelens',
  'palette',
  'cli',
  'phone',
] as const;

export type Surface = (typeof SURFACES)[number];

/** Why a request ended the way it did. Recorded in the journal as it is. */
export type DecidedBy =
  | { readonly kind: 'person'; readonly surface: Surface; readonly device?: string }
  | {
      readonly kind: 'rule';
      readonly id: string;
      readonly scope: RuleScope;
      /** The ids of further rules, where several cover the parts of a compound command. */
      readonly also?: readonly string[];
    }
  /** Nobody answered within so many minutes. */
  | { readonly kind: 'ttl'; readonly minutes: number }
  | { readonly kind: 'agentWithdrew' }
  | { readonly kind: 'agentGone'; readonly reason: string }
  | { readonly kind: 'shutdown' };

export const RULE_SCOPES = ['session', 'workspace', 'global'] as const;

export type RuleScope = (typeof RULE_SCOPES)[number];

/** What the person wants remembered along with the answer. */
export interface RuleChoice {
  readonly scope: RuleScope;
  /** `exact`, or the id of a suggestion that was made for this request. Never a pattern of the surface's own. */
  readonly match: string;
  /** Milliseconds since the epoch; until it is revoked when absent. */
  readonly expiresAt?: number;
}

/** An answer that a surface proposes. The broker decides whether it counts. */
export interface ProposedAnswer {
  readonly requestId: string;
  /** Of the request as it was shown; a different one means that something else was shown. */
  readonly argsHash: string;
  readonly outcome: 'allow' | 'deny';
  /** One of the agent's own options, by its id. */
  readonly optionId?: string;
  readonly rule?: RuleChoice;
  /** A sentence for the agent, with a deny. */
  readonly feedback?: string;
  /** For a question: the chosen text by question id. */
  readonly answers?: Readonly<Record<string, string>>;
  readonly by: Extract<DecidedBy, { kind: 'person' }>;
}

/** The one answer that a request got. Only a person or a rule can make the outcome `allow`. */
export interface Decision {
  readonly requestId: string;
  readonly argsHash: string;
  readonly outcome: 'allow' | 'deny';
  readonly optionId?: string;
  /** The rule that was made along with it. */
  readonly rule?: RuleRef;
  readonly feedback?: string;
  readonly answers?: Readonly<Record<string, string>>;
  readonly by: DecidedBy;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A rule as records and surfaces name it. */
export interface RuleRef {
  readonly id: string;
  readonly scope: RuleScope;
  /** The call or the pattern in words. Redacted. */
  readonly label: string;
}

/** What is sent to the agent for a decision. */
export type NativeAnswer =
  /** One of the offered options; `narrowed` when the person chose one that reaches further than this call. */
  | { readonly kind: 'option'; readonly option: PermissionOption; readonly narrowed: boolean }
  /** No fitting option is offered: the agent gets its "cancelled". Never an allow. */
  | { readonly kind: 'cancel' };

/**
 * The option that carries a decision to the agent. An "always" that is wider than (tool, arguments) goes out as its
 * *once*; a deny without an offered reject option goes out as a cancel. `undefined`: this call cannot be allowed without
 * allowing more. An option that says something else than `outcome` is never chosen, whatever id is asked for.
 */
export function nativeAnswer(
  options: readonly PermissionOption[],
  outcome: 'allow' | 'deny',
  optionId?: string,
): NativeAnswer | undefined {
  const usable = options.filter((option) => saysOnly(option, outcome, options));
  const chosen = usable.find((option) => option.id === optionId);
  if (chosen && isOnceOrExact(chosen)) return { kind: 'option', option: chosen, narrowed: false };
  const once = usable.find((option) => !isAlways(option.kind));
  if (once) return { kind: 'option', option: once, narrowed: chosen !== undefined };
  return outcome === 'deny' ? { kind: 'cancel' } : undefined;
}

/** The offered option that a surface may name in an answer of this outcome. */
export function offeredOption(
  options: readonly PermissionOption[],
  outcome: 'allow' | 'deny',
  optionId: string,
): PermissionOption | undefined {
  return options.find((option) => option.id === optionId && saysOnly(option, outcome, options));
}

/**
 * Whether the agent can only read this option as `outcome`: two options with one id and different kinds could come
 * back as either, so neither is usable.
 */
function saysOnly(
  option: PermissionOption,
  outcome: 'allow' | 'deny',
  options: readonly PermissionOption[],
): boolean {
  return (
    KINDS_OF[outcome].includes(option.kind) &&
    options.every((other) => other.id !== option.id || other.kind === option.kind)
  );
}

const KINDS_OF: Readonly<Record<'allow' | 'deny', readonly OptionKind[]>> = {
  allow: ['allow_once', 'allow_always'],
  deny: ['reject_once', 'reject_always'],
};

function isOnceOrExact(option: PermissionOption): boolean {
  return !isAlways(option.kind) || option.bound === 'exact';
}

export function isAlways(kind: OptionKind): boolean {
  return kind === 'allow_always' || kind === 'reject_always';
}

export function outcomeOf(kind: OptionKind): 'allow' | 'deny' {
  return kind === 'allow_once' || kind === 'allow_always' ? 'allow' : 'deny';
}

/** Whether allowing exactly this call is possible with what the agent offers. */
export function canAllow(request: PermissionRequest): boolean {
  return nativeAnswer(request.options, 'allow') !== undefined;
}
