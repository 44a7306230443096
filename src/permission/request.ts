import type { Action } from './action.ts';
import type { Display } from './display.ts';
import type { FormField } from './formField.ts';

/** Who raised a request and why it waits for a person. */
export type RequestSource = 'agent_tool' | 'agent_question' | 'mcp_elicitation' | 'gateway_tool';

export interface AgentInfo {
  /** Stable id of the catalogue or of the person's settings, such as `claude`. */
  readonly id: string;
  readonly name: string;
  /** As the agent reports it; empty when it does not. */
  readonly version: string;
}

export interface SessionRef {
  /** Ours, a ULID; agents reuse theirs. */
  readonly key: string;
  readonly title: string;
  readonly cwd: string;
  /** The workspace folder the session works in; equal to `cwd` when there is no workspace. */
  readonly workspaceFolder: string;
}

/** The agent's own identifiers, for correlation and audit only: nothing is decided on them. */
export interface NativeRef {
  readonly method: string;
  readonly requestId: string | number;
  readonly callId?: string;
  /** The agent's own name of the tool, for the audit record. */
  readonly toolName: string;
}

/** ACP's `PermissionOptionKind`. */
export type OptionKind = 'allow_once' | 'allow_always' | 'reject_once' | 'reject_always';

/** One answer that the agent offers, word for word. */
export interface PermissionOption {
  readonly id: string;
  readonly label: string;
  readonly kind: OptionKind;
  /** The value that the agent expects, verbatim. Stays in the runtime layer. */
  readonly nativeDecision: unknown;
  /** How far the agent's own answer reaches, in words. */
  readonly nativeScope: string;
  /** Whether the agent's scope is as narrow as (tool, arguments). Only `exact` is ever forwarded as "always". */
  readonly bound: 'exact' | 'wider' | 'unknown';
}

/** A question of the agent with choices, or a field of a form; the answer is text. */
export interface Question {
  /** The key under which the agent expects the answer. */
  readonly id: string;
  readonly text: string;
  readonly multiSelect: boolean;
  readonly choices: readonly { readonly label: string; readonly description: string }[];
  /** Set for a field of a form: an answer has to fit it. Without it any text is an answer. */
  readonly field?: FormField;
}

/** A question of an MCP server, which comes through the agent. What it says is a claim. */
export interface Elicitation {
  readonly server: string;
  /** The page that it wants the person to open; http or https. */
  readonly url?: string;
}

/** What an adapter hands to the broker. */
export interface RequestDraft {
  readonly source: RequestSource;
  readonly agent: AgentInfo;
  readonly session: SessionRef;
  readonly native: NativeRef;
  readonly action: Action;
  /**
   * Of the command line or the URL of the MCP server that is called, in hex, where it is known: a server of the same name
   * can be another one. Beside the action, since the call is the same call.
   */
  readonly mcpServerHash?: string;
  readonly options: readonly PermissionOption[];
  /** The agent's stated reason; shown in quotation marks, since it is a claim. */
  readonly why?: string;
  readonly questions?: readonly Question[];
  readonly elicitation?: Elicitation;
  /** Set when a deny makes the agent end its turn, so that the card can say so before the click. */
  readonly denyEndsTurn?: boolean;
  /** Where a sentence goes that a person adds to a deny: along with it (when absent), or as the next message. */
  readonly feedback?: 'withDeny' | 'nextPrompt';
}

/** A request that waits for, or has had, exactly one decision. `action` and `options` never leave the runtime layer. */
export interface PermissionRequest extends Omit<RequestDraft, 'why'> {
  /** ULID. Never the agent's own id: those collide between sessions, restart at 0 and repeat. */
  readonly id: string;
  readonly argsHash: string;
  /** What surfaces may show: secrets redacted, invisible characters escaped. */
  readonly display: Display;
  /** Milliseconds since the epoch. */
  readonly raisedAt: number;
}
