import type { Event } from '../base/event.ts';
import type { PermissionGate } from '../permission/broker.ts';
import type { AgentInfo, SessionRef } from '../permission/request.ts';
import type { Doors } from '../protocol/asksFor.ts';
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
  /** What can let its calls through beside the gate in this folder, read anew. Never rejects. */
  doors?(place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): Promise<Doors>;
  /**
   * What the agent is known to ask for before it runs, in the words of {@link AgentConnection.asksFor}; `undefined` when nobody
   * has seen it yet. Shown, and decides nothing.
   */
  expects?(): string | undefined;
}

export interface StartOptions {
  readonly session: SessionRef;
  /** Where the agent's requests are raised. The only way to an answer. */
  readonly gate: PermissionGate;
  /** The environment of the person's terminal; the launcher adds nothing that loosens permissions. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /**
   * Goes on with an earlier conversation, by its {@link AgentConnection.nativeSessionId}; else a new one is opened. The
   * agent is held to asking in the same way.
   */
  readonly resume?: string;
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
  /** The agent's own id of this conversation; `undefined` while it is not known, or cannot be resumed. */
  readonly nativeSessionId?: string | undefined;
  /** What was said before, oldest first, where the agent tells it of a conversation that was resumed. */
  readonly replay?: readonly ReplayEvent[];
  /** What can be chosen in this conversation. */
  readonly controls?: SessionControls;
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

/** What happened in an earlier part of a conversation. Nothing in it asks, and nothing in it can be answered. */
export type ReplayEvent = AgentEvent | { readonly kind: 'user'; readonly text: string };

/** Modes, models and slash commands of one conversation, in all agents' common words. Texts are raw. */
export interface SessionControls {
  /** `undefined`: the agent offers no choice. */
  readonly modes: ControlChoice | undefined;
  readonly models: ControlChoice | undefined;
  readonly commands: readonly SlashCommand[];
  readonly onDidChange: Event<void>;
  /** Rejects with a {@link UserError} for a mode that is not offered, or in which the agent would not ask. */
  setMode(id: string): Promise<void>;
  setModel(id: string): Promise<void>;
}

export interface ControlChoice {
  /** The id of the one in force; `undefined` when the agent does not say. */
  readonly current: string | undefined;
  readonly options: readonly ControlOption[];
}

export interface ControlOption {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Why it cannot be chosen here, a sentence. */
  readonly whyNot?: string;
}

/** A command of the agent, sent as a message that begins with `/name`. */
export interface SlashCommand {
  /** Without the slash. */
  readonly name: string;
  readonly description: string;
  /** What may be typed after the name. */
  readonly hint?: string;
  /** Why it is not sent, a sentence. */
  readonly whyNot?: string;
}

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
