import * as v from 'valibot';
import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { ToolPart } from '../openCodeParts.ts';

export const AGENT = { id: 'opencode', name: 'OpenCode' } as const;

/** One event of `GET /event`, as far as it is used; see test/wire/opencode for recorded ones. */
export type Frame =
  | { readonly kind: 'asked'; readonly ask: Ask }
  /** A request that is asked for but cannot be read. `permissionId` is there to refuse it with. */
  | { readonly kind: 'badAsk'; readonly permissionId: string | undefined }
  | { readonly kind: 'replied'; readonly permissionId: string; readonly reply: string }
  | { readonly kind: 'message'; readonly messageId: string; readonly role: string }
  | { readonly kind: 'part'; readonly part: Part }
  | {
      readonly kind: 'delta';
      readonly partId: string;
      readonly messageId: string;
      readonly text: string;
    }
  | { readonly kind: 'busy'; readonly sessionId: string }
  /** The model's service failed and is tried again. */
  | { readonly kind: 'retry'; readonly sessionId: string; readonly message: string }
  | { readonly kind: 'idle'; readonly sessionId: string }
  | { readonly kind: 'error'; readonly sessionId: string; readonly error: SessionError }
  | { readonly kind: 'ignored' };

/** `permission.asked`. */
export interface Ask {
  readonly id: string;
  readonly sessionId: string;
  readonly permission: string;
  readonly patterns: readonly string[];
  readonly metadata: JsonObject;
  /** What its own "always" would cover. */
  readonly always: readonly string[];
  readonly tool?: { readonly messageId: string; readonly callId: string };
}

export interface Part {
  readonly id: string;
  readonly sessionId: string;
  readonly messageId: string;
  readonly content:
    | { readonly kind: 'text'; readonly text: string; readonly isThought: boolean }
    | { readonly kind: 'tool'; readonly tool: ToolPart }
    | { readonly kind: 'other' };
}

export interface SessionError {
  /** Such as `MessageAbortedError`, `ProviderAuthError`. */
  readonly name: string;
  readonly message: string;
}

// What is decided on is read strictly: a request that does not fit is refused, never half of it shown.
const askSchema = v.object({
  id: v.pipe(v.string(), v.nonEmpty()),
  sessionID: v.pipe(v.string(), v.nonEmpty()),
  permission: v.pipe(v.string(), v.nonEmpty()),
  patterns: v.array(v.string()),
  metadata: v.optional(v.custom<JsonObject>(isJsonObject), {}),
  always: v.optional(v.array(v.string()), []),
  tool: v.optional(v.object({ messageID: v.string(), callID: v.string() })),
});

/** Reads one event. An unknown type is ignored: new versions add some. */
export function readFrame(event: unknown): Frame {
  const properties = isJsonObject(event) ? event['properties'] : undefined;
  if (!isJsonObject(properties)) return { kind: 'ignored' };
  const sessionId = stringAt(properties, 'sessionID') ?? '';
  switch (stringAt(event, 'type')) {
    case 'permission.asked': {
      const ask = readAsk(properties);
      return ask
        ? { kind: 'asked', ask }
        : { kind: 'badAsk', permissionId: stringAt(properties, 'id') };
    }
    case 'permission.replied': {
      const reply = stringAt(properties, 'reply') ?? '';
      return { kind: 'replied', permissionId: stringAt(properties, 'requestID') ?? '', reply };
    }
    case 'message.updated': {
      const { info } = properties;
      const role = stringAt(info, 'role') ?? '';
      return { kind: 'message', messageId: stringAt(info, 'id') ?? '', role };
    }
    case 'message.part.updated': {
      const part = readPart(properties['part']);
      return part ? { kind: 'part', part } : { kind: 'ignored' };
    }
    case 'message.part.delta':
      return delta(properties);
    case 'session.status':
      return status(sessionId, properties['status']);
    case 'session.idle':
      return { kind: 'idle', sessionId };
    case 'session.error':
      return { kind: 'error', sessionId, error: readError(properties['error']) };
    default:
      return { kind: 'ignored' };
  }
}

/** One request, from an event or from `GET /permission`; `undefined` when it cannot be read. */
export function readAsk(value: unknown): Ask | undefined {
  const parsed = v.safeParse(askSchema, value);
  if (!parsed.success) return undefined;
  const { sessionID, tool, ...rest } = parsed.output;
  return {
    ...rest,
    sessionId: sessionID,
    ...(tool && { tool: { messageId: tool.messageID, callId: tool.callID } }),
  };
}

/** One part of a message, from an event or from `GET /session/{id}/message`. */
export function readPart(part: unknown): Part | undefined {
  const id = stringAt(part, 'id');
  const sessionId = stringAt(part, 'sessionID');
  const messageId = stringAt(part, 'messageID');
  if (id === undefined || sessionId === undefined || messageId === undefined) return undefined;
  return { id, sessionId, messageId, content: contentOf(part) };
}

function readError(error: unknown): SessionError {
  const name = stringAt(error, 'name') ?? 'UnknownError';
  const data = isJsonObject(error) ? error['data'] : undefined;
  return { name, message: stringAt(data, 'message') ?? name };
}

function contentOf(part: unknown): Part['content'] {
  const type = stringAt(part, 'type');
  const text = stringAt(part, 'text');
  if ((type === 'text' || type === 'reasoning') && text !== undefined)
    return { kind: 'text', text, isThought: type === 'reasoning' };
  const callId = stringAt(part, 'callID');
  const name = stringAt(part, 'tool');
  const state = isJsonObject(part) ? part['state'] : undefined;
  if (type !== 'tool' || callId === undefined || name === undefined || !isJsonObject(state))
    return { kind: 'other' };
  const input = isJsonObject(state['input']) ? state['input'] : {};
  const tool = { callId, tool: name, input, status: stringAt(state, 'status') ?? '' };
  return { kind: 'tool', tool };
}

function delta(properties: JsonObject): Frame {
  const text = stringAt(properties, 'delta');
  const partId = stringAt(properties, 'partID');
  if (text === undefined || partId === undefined || properties['field'] !== 'text')
    return { kind: 'ignored' };
  return { kind: 'delta', partId, messageId: stringAt(properties, 'messageID') ?? '', text };
}

function status(sessionId: string, value: unknown): Frame {
  switch (stringAt(value, 'type')) {
    case 'busy':
      return { kind: 'busy', sessionId };
    case 'retry':
      return { kind: 'retry', sessionId, message: stringAt(value, 'message') ?? 'no reason given' };
    default:
      return { kind: 'ignored' };
  }
}
