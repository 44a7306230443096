import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { SessionRef } from '../../permission/request.ts';
import type { ExistingFile } from '../existingFile.ts';
import { objectAt } from './inputFields.ts';
import type { AgentProfile } from './profiles.ts';
import { type CallFrame, textOf } from './toolCalls.ts';

/** A call that an agent asks permission for. */
export interface AskedCall {
  /** The `toolCall` of the request. */
  readonly asked: CallFrame;
  /** What updates told about the same call before, when there were any. */
  readonly told?: CallFrame;
  readonly profile: AgentProfile;
  readonly session: SessionRef;
  /** Some agents (Claude's adapter) do not say what a write overwrites, so it is looked up. */
  existingFile(path: string): ExistingFile;
}

/** ACP's kind of the tool, as the agent says it. */
export function kindOf({ asked, told }: AskedCall): string | undefined {
  return stringAt(asked, 'kind') ?? stringAt(told, 'kind');
}

/** The input in the request; what was told before counts only when the request has none. */
export function inputOf({ asked, told }: AskedCall): JsonObject | undefined {
  const input = objectAt(asked, 'rawInput');
  return input && Object.keys(input).length > 0 ? input : objectAt(told, 'rawInput');
}

/** The input that was told before the request. */
export function toldInput({ told }: AskedCall): JsonObject {
  return objectAt(told, 'rawInput') ?? {};
}

/** Some agents ask with less than they told before; what they left out counts as well. */
export function mergedInput(call: AskedCall): JsonObject {
  return { ...toldInput(call), ...inputOf(call) };
}

/** The texts in a call's content. */
export function contentTexts(frame: JsonObject): string[] {
  const content = Array.isArray(frame['content']) ? frame['content'] : [];
  return content.flatMap((item) =>
    isJsonObject(item) && item['type'] === 'content' ? (textOf(item['content']) ?? []) : [],
  );
}
