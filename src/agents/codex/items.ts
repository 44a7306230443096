import { isJsonObject, type Json, type JsonObject, stringAt } from '../../base/json.ts';
import { canonicalJson } from '../../permission/canonicalJson.ts';
import type { AgentEvent, ToolCall, ToolCallKind, ToolCallStatus } from '../agent.ts';
import type { Told } from './ask.ts';
import { unwrapped } from './shellWrapper.ts';

interface OpenItem {
  readonly threadId: string;
  readonly item: JsonObject;
  call: ToolCall;
}

/**
 * What is said and done, as events: `item/started`, `item/completed` and what comes in between. Open items are kept,
 * because an approval names its item and does not repeat what the item said (`ThreadItem` in Codex's own types).
 */
export class Items {
  readonly #open = new Map<string, OpenItem>();
  /** Messages of which pieces were seen; they come once more as a whole. */
  readonly #streamed = new Set<string>();

  /** What was told in one thread, for a request of that thread. */
  told(threadId: string): Told {
    return {
      changesOf: (itemId) => changesOf(this.#open.get(keyOf(threadId, itemId))?.item),
      mcpCall: (server, tool, args) => this.#mcpCall(threadId, server, tool, args),
    };
  }

  started(threadId: string, item: JsonObject): AgentEvent[] {
    const callId = stringAt(item, 'id');
    const about = aboutItem(item);
    if (callId === undefined || !about) return [];
    const call: ToolCall = { callId, ...about, status: 'in_progress' };
    this.#open.set(keyOf(threadId, callId), { threadId, item, call });
    return [{ kind: 'toolCall', call }];
  }

  completed(threadId: string, item: JsonObject): AgentEvent[] {
    const id = stringAt(item, 'id') ?? '';
    const text = stringAt(item, 'text');
    if (item['type'] === 'agentMessage')
      return this.#streamed.has(id) || !text ? [] : [{ kind: 'text', text, messageId: id }];
    const about = aboutItem(item);
    if (!about) return [];
    this.#open.delete(keyOf(threadId, id));
    return [{ kind: 'toolCall', call: { callId: id, ...about, status: statusOf(item) } }];
  }

  delta(messageId: string, text: string): AgentEvent[] {
    this.#streamed.add(messageId);
    return [{ kind: 'text', text, messageId }];
  }

  /** The changes of an item were told anew; false when that is other than what was told before. */
  changed(threadId: string, itemId: string, changes: Json): boolean {
    const open = this.#open.get(keyOf(threadId, itemId));
    if (!open) return true;
    this.#open.set(keyOf(threadId, itemId), { ...open, item: { ...open.item, changes } });
    return isSame(open.item['changes'] ?? null, changes);
  }

  /** A call waits for a person. It is told here if its item was not. */
  asked(threadId: string, callId: string, title: string): AgentEvent[] {
    const key = keyOf(threadId, callId);
    if (!this.#open.has(key)) {
      const call: ToolCall = { callId, title, toolKind: 'other', status: 'pending' };
      this.#open.set(key, { threadId, item: {}, call });
    }
    return this.#change(key, { status: 'pending' });
  }

  waitsFor(threadId: string, callId: string, requestId: string): AgentEvent[] {
    const open = this.#open.get(keyOf(threadId, callId));
    return open ? [{ kind: 'toolCall', call: { ...open.call, requestId } }] : [];
  }

  answered(threadId: string, callId: string, status: ToolCallStatus): AgentEvent[] {
    return this.#change(keyOf(threadId, callId), { status });
  }

  /** The turn of a thread is over. Codex does not say how a call ended that it gave up while it was asking. */
  endTurn(threadId: string, interrupted: boolean): AgentEvent[] {
    this.#streamed.clear();
    return [...this.#open].flatMap(([key, open]) => {
      if (open.threadId !== threadId || (!interrupted && open.call.status !== 'pending')) return [];
      this.#open.delete(key);
      return [{ kind: 'toolCall' as const, call: { ...open.call, status: 'failed' as const } }];
    });
  }

  #change(key: string, change: Partial<ToolCall>): AgentEvent[] {
    const open = this.#open.get(key);
    if (!open) return [];
    open.call = { ...open.call, ...change };
    return [{ kind: 'toolCall', call: open.call }];
  }

  /** The one call that is not waiting yet: two that are alike are two requests. */
  #mcpCall(
    threadId: string,
    server: string,
    tool: string,
    args: Json | undefined,
  ): string | undefined {
    for (const open of this.#open.values()) {
      const { call, item } = open;
      if (open.threadId !== threadId || call.status === 'pending') continue;
      const isIt =
        item['type'] === 'mcpToolCall' && item['server'] === server && item['tool'] === tool;
      if (isIt && isSame(item['arguments'] ?? {}, args ?? {})) return call.callId;
    }
    return undefined;
  }
}

/** What is nested too deeply to be compared is not the same. */
function isSame(one: Json, other: Json): boolean {
  try {
    return canonicalJson(one) === canonicalJson(other);
  } catch {
    return false;
  }
}

function keyOf(threadId: string, itemId: string): string {
  return JSON.stringify([threadId, itemId]);
}

function changesOf(item: JsonObject | undefined): readonly Json[] | undefined {
  const changes = item?.['type'] === 'fileChange' ? item['changes'] : undefined;
  return Array.isArray(changes) ? changes : undefined;
}

function statusOf(item: JsonObject): ToolCallStatus {
  switch (stringAt(item, 'status')) {
    case 'failed':
    case 'declined':
      return 'failed';
    default:
      return 'completed';
  }
}

interface About {
  readonly title: string;
  readonly toolKind: ToolCallKind;
}

/** Words for an item that does something; `undefined` for one that only says something. */
function aboutItem(item: JsonObject): About | undefined {
  const text = (key: string) => stringAt(item, key) ?? '';
  switch (stringAt(item, 'type')) {
    case 'commandExecution':
      return { title: unwrapped(text('command')), toolKind: 'execute' };
    case 'fileChange':
      return { title: `Change ${pathsOf(item)}`, toolKind: 'edit' };
    case 'mcpToolCall':
      return { title: `${text('server')}: ${text('tool')}`, toolKind: 'other' };
    case 'dynamicToolCall':
      return { title: text('tool'), toolKind: 'other' };
    case 'webSearch':
      return { title: `Search the web: ${text('query')}`, toolKind: 'fetch' };
    case 'imageView':
      return { title: `Look at ${text('path')}`, toolKind: 'read' };
    case 'collabAgentToolCall':
      return { title: `Sub-agent: ${text('tool')}`, toolKind: 'think' };
    default:
      return undefined;
  }
}

function pathsOf(item: JsonObject): string {
  const changes = Array.isArray(item['changes']) ? item['changes'].filter(isJsonObject) : [];
  return changes.map((change) => stringAt(change, 'path') ?? '').join(', ');
}
