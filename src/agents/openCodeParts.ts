import { type JsonObject, stringAt } from '../base/json.ts';
import { oneLine } from '../permission/cut.ts';
import type { AgentEvent, ToolCall, ToolCallKind, ToolCallStatus } from './agent.ts';

/** The state of a tool call as OpenCode and its fork tell it: https://opencode.ai/docs/sdk (`ToolPart`). */
export interface ToolPart {
  readonly callId: string;
  readonly tool: string;
  /** `pending`, `running`, `completed` or `error`. */
  readonly status: string;
  /** Empty until the model has written all of it. */
  readonly input: JsonObject;
}

interface Known {
  call: ToolCall;
  tool: string;
  /** A request waits for an answer, so "running" is not true yet. */
  waits: boolean;
  asked: boolean;
}

/** They change nothing, or what they do is asked for by itself. */
const HARMLESS: readonly string[] = [
  'batch',
  'glob',
  'grep',
  'invalid',
  'list',
  'ls',
  'lsp',
  'plan_enter',
  'plan_exit',
  'question',
  'read',
  'skill',
  'task',
  'todoread',
  'todowrite',
];

/** The tool calls of a turn, as events. A call that ran although nobody was asked is said, since no rule of ours could. */
export class PartCalls {
  readonly #agentName: string;
  readonly #calls = new Map<string, Known>();

  constructor(agentName: string) {
    this.#agentName = agentName;
  }

  /** The agent told about a call. */
  update(part: ToolPart): AgentEvent[] {
    const known = this.#calls.get(part.callId);
    const title = titleOf(part.tool, part.input);
    const status = statusOf(part.status, known);
    const events: AgentEvent[] = known
      ? this.#change(known, { status, ...(hasInput(part) && { title }) })
      : this.#start(part.callId, part.tool, title, status);
    if (part.status === 'completed') events.push(...this.#unasked(part, title));
    return events;
  }

  /** A request is about to be raised for a call. */
  asked(callId: string, tool: string, title: string): AgentEvent[] {
    const known = this.#calls.get(callId);
    const events = known
      ? this.#change(known, { status: 'pending' })
      : this.#start(callId, tool, title, 'pending');
    const now = this.#calls.get(callId);
    if (now) Object.assign(now, { asked: true, waits: true });
    return events;
  }

  waitsFor(callId: string, requestId: string): AgentEvent[] {
    const known = this.#calls.get(callId);
    return known ? this.#change(known, { requestId }) : [];
  }

  /** The request of a call is settled; how the call ends, the agent tells. */
  settled(callId: string, outcome: 'allow' | 'deny'): AgentEvent[] {
    const known = this.#calls.get(callId);
    if (!known) return [];
    known.waits = false;
    return this.#change(known, { status: outcome === 'allow' ? 'in_progress' : 'failed' });
  }

  /** The turn is over: nothing of it is looked at again. */
  clear(): void {
    this.#calls.clear();
  }

  #start(callId: string, tool: string, title: string, status: ToolCallStatus): AgentEvent[] {
    const call: ToolCall = { callId, title, toolKind: kindOf(tool), status };
    this.#calls.set(callId, { call, tool, waits: false, asked: false });
    return [{ kind: 'toolCall', call }];
  }

  #change(known: Known, change: Partial<ToolCall>): AgentEvent[] {
    const call = { ...known.call, ...change };
    const { requestId, status, title } = known.call;
    if (call.status === status && call.title === title && call.requestId === requestId) return [];
    known.call = call;
    return [{ kind: 'toolCall', call }];
  }

  #unasked(part: ToolPart, title: string): AgentEvent[] {
    const known = this.#calls.get(part.callId);
    if (!known || known.asked || HARMLESS.includes(part.tool)) return [];
    known.asked = true;
    const text = `${this.#agentName} ran this without asking: ${oneLine(title, 300)}`;
    return [{ kind: 'notice', level: 'info', text }];
  }
}

function statusOf(status: string, known: Known | undefined): ToolCallStatus {
  switch (status) {
    case 'completed':
      return 'completed';
    case 'error':
      return 'failed';
    default:
      if (known?.waits) return 'pending';
      // A denied call stays ended until the agent itself says how it ended.
      return known?.call.status === 'failed' ? 'failed' : 'in_progress';
  }
}

function hasInput({ input }: ToolPart): boolean {
  return Object.keys(input).length > 0;
}

const KINDS: Readonly<Record<string, ToolCallKind>> = {
  apply_patch: 'edit',
  bash: 'execute',
  edit: 'edit',
  glob: 'search',
  grep: 'search',
  list: 'search',
  multiedit: 'edit',
  patch: 'edit',
  read: 'read',
  task: 'think',
  todoread: 'think',
  todowrite: 'think',
  webfetch: 'fetch',
  websearch: 'fetch',
  write: 'edit',
};

function kindOf(tool: string): ToolCallKind {
  return (Object.hasOwn(KINDS, tool) && KINDS[tool]) || 'other';
}

/** The fields that say best what a call is about. */
const SUBJECTS = ['command', 'filePath', 'url', 'query', 'pattern', 'path', 'description'];

function titleOf(tool: string, input: JsonObject): string {
  for (const field of SUBJECTS) {
    const subject = stringAt(input, field);
    if (subject !== undefined) return field === 'command' ? subject : `${tool} ${subject}`;
  }
  return tool;
}
