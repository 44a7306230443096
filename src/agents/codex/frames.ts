import { isJsonObject, type JsonObject, parseJson, stringAt } from '../../base/json.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { UserError } from '../../protocol/userError.ts';
import { badFrame } from './errors.ts';

/** Codex counts its requests from 0 in each process, and uses a number again once it is settled. */
export type RequestId = string | number;

/**
 * One line of `codex app-server`: JSON-RPC 2.0 without its `jsonrpc` field. The types of all methods are printed by
 * `codex app-server generate-ts --experimental --out FOLDER`.
 */
export type Frame =
  | {
      readonly kind: 'request';
      readonly id: RequestId;
      readonly method: string;
      readonly params: JsonObject;
    }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject }
  | {
      readonly kind: 'response';
      readonly id: RequestId;
      /** An empty object when the result is none. */
      readonly reply: Result<JsonObject, string>;
    };

/** Parses one line. What is no frame at all is an error, never skipped: it could have been a request. */
export function parseFrame(line: string): Result<Frame, UserError> {
  const frame = parseJson(line);
  const bad = (what: string) => err(badFrame(what, line));
  if (!isJsonObject(frame)) return bad('a line that is not a JSON object');
  const { id, method } = frame;
  const params = isJsonObject(frame['params']) ? frame['params'] : {};
  if (method !== undefined && typeof method !== 'string') return bad('a method that is not a text');
  if (id === undefined) {
    if (method === undefined) return bad('a JSON object with neither method nor id');
    return ok({ kind: 'notification', method, params });
  }
  if (!isRequestId(id)) return bad('an id that is neither text nor a whole number');
  if (method !== undefined) return ok({ kind: 'request', id, method, params });
  const { error, result } = frame;
  if (error !== undefined && error !== null) {
    const words = stringAt(error, 'message') ?? 'no reason given';
    return ok({ kind: 'response', id, reply: err(words) });
  }
  if (result === undefined) return bad('a response without a result');
  return ok({ kind: 'response', id, reply: ok(isJsonObject(result) ? result : {}) });
}

/** Ids are compared with their type: `0` and `"0"` are two requests. */
export function idKey(id: RequestId): string {
  return `${typeof id}:${id}`;
}

/** A number that JavaScript rounds would be answered under another id. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || Number.isSafeInteger(value);
}
