import * as v from 'valibot';
import { isJsonObject, type JsonObject, parseJson, stringAt } from '../../base/json.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { UserError } from '../../protocol/userError.ts';
import { badFrame } from '../connectionErrors.ts';
import type { ToolPart } from '../openCodeParts.ts';

export const AGENT = { id: 'agent', name: 'agent (link-assistant)' } as const;

/** One line that `agent` writes with `--compact-json`, as far as it is used; see test/wire/linkAssistant for whole ones. */
export type Frame =
  | { readonly kind: 'ask'; readonly ask: Ask }
  /** It listens on its standard input. */
  | { readonly kind: 'listening'; readonly inputFormat: string }
  /** It has found the earlier session. */
  | { readonly kind: 'resumed' }
  /** It has read a line of ours. */
  | { readonly kind: 'heard'; readonly what: string }
  | { readonly kind: 'tool'; readonly call: ToolPart }
  | { readonly kind: 'text'; readonly messageId: string; readonly text: string }
  | { readonly kind: 'step' }
  /** The model has nothing more to do in its session. */
  | { readonly kind: 'idle'; readonly sessionId: string | undefined }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'ignored' };

/** `permission_request`. */
export interface Ask {
  readonly permissionId: string;
  readonly callId?: string;
  /** Its own name of the permission: `edit` for every tool that writes. */
  readonly tool: string;
  /** What its own "always" would cover. */
  readonly patterns: readonly string[];
  readonly title?: string;
  readonly metadata: JsonObject;
}

// What is decided on is read strictly: a request that does not fit is an error, never half a request.
const askSchema = v.object({
  permissionID: v.pipe(v.string(), v.nonEmpty()),
  callID: v.optional(v.string()),
  tool: v.pipe(v.string(), v.nonEmpty()),
  pattern: v.optional(v.union([v.string(), v.array(v.string())])),
  title: v.optional(v.string()),
  metadata: v.optional(v.custom<JsonObject>(isJsonObject), {}),
});

/** Parses one line. An unknown type is ignored: new versions add some; a line that is no frame at all is an error. */
export function parseFrame(line: string): Result<Frame, UserError> {
  const frame = parseJson(line);
  if (!isJsonObject(frame))
    return err(badFrame(AGENT.name, 'a line that is not a JSON object', line));
  return stringAt(frame, 'type') === 'permission_request' ? askOf(frame, line) : ok(shown(frame));
}

function askOf(frame: JsonObject, line: string): Result<Frame, UserError> {
  const parsed = v.safeParse(askSchema, frame);
  if (!parsed.success)
    return err(badFrame(AGENT.name, 'a permission request that is not complete', line));
  const { callID, metadata, pattern = [], permissionID, title, tool } = parsed.output;
  return ok({
    kind: 'ask',
    ask: {
      permissionId: permissionID,
      tool,
      metadata,
      patterns: typeof pattern === 'string' ? [pattern] : pattern,
      ...(callID !== undefined && { callId: callID }),
      ...(title !== undefined && { title }),
    },
  });
}

/** What is only shown, or only watched: read leniently. */
function shown(frame: JsonObject): Frame {
  const part = frame['part'];
  switch (stringAt(frame, 'type')) {
    case 'status':
      return status(frame);
    case 'input':
      return { kind: 'heard', what: stringAt(frame, 'kind') ?? '' };
    case 'tool_use':
      return toolPart(part);
    case 'text': {
      const text = stringAt(part, 'text');
      const messageId = stringAt(part, 'messageID') ?? '';
      return text === undefined ? { kind: 'ignored' } : { kind: 'text', messageId, text };
    }
    case 'step_start':
    case 'step_finish':
      return { kind: 'step' };
    case 'session_idle':
      return { kind: 'idle', sessionId: stringAt(frame, 'sessionID') };
    case 'error': {
      const message = stringAt(frame, 'message') ?? stringAt(frame, 'error');
      return { kind: 'error', message: message ?? 'no reason given' };
    }
    default:
      return { kind: 'ignored' };
  }
}

function status(frame: JsonObject): Frame {
  switch (stringAt(frame, 'mode')) {
    case 'stdin-stream':
      return { kind: 'listening', inputFormat: stringAt(frame['options'], 'inputFormat') ?? '' };
    case 'resume':
      return { kind: 'resumed' };
    default:
      return { kind: 'ignored' };
  }
}

function toolPart(part: unknown): Frame {
  const callId = stringAt(part, 'callID');
  const tool = stringAt(part, 'tool');
  const state = isJsonObject(part) ? part['state'] : undefined;
  if (callId === undefined || tool === undefined || !isJsonObject(state))
    return { kind: 'ignored' };
  const input = isJsonObject(state['input']) ? state['input'] : {};
  return { kind: 'tool', call: { callId, tool, input, status: stringAt(state, 'status') ?? '' } };
}
