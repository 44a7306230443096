import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { ToolCall, ToolCallKind, ToolCallStatus } from '../agent.ts';

/** What the agent told about one of its calls so far, word for word. */
export interface CallFrame extends JsonObject {
  readonly toolCallId: string;
}

const KINDS: readonly string[] = [
  'read',
  'edit',
  'delete',
  'move',
  'search',
  'execute',
  'think',
  'fetch',
  'switch_mode',
  'other',
] satisfies ToolCallKind[];

const STATUSES: readonly string[] = [
  'pending',
  'in_progress',
  'completed',
  'failed',
] satisfies ToolCallStatus[];

/** Calls of these kinds change something or reach out. */
const EFFECTS: readonly string[] = [
  'edit',
  'delete',
  'move',
  'execute',
  'fetch',
] satisfies ToolCallKind[];

interface Known {
  readonly frame: CallFrame;
  readonly status: ToolCallStatus;
  /** We ended it: what it was going to do was denied. */
  readonly denied: boolean;
  readonly wasAsked: boolean;
}

/** The calls of one session, each merged from its frames. A call that ended is forgotten but for its id. */
export class ToolCalls {
  readonly #open = new Map<string, Known>();
  readonly #onUnasked: (what: string) => void;
  #hasUnasked = false;

  /** `onUnasked` hears of the first call with an effect that ran although it was not asked for, by its command or title. */
  constructor(onUnasked: (what: string) => void) {
    this.#onUnasked = onUnasked;
  }

  /** What was told about an open call; a new `tool_call` under an old id starts afresh. */
  told(callId: string): CallFrame | undefined {
    return this.#open.get(callId)?.frame;
  }

  /** Takes a `tool_call` or `tool_call_update` in and returns the call as it is now, or `undefined` if it is not one. */
  update(update: JsonObject): ToolCall | undefined {
    const callId = stringAt(update, 'toolCallId');
    if (callId === undefined) return undefined;
    const known = this.#open.get(callId);
    // Gemini tells of a call when it was asked about already.
    const before = stringAt(update, 'sessionUpdate') === 'tool_call' ? undefined : known;
    const frame = merge(before?.frame, { ...update, toolCallId: callId });
    const said = statusOf(update);
    const isOver = said === 'completed' || said === 'failed';
    // A denied call stays ended until the agent itself says how it ended.
    const status = before?.denied && !isOver ? 'failed' : (said ?? before?.status ?? 'pending');
    const { denied = false } = before ?? {};
    const { wasAsked = false } = known ?? {};
    if (isOver) this.#open.delete(callId);
    else this.#open.set(callId, { frame, status, denied, wasAsked });
    if (said === 'completed' && known && !wasAsked) this.#ranUnasked(frame);
    return callOf(frame, status);
  }

  /** The call that a permission request is about, as it was asked. */
  asked(toolCall: CallFrame): ToolCall {
    const before = this.#open.get(toolCall.toolCallId);
    // What was asked is not kept: one call can ask twice for different things (OpenCode), and the second must not be
    // read with the input of the first.
    const frame = before?.frame ?? { toolCallId: toolCall.toolCallId };
    this.#open.set(toolCall.toolCallId, {
      frame,
      status: 'pending',
      denied: false,
      wasAsked: true,
    });
    return callOf(merge(frame, toolCall), 'pending');
  }

  /** The call was denied or taken back. Some agents (Gemini) never say so themselves. */
  denied(callId: string): ToolCall | undefined {
    const known = this.#open.get(callId);
    if (!known) return undefined;
    this.#open.set(callId, { ...known, status: 'failed', denied: true });
    return callOf(known.frame, 'failed');
  }

  #ranUnasked(frame: CallFrame): void {
    const input = isJsonObject(frame['rawInput']) ? frame['rawInput'] : {};
    const what = stringAt(input, 'command') ?? stringAt(frame, 'title') ?? '';
    if (this.#hasUnasked || !EFFECTS.includes(stringAt(frame, 'kind') ?? '')) return;
    this.#hasUnasked = true;
    this.#onUnasked(what);
  }

  /** The turn is over: nothing of it is looked at again. */
  clear(): void {
    this.#open.clear();
  }
}

function merge(before: CallFrame | undefined, frame: CallFrame): CallFrame {
  const told = Object.entries(frame).filter(([, value]) => value !== null && value !== undefined);
  return { ...before, ...Object.fromEntries(told), toolCallId: frame.toolCallId };
}

function callOf(frame: CallFrame, status: ToolCallStatus): ToolCall {
  const title = stringAt(frame, 'title');
  const kind = stringAt(frame, 'kind');
  return {
    callId: frame.toolCallId,
    ...(title !== undefined && { title }),
    ...(isKind(kind) && { toolKind: kind }),
    status,
  };
}

function isKind(kind: string | undefined): kind is ToolCallKind {
  return kind !== undefined && KINDS.includes(kind);
}

function statusOf(update: JsonObject): ToolCallStatus | undefined {
  const status = stringAt(update, 'status');
  return status !== undefined && STATUSES.includes(status) ? (status as ToolCallStatus) : undefined;
}

/** The text of a content block, or `undefined` for pictures and the like. */
export function textOf(block: unknown): string | undefined {
  return isJsonObject(block) && block['type'] === 'text' ? stringAt(block, 'text') : undefined;
}
