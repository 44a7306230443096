import { type Json, type JsonObject, stringAt } from '../../base/json.ts';
import type { Action } from '../../permission/action.ts';
import { type Decision, type NativeAnswer, outcomeOf } from '../../permission/decision.ts';
import type { Elicitation, Question, RequestSource } from '../../permission/request.ts';
import type { CodexOption } from './options.ts';

/** A request of Codex that somebody decides on, whatever its method. */
export interface Ask {
  readonly source: RequestSource;
  readonly toolName: string;
  readonly action: Action;
  readonly options: readonly CodexOption[];
  /** The item that asks, where Codex says it. */
  readonly callId?: string;
  /** The model's or Codex's stated reason. */
  readonly why?: string;
  readonly questions?: readonly Question[];
  readonly elicitation?: Elicitation;
  /** Set when the refusal has a place for a sentence; else it is the next message. */
  readonly feedback?: 'withDeny';
  /** The JSON-RPC result that carries an option's value. */
  result(nativeDecision: Json, decision: Decision): JsonObject;
  /** The JSON-RPC result of a question that was answered; `undefined` when the answers do not fit. */
  answered?(answers: Readonly<Record<string, string>>): JsonObject | undefined;
  /** The JSON-RPC result for "not allowed", which lets the turn go on. */
  readonly refusal: JsonObject;
}

/** What a request of Codex comes to. */
export type Asked =
  | { readonly kind: 'ask'; readonly ask: Ask }
  /** It is refused at once, and the person is told. */
  | { readonly kind: 'refused'; readonly result: JsonObject; readonly notice: string }
  /** It asks for something, but what for cannot be read. */
  | { readonly kind: 'unreadable'; readonly what: string };

/** What was told before about the item that asks. */
export interface Told {
  /** `changes` of a file change. */
  changesOf(itemId: string): readonly Json[] | undefined;
  /** The open call of an MCP tool with exactly these arguments. */
  mcpCall(server: string, tool: string, args: Json | undefined): string | undefined;
}

/**
 * The JSON-RPC result for a decision. Says "allow" only when the decision and the chosen option both do; `undefined` when
 * the answers to a question do not fit, after which the refusal is sent.
 */
export function resultOf(
  ask: Ask,
  decision: Decision,
  native: NativeAnswer,
): JsonObject | undefined {
  const id = native.kind === 'option' ? native.option.id : undefined;
  const chosen = ask.options.find((option) => option.id === id);
  if (!chosen || outcomeOf(chosen.kind) !== decision.outcome) return ask.refusal;
  if (decision.outcome === 'allow' && ask.questions)
    return decision.answers ? ask.answered?.(decision.answers) : ask.refusal;
  return ask.result(chosen.nativeDecision, decision);
}

/** The outcome of a reader that could read everything. */
export function asked(ask: Ask): Asked {
  return { kind: 'ask', ask };
}

/** The outcome of a reader that could not: the connection ends, because nobody knows what is asked. */
export function unreadable(what: string): Asked {
  return { kind: 'unreadable', what };
}

/** `reason`, where there is one. */
export function whyOf(params: JsonObject): { why?: string } {
  const why = stringAt(params, 'reason');
  return why?.trim() ? { why } : {};
}
