import type { AnyMessage } from '@agentclientprotocol/sdk';
import * as v from 'valibot';
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { OptionKind } from '../../permission/request.ts';
import type { UserError } from '../../protocol/userError.ts';
import { badFrame, unknownOptionKind } from './errors.ts';

export type RequestId = string | number;

/** One frame of the agent, as far as we decide on it. The SDK gets the rest. */
export type Frame =
  | { readonly kind: 'permission'; readonly id: RequestId; readonly params: PermissionParams }
  | { readonly kind: 'update'; readonly sessionId: string; readonly update: JsonObject }
  | { readonly kind: 'cancelRequest'; readonly requestId: RequestId }
  | {
      readonly kind: 'request';
      readonly id: RequestId;
      readonly method: string;
      readonly message: AnyMessage;
    }
  | { readonly kind: 'response'; readonly id: RequestId; readonly message: AnyMessage }
  | { readonly kind: 'ignored'; readonly method: string };

/** `session/request_permission`: https://agentclientprotocol.com/protocol/tool-calls#requesting-permission */
export interface PermissionParams {
  readonly sessionId: string;
  readonly toolCall: JsonObject & { readonly toolCallId: string };
  readonly options: readonly OfferedOption[];
}

export interface OfferedOption {
  readonly optionId: string;
  readonly name: string;
  readonly kind: OptionKind;
}

const KINDS: readonly OptionKind[] = ['allow_once', 'allow_always', 'reject_once', 'reject_always'];

const permissionSchema = v.object({
  sessionId: v.string(),
  toolCall: v.looseObject({ toolCallId: v.string() }),
  options: v.array(v.object({ optionId: v.string(), name: v.string(), kind: v.string() })),
});

/**
 * Parses one line. Strict where something is decided: what cannot be read exactly is an error, never a guess. `undefined`
 * is an empty line.
 */
export function parseFrame(line: string, agentName: string): Result<Frame | undefined, UserError> {
  if (line.trim() === '') return ok(undefined);
  const message = parseJson(line);
  const bad = (what: string) => err(badFrame(agentName, what, line));
  if (!isJsonObject(message)) return bad('a line that is not a JSON object');
  if (message['jsonrpc'] !== '2.0') return bad('a JSON object that is not JSON-RPC 2.0');
  const { id, method, params } = message;
  if (method === undefined) {
    if (!isId(id)) return bad('a response without an id');
    return ok({ kind: 'response', id, message: message as unknown as AnyMessage });
  }
  if (typeof method !== 'string') return bad('a method that is not a text');
  if (!Object.hasOwn(message, 'id')) return ok(notification(method, params));
  if (!isId(id)) return bad('a request whose id is neither text nor number');
  if (method !== 'session/request_permission')
    return ok({ kind: 'request', id, method, message: message as unknown as AnyMessage });
  const parsed = v.safeParse(permissionSchema, params);
  if (!parsed.success) return bad('a permission request that is not complete');
  const { toolCall, options, sessionId } = parsed.output;
  const unknown = options.find(({ kind }) => !isOptionKind(kind));
  if (unknown) return err(unknownOptionKind(agentName, unknown.kind));
  // Two options under one id: selecting one would select the other as well.
  if (new Set(options.map(({ optionId }) => optionId)).size !== options.length)
    return bad('a permission request with one option id for two options');
  return ok({
    kind: 'permission',
    id,
    params: {
      sessionId,
      toolCall: toolCall as PermissionParams['toolCall'],
      options: options.filter((option): option is OfferedOption => isOptionKind(option.kind)),
    },
  });
}

/** Ids are compared with their type: `0` and `"0"` are two requests. */
export function idKey(id: RequestId): string {
  return `${typeof id}:${id}`;
}

function notification(method: string, params: unknown): Frame {
  if (!isJsonObject(params)) return { kind: 'ignored', method };
  const { sessionId, update, requestId } = params;
  if (method === 'session/update' && typeof sessionId === 'string' && isJsonObject(update))
    return { kind: 'update', sessionId, update };
  // What Qwen sends in place of ACP's own notification of a changed mode.
  if (method === 'qwen/notify/session/mode-update' && typeof sessionId === 'string') {
    const { currentModeId = '' } = params;
    const update = { sessionUpdate: 'current_mode_update', currentModeId };
    return { kind: 'update', sessionId, update };
  }
  if (method === '$/cancel_request' && isId(requestId)) return { kind: 'cancelRequest', requestId };
  return { kind: 'ignored', method };
}

function isId(value: unknown): value is RequestId {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}

function isOptionKind(kind: string): kind is OptionKind {
  return (KINDS as readonly string[]).includes(kind);
}
