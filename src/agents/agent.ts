import type { Event } from '../base/event.ts';
import type { PermissionGate } from '../permission/broker.ts';
import type { AgentInfo, SessionRef } from '../permission/request.ts';
import type { UserError } from '../protocol/userError.ts';

/** How to start one conversation with an agent. Implemented once for each dialect. */
export interface AgentLauncher {
  readonly id: string;
  readonly name: string;
  /**
   * Starts the agent and shakes hands. Rejects with a {@link UserError}; then no process is left behind. An agent that
   * cannot be gated is refused here, before any side effect.
   */
  start(options: StartOptions): Promise<AgentConnection>;
}

export interface StartOptions {
  readonly session: SessionRef;
  /** Where the agent's requests are raised. The only way to an answer. */
  readonly gate: PermissionGate;
  /** The environment of the person's terminal; the launcher adds nothing that loosens permissions. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** A line for the output channel, redacted. */
  log(line: string): void;
}

/** A running agent. After {@link exited} settles nothing it asked can be allowed. */
export interface AgentConnection {
  /** With the version that the agent reports. */
  readonly agent: AgentInfo;
  /** What the agent asks for: all side effects, or only what its own settings do not allow. */
  readonly asksFor: string;
  readonly onDidEmit: Event<AgentEvent>;
  /** Sends one message and resolves when its turn ends. Rejects with a {@link UserError}. */
  prompt(text: string): Promise<TurnEnd>;
  /** Asks the agent to stop its turn. What it waits for is withdrawn. */
  interrupt(): Promise<void>;
  /** Says that nothing more will be sent: an agent that is idle then exits by itself, with its own exit code. */
  endInput?(): void;
  /** Ends the process and everything it started. Resolves when they are gone. */
  stop(): Promise<void>;
  readonly exited: Promise<AgentExit>;
}

export interface TurnEnd {
  readonly reason: 'done' | 'interrupted' | 'refused' | 'limit' | 'error';
  /** The agent's own words, when it ended with an error. */
  readonly message?: string;
}

export interface AgentExit {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Set when the connection broke rather than ended: what happened and what to do next. */
  readonly error?: UserError;
}

/** What happens in a conversation, in all agents' common words. Texts are raw: the session makes them safe to show. */
export type AgentEvent =
  /** More of the agent's answer, markdown. A new `messageId` starts a new message. */
  | { readonly kind: 'text'; readonly text: string; readonly messageId?: string }
  | { readonly kind: 'thought'; readonly text: string }
  | { readonly kind: 'toolCall'; readonly call: ToolCall }
  | { readonly kind: 'notice'; readonly level: 'info' | 'error'; readonly text: string };

export interface ToolCall {
  /** The agent's id, unique within its session. */
  readonly callId: string;
  readonly title?: string;
  /** ACP's `ToolKind`. */
  readonly toolKind?: ToolCallKind;
  readonly status: ToolCallStatus;
  /** The permission request that this call waits for, when there is one. */
  readonly requestId?: string;
}

export type ToolCallKind =
  | 'read'
  | 'edit'
  | 'delete'
  | 'move'
  | 'search'
  | 'execute'
  | 'think'
  | 'fetch'
  | 'switch_mode'
  | 'other';

export type ToolCallStatus = 'pending' | 'in_progress' | 'completed' | 'failed';
