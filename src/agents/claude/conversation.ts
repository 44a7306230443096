import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { AgentEvent, ToolCall, ToolCallKind, ToolCallStatus } from '../agent.ts';
import type { AssistantMessage, ToolResult } from './frames.ts';

/**
 * What is said and done in a turn, as events. Text comes twice, first in pieces and then whole; a message of which
 * pieces were seen is not told again.
 */
export class Conversation {
  readonly #calls = new Map<string, ToolCall>();
  readonly #streamed = new Set<string>();
  #streaming = '';

  delta(event: JsonObject): AgentEvent[] {
    if (event['type'] === 'message_start') {
      this.#streaming = stringAt(event['message'], 'id') ?? '';
      return [];
    }
    if (event['type'] !== 'content_block_delta') return [];
    const text = stringAt(event['delta'], 'text');
    const thinking = stringAt(event['delta'], 'thinking');
    if (text === undefined && thinking === undefined) return [];
    this.#streamed.add(this.#streaming);
    if (text !== undefined) return [{ kind: 'text', text, messageId: this.#streaming }];
    return [{ kind: 'thought', text: thinking ?? '' }];
  }

  assistant(message: AssistantMessage): AgentEvent[] {
    const isTold = message.isSubAgent || this.#streamed.has(message.id);
    return message.blocks.flatMap((block): AgentEvent[] => {
      const text = stringAt(block, 'text');
      const thinking = stringAt(block, 'thinking');
      switch (block['type']) {
        case 'text':
          return isTold || !text ? [] : [{ kind: 'text', text, messageId: message.id }];
        case 'thinking':
          return isTold || !thinking ? [] : [{ kind: 'thought', text: thinking }];
        case 'tool_use':
          return this.#used(block);
        default:
          return [];
      }
    });
  }

  results(results: readonly ToolResult[]): AgentEvent[] {
    return results.flatMap(({ callId, isError }) => {
      const event = this.#change(callId, isError ? 'failed' : 'completed');
      this.#calls.delete(callId);
      return event;
    });
  }

  /** A call waits for a person. It is told here if its message has not told it. */
  asked(callId: string, toolName: string, input: JsonObject): AgentEvent[] {
    if (this.#calls.has(callId)) return this.#change(callId, 'pending');
    return this.#started(callId, toolName, input, 'pending');
  }

  waitsFor(callId: string, requestId: string): AgentEvent[] {
    const call = this.#calls.get(callId);
    return call ? [{ kind: 'toolCall', call: { ...call, requestId } }] : [];
  }

  allowed(callId: string): AgentEvent[] {
    return this.#change(callId, 'in_progress');
  }

  /** The turn is over: nothing of it is looked at again. */
  endTurn(): void {
    this.#calls.clear();
    this.#streamed.clear();
  }

  #used(block: JsonObject): AgentEvent[] {
    const callId = stringAt(block, 'id');
    const name = stringAt(block, 'name');
    if (callId === undefined || name === undefined || this.#calls.has(callId)) return [];
    const { input } = block;
    return this.#started(callId, name, isJsonObject(input) ? input : {}, 'in_progress');
  }

  #started(callId: string, name: string, input: JsonObject, status: ToolCallStatus): AgentEvent[] {
    const call: ToolCall = { callId, title: titleOf(name, input), toolKind: kindOf(name), status };
    this.#calls.set(callId, call);
    return [{ kind: 'toolCall', call }];
  }

  #change(callId: string, status: ToolCallStatus): AgentEvent[] {
    const known = this.#calls.get(callId);
    if (!known) return [];
    const call: ToolCall = { ...known, status };
    this.#calls.set(callId, call);
    return [{ kind: 'toolCall', call }];
  }
}

const KINDS: Readonly<Record<string, ToolCallKind>> = {
  Bash: 'execute',
  BashOutput: 'read',
  Edit: 'edit',
  EnterPlanMode: 'switch_mode',
  ExitPlanMode: 'switch_mode',
  Glob: 'search',
  Grep: 'search',
  LS: 'search',
  MultiEdit: 'edit',
  NotebookEdit: 'edit',
  Read: 'read',
  Task: 'think',
  TodoWrite: 'think',
  ToolSearch: 'search',
  WebFetch: 'fetch',
  WebSearch: 'fetch',
  Write: 'edit',
};

function kindOf(toolName: string): ToolCallKind {
  return (Object.hasOwn(KINDS, toolName) && KINDS[toolName]) || 'other';
}

/** The fields that say best what a call is about. */
const SUBJECTS = ['command', 'file_path', 'notebook_path', 'url', 'query', 'pattern', 'path'];

function titleOf(toolName: string, input: JsonObject): string {
  const name = toolName.replace(/^mcp__/, '').replace('__', ': ');
  for (const field of SUBJECTS) {
    const subject = stringAt(input, field);
    if (subject !== undefined) return field === 'command' ? subject : `${name} ${subject}`;
  }
  const description = stringAt(input, 'description');
  return description === undefined ? name : `${name}: ${description}`;
}
