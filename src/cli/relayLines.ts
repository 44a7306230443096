import type { ToolCall } from '../agents/agent.ts';
import type { DecidedBy, RuleScope } from '../permission/decision.ts';
import type { Question } from '../permission/request.ts';
import type { CardOption } from '../protocol/cardView.ts';

/**
 * What `countersign run --json` writes: one JSON object on each line of standard output, nothing else. Texts have their
 * secrets taken out and invisible characters shown as codes, unless a field says otherwise. Readers should ignore fields
 * and types that they do not know.
 */
export type RelayLine =
  | SessionStartedLine
  | AgentMessageLine
  | ToolCallLine
  | PermissionRequestLine
  | RuleSuggestionsLine
  | PermissionResolvedLine
  | ErrorLine
  | SessionEndedLine;

export interface SessionStartedLine {
  readonly type: 'session_started';
  readonly sessionId: string;
  /** The version is as the agent reports it, and can be empty. */
  readonly agent: { readonly id: string; readonly name: string; readonly version: string };
  readonly cwd: string;
  /** `everything`, or `what its own settings do not allow`. */
  readonly asksFor: string;
}

/** More of the agent's answer, markdown; join the texts of one `messageId`. Comes in whole lines. */
export interface AgentMessageLine {
  readonly type: 'agent_message';
  readonly sessionId: string;
  readonly messageId: string;
  readonly text: string;
}

/** A tool call is new or has changed. */
export interface ToolCallLine {
  readonly type: 'tool_call';
  readonly sessionId: string;
  /** The agent's id of the call; the same as in the request that the call raises. */
  readonly callId: string;
  readonly title: string | null;
  readonly kind: ToolCall['toolKind'] | null;
  readonly status: ToolCall['status'];
  /** The request that the call waits for. */
  readonly requestId: string | null;
}

/** The agent waits for an answer to this. */
export interface PermissionRequestLine {
  readonly type: 'permission_request';
  /** Ours, a ULID. The agent's own id is not shown: those repeat. */
  readonly id: string;
  /** What is to happen, in words that all agents share: `execute`, `edit`, `delete`, `move`, `read`, `fetch`, `mcp`, `other`. */
  readonly tool: string;
  readonly sessionId: string;
  /** The agent's id of the tool call; `null` when it has none. */
  readonly callId: string | null;
  /** The agent's own name of the tool. */
  readonly toolName: string;
  /** `Run a command in packages/auth`. */
  readonly title: string;
  /** The shell command, for `execute`; else `null`. Redacted unless `--raw-input`. */
  readonly command: string | null;
  /** What `always` would allow: exactly this call, in one line. `null` when `always` is not possible. */
  readonly pattern: string | null;
  /** How far `always` reaches unless the answer says otherwise: `session`, until this run ends. `null` when not possible. */
  readonly scope: 'session' | null;
  /** How far it can reach: `session`, `workspace` (this folder, also in later runs), `global`. */
  readonly scopes: readonly RuleScope[];
  /** All that the call depends on, by name. Redacted unless `--raw-input`: then exactly what the agent sent. */
  readonly input: object;
  /** The kind of card: `command`, `edit`, `create`, `delete`, `move`, `read`, `fetch`, `mcp`, `question`, `other`. */
  readonly kind: string;
  /** SHA-256 of the canonical form of tool and raw input. Equal hashes ask for the same thing. */
  readonly argsHash: string;
  /** The agent's own answers; an answer may name one by its id. */
  readonly options: readonly CardOption[];
  /** The decisions that are possible here. */
  readonly decisions: readonly ('once' | 'always' | 'reject' | 'never')[];
  readonly agent: { readonly id: string; readonly name: string; readonly version: string };
  /** Milliseconds since the epoch. */
  readonly raisedAt: number;
  /** The agent's stated reason: a claim. */
  readonly why: string | null;
  /** Why this deserves a second look. */
  readonly risk: string | null;
  /** A reject makes the agent end its turn. */
  readonly rejectEndsTurn: boolean;
  /** For a question: `once` needs `answers`, a text for each question id. */
  readonly questions?: readonly Question[];
}

/** Patterns that an `always` or `never` for a request can name in `match` instead of `exact`. */
export interface RuleSuggestionsLine {
  readonly type: 'rule_suggestions';
  /** Of the request. */
  readonly id: string;
  readonly suggestions: readonly { readonly match: string; readonly label: string }[];
}

/** A request is over. Also comes for a request that a rule answered, which was not asked. */
export interface PermissionResolvedLine {
  readonly type: 'permission_resolved';
  readonly id: string;
  readonly sessionId: string;
  readonly callId: string | null;
  readonly decision: 'allow' | 'deny';
  /** The answer was `always`: a rule was made. */
  readonly always: boolean;
  readonly by: DecidedBy;
  /** Whether the agent heard of it; `notNeeded` when there is nobody to tell. */
  readonly delivery: 'delivered' | 'failed' | 'notNeeded';
  /** `Allowed once by you`. */
  readonly text: string;
}

/** Something is wrong with a line on standard input, or a decision could not be recorded. Requests stay open. */
export interface ErrorLine {
  readonly type: 'error';
  readonly code: ErrorLineCode;
  readonly message: string;
  /** The request that it is about, when that is known. */
  readonly id: string | null;
}

export type ErrorLineCode =
  | 'badLine'
  | 'lineTooLong'
  | 'unknownRequest'
  | 'alreadySettled'
  | 'changed'
  | 'unknownOption'
  | 'onlyWiderAllow'
  | 'ruleRefused'
  | 'answersMissing'
  | 'answerUnfit'
  /** The answer counts, but the agent has no place for the message that came with it. */
  | 'messageNotSent'
  | 'journalFailed';

/** The last line. */
export interface SessionEndedLine {
  readonly type: 'session_ended';
  readonly sessionId: string;
  /**
   * `done`, `interrupted`, `refused`, `limit`, `error`: how the turn ended. `exited`: the agent exited before that.
   * `failed`: it could not be started or broke the protocol. `consumerGone`, `signal`: it was stopped.
   */
  readonly reason: string;
  /** The agent's own exit code; `null` when a signal ended it or it never ran. */
  readonly code: number | null;
  readonly signal: string | null;
  /** That of this command. */
  readonly exitCode: number;
  readonly message: string | null;
}
