import * as v from 'valibot';
import { isJsonObject, type JsonObject, parseJson, stringAt } from '../../base/json.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { UserError } from '../../protocol/userError.ts';
import { badFrame } from './errors.ts';

/** One line of Claude Code's stream-json output, as far as it is used. */
export type Frame =
  | { readonly kind: 'ask'; readonly requestId: string; readonly ask: Ask }
  | { readonly kind: 'askWithdrawn'; readonly requestId: string }
  /** Something else that it wants from us, such as a hook or an MCP elicitation. */
  | { readonly kind: 'otherRequest'; readonly requestId: string; readonly subtype: string }
  | {
      readonly kind: 'response';
      readonly requestId: string;
      /** Set when our request was refused. */
      readonly error?: string;
      readonly content: JsonObject;
    }
  | {
      readonly kind: 'system';
      readonly mode?: string;
      readonly version?: string;
      /** The conversation's id, for `--resume`. */
      readonly sessionId?: string;
    }
  /** The model's service failed and is tried again, for up to several minutes. */
  | { readonly kind: 'retry'; readonly failure: string }
  | { readonly kind: 'assistant'; readonly message: AssistantMessage }
  | { readonly kind: 'toolResults'; readonly results: readonly ToolResult[] }
  | { readonly kind: 'delta'; readonly event: JsonObject }
  | { readonly kind: 'result'; readonly result: TurnResult }
  /** What became of a message that was sent with this `uuid`: `queued`, `started`, `completed`. */
  | { readonly kind: 'message'; readonly uuid: string; readonly state: string }
  | { readonly kind: 'ignored' };

/** `can_use_tool`. */
export interface Ask {
  readonly toolName: string;
  /** The very object that was received: an allow sends it back as it is. */
  readonly input: JsonObject;
  readonly callId?: string;
  /** Made for a person; no rule may answer it. */
  readonly needsPerson: boolean;
  /** Asked by a sub-agent. */
  readonly isSubAgent: boolean;
  readonly mcpServer?: string;
  readonly suggestions: readonly JsonObject[];
  /** The model's description of its own call. */
  readonly description?: string;
  /** Why Claude Code asks at all. */
  readonly reason?: string;
}

export interface AssistantMessage {
  readonly id: string;
  readonly isSubAgent: boolean;
  readonly blocks: readonly JsonObject[];
  /** Set when Claude Code wrote the message itself, such as `authentication_failed`. */
  readonly error?: string;
}

export interface ToolResult {
  readonly callId: string;
  readonly isError: boolean;
}

export interface TurnResult {
  readonly subtype: string;
  readonly isError: boolean;
  readonly text?: string;
  /** `completed`, `aborted_tools`, `aborted_streaming`, … */
  readonly terminalReason?: string;
  readonly stopReason?: string;
  /** What began the turn, such as `task-notification`; absent for a message of the person. */
  readonly origin?: string;
  /** HTTP status of the model's service, when that was what failed. */
  readonly apiStatus?: number;
}

// What is decided on is read strictly: a `can_use_tool` that does not fit is an error, never half a request.
const askSchema = v.object({
  request_id: v.pipe(v.string(), v.nonEmpty()),
  request: v.object({
    tool_name: v.pipe(v.string(), v.nonEmpty()),
    input: v.custom<JsonObject>(isJsonObject),
    tool_use_id: v.optional(v.string()),
    requires_user_interaction: v.optional(v.boolean()),
    suppress_always_allow_rule: v.optional(v.boolean()),
    agent_id: v.optional(v.string()),
    permission_suggestions: v.optional(v.array(v.custom<JsonObject>(isJsonObject))),
  }),
});

const controlSchema = v.object({ request_id: v.pipe(v.string(), v.nonEmpty()) });
const responseSchema = v.object({
  response: v.object({ request_id: v.string(), subtype: v.string() }),
});
const resultSchema = v.object({ subtype: v.string(), is_error: v.boolean() });

/** Parses one line. An unknown type is ignored: new versions add some; a line that is no frame at all is an error. */
export function parseFrame(line: string): Result<Frame, UserError> {
  const frame = parseJson(line);
  if (!isJsonObject(frame)) return err(badFrame('a line that is not a JSON object', line));
  const type = stringAt(frame, 'type');
  switch (type) {
    case undefined:
      return err(badFrame('a JSON object without a type', line));
    case 'control_request':
      return controlRequest(frame, line);
    case 'control_cancel_request': {
      const parsed = v.safeParse(controlSchema, frame);
      if (!parsed.success) return err(badFrame('a withdrawal without an id', line));
      return ok({ kind: 'askWithdrawn', requestId: parsed.output.request_id });
    }
    case 'control_response': {
      const parsed = v.safeParse(responseSchema, frame);
      if (!parsed.success) return err(badFrame('a response without an id', line));
      const { request_id: requestId, subtype } = parsed.output.response;
      const error = stringAt(frame['response'], 'error') ?? 'no reason given';
      const response = frame['response'];
      const said = isJsonObject(response) ? response['response'] : undefined;
      const content = isJsonObject(said) ? said : {};
      return ok({ kind: 'response', requestId, content, ...(subtype !== 'success' && { error }) });
    }
    case 'result':
      return result(frame, line);
    default:
      return ok(shownFrame(type, frame));
  }
}

function controlRequest(frame: JsonObject, line: string): Result<Frame, UserError> {
  const subtype = stringAt(frame['request'], 'subtype');
  if (subtype !== 'can_use_tool') {
    const parsed = v.safeParse(controlSchema, frame);
    if (!parsed.success) return err(badFrame('a request without an id', line));
    const requestId = parsed.output.request_id;
    return ok({ kind: 'otherRequest', requestId, subtype: subtype ?? 'unknown' });
  }
  const parsed = v.safeParse(askSchema, frame);
  if (!parsed.success) return err(badFrame('a permission request that is not complete', line));
  const { request_id: requestId, request } = parsed.output;
  const raw = frame['request'];
  const mcpServer = isJsonObject(raw) ? stringAt(raw['mcp_server'], 'name') : undefined;
  const description = stringAt(raw, 'description');
  const reason = stringAt(raw, 'decision_reason');
  const ask: Ask = {
    toolName: request.tool_name,
    input: request.input,
    needsPerson: request.requires_user_interaction === true,
    isSubAgent: request.agent_id !== undefined,
    suggestions:
      request.suppress_always_allow_rule === true ? [] : (request.permission_suggestions ?? []),
    ...(request.tool_use_id !== undefined && { callId: request.tool_use_id }),
    ...(mcpServer !== undefined && { mcpServer }),
    ...(description !== undefined && { description }),
    ...(reason !== undefined && { reason }),
  };
  return ok({ kind: 'ask', requestId, ask });
}

function result(frame: JsonObject, line: string): Result<Frame, UserError> {
  const parsed = v.safeParse(resultSchema, frame);
  if (!parsed.success) return err(badFrame('a result that is not complete', line));
  const { subtype, is_error: isError } = parsed.output;
  const errors = Array.isArray(frame['errors']) ? frame['errors'].filter(isString) : [];
  const text = stringAt(frame, 'result') ?? (errors.length > 0 ? errors.join('\n') : undefined);
  const terminalReason = stringAt(frame, 'terminal_reason');
  const stopReason = stringAt(frame, 'stop_reason');
  const origin = stringAt(frame['origin'], 'kind');
  const apiStatus = frame['api_error_status'];
  return ok({
    kind: 'result',
    result: {
      subtype,
      isError,
      ...(text !== undefined && { text }),
      ...(terminalReason !== undefined && { terminalReason }),
      ...(stopReason !== undefined && { stopReason }),
      ...(origin !== undefined && { origin }),
      ...(typeof apiStatus === 'number' && { apiStatus }),
    },
  });
}

/** What is only shown, or only watched: read leniently. */
function shownFrame(type: string, frame: JsonObject): Frame {
  const isSubAgent = stringAt(frame, 'parent_tool_use_id') !== undefined;
  switch (type) {
    case 'system': {
      const failure = stringAt(frame, 'error') ?? 'no reason given';
      if (stringAt(frame, 'subtype') === 'api_retry') return { kind: 'retry', failure };
      const mode = stringAt(frame, 'permissionMode');
      const version = stringAt(frame, 'claude_code_version');
      const sessionId = stringAt(frame, 'session_id');
      return {
        kind: 'system',
        ...(mode !== undefined && { mode }),
        ...(version !== undefined && { version }),
        ...(sessionId !== undefined && { sessionId }),
      };
    }
    case 'assistant': {
      const error = stringAt(frame, 'error');
      const message: AssistantMessage = {
        id: stringAt(frame['message'], 'id') ?? '',
        isSubAgent,
        blocks: blocksOf(frame),
        ...(error !== undefined && { error }),
      };
      return { kind: 'assistant', message };
    }
    case 'user':
      return { kind: 'toolResults', results: blocksOf(frame).flatMap(toolResult) };
    case 'command_lifecycle': {
      const uuid = stringAt(frame, 'command_uuid');
      const state = stringAt(frame, 'state');
      return uuid && state ? { kind: 'message', uuid, state } : { kind: 'ignored' };
    }
    case 'stream_event': {
      const event = frame['event'];
      return isJsonObject(event) && !isSubAgent ? { kind: 'delta', event } : { kind: 'ignored' };
    }
    default:
      return { kind: 'ignored' };
  }
}

function toolResult(block: JsonObject): ToolResult[] {
  const callId = stringAt(block, 'tool_use_id');
  if (block['type'] !== 'tool_result' || callId === undefined) return [];
  return [{ callId, isError: block['is_error'] === true }];
}

function blocksOf(frame: JsonObject): JsonObject[] {
  const message = frame['message'];
  const content = isJsonObject(message) ? message['content'] : undefined;
  return Array.isArray(content) ? content.filter(isJsonObject) : [];
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
