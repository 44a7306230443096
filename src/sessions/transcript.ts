import type { AgentEvent, ReplayEvent, ToolCall, ToolCallKind } from '../agents/agent.ts';
import { Emitter } from '../base/event.ts';
import type { Settled } from '../permission/broker.ts';
import { oneLine } from '../permission/cut.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { toSpans } from '../permission/spans.ts';
import { ruleOf } from '../protocol/cardView.ts';
import type { ChatEntry, ToolEntry } from '../protocol/chatView.ts';
import { ALWAYS_WORDS, minutesWords } from '../protocol/words.ts';
import { prose } from './prose.ts';
import { StreamedProse } from './streamedProse.ts';

const ICONS: Readonly<Record<ToolCallKind, string>> = {
  read: 'eye',
  edit: 'edit',
  delete: 'trash',
  move: 'arrow-swap',
  search: 'search',
  execute: 'terminal',
  think: 'lightbulb',
  fetch: 'globe',
  switch_mode: 'unlock',
  other: 'tools',
};

const MAX_TITLE = 300;
/** What is kept of one message or thought of the agent, in characters; more is not shown. */
const MAX_MESSAGE = 400_000;

/** The entry that the agent still adds to. */
interface Streaming {
  readonly index: number;
  readonly messageId: string | undefined;
  readonly prose: StreamedProse;
}

/** What was said and done in one session, ready to be shown. */
export class Transcript {
  readonly #entries: ChatEntry[];
  readonly #tools = new Map<string, number>();
  readonly #toolOfRequest = new Map<string, number>();
  readonly #changed = new Emitter<number>();
  #streaming: Streaming | undefined;
  #nextId = 0;

  /** `earlier` is what was said in the part of the conversation that went before, as another transcript has it. */
  constructor(earlier: readonly ChatEntry[] = []) {
    this.#entries = earlier.map((entry) => ({ ...entry, id: this.#id() }));
  }

  /** Fires with the index of the first entry that changed. */
  readonly onDidChange = this.#changed.event;

  get entries(): readonly ChatEntry[] {
    return this.#entries;
  }

  addUser(text: string): void {
    this.#append({ kind: 'user', id: this.#id(), text: toSpans(text) });
  }

  addNotice(level: 'info' | 'error', text: string, detail?: string): void {
    this.#append({
      kind: 'notice',
      id: this.#id(),
      level,
      text: prose(text),
      ...(detail && { detail }),
    });
  }

  add(event: AgentEvent): void {
    switch (event.kind) {
      case 'text':
        this.#addText(event.text, event.messageId);
        break;
      case 'thought':
        this.#addThought(event.text);
        break;
      case 'toolCall':
        this.#addToolCall(event.call);
        break;
      case 'notice':
        this.addNotice(event.level, event.text);
        break;
    }
  }

  /** What the agent tells again of a conversation that it takes up. Its calls belong to no call of now. */
  replaceAll(events: readonly ReplayEvent[]): void {
    this.#entries.length = 0;
    for (const event of events) {
      if (event.kind === 'user') this.addUser(event.text);
      else this.add(event);
    }
    this.endMessage();
    // Whatever was said of it last, nothing of it runs or waits now.
    for (const index of this.#tools.values()) {
      const status = this.#tool(index)?.status;
      if (status === 'pending' || status === 'in_progress')
        this.#updateTool(index, { status: 'failed' });
    }
    this.#tools.clear();
  }

  /** Puts the card of a request at the end, below the call that it is about. */
  addCard(request: PermissionRequest): void {
    const { callId } = request.native;
    const index = callId === undefined ? undefined : this.#tools.get(callId);
    if (index !== undefined) {
      this.#toolOfRequest.set(request.id, index);
      this.#updateTool(index, { by: 'waits for your answer' });
    }
    this.#append({ kind: 'card', id: this.#id(), requestId: request.id });
  }

  settled(settled: Settled): void {
    // A request that a rule answered never had a card: only the call itself tells where it belongs.
    const { callId } = settled.request.native;
    const index =
      this.#toolOfRequest.get(settled.request.id) ??
      (callId === undefined ? undefined : this.#tools.get(callId));
    this.#toolOfRequest.delete(settled.request.id);
    const denied = settled.decision.outcome === 'deny';
    const rule = ruleOf(settled);
    const answered = {
      by: answeredBy(settled),
      ...(rule && { rule }),
      ...(denied && { status: 'denied' as const }),
    };
    if (index !== undefined) this.#updateTool(index, answered);
    else if (settled.decision.by.kind === 'rule') this.#addAnswered(settled.request, answered);
  }

  /** What a rule answered shows even where the agent tells of its call only later, or never. */
  #addAnswered(
    { action, native, display }: PermissionRequest,
    answered: Partial<Omit<ToolEntry, 'kind' | 'id'>>,
  ): void {
    if (native.callId !== undefined) this.#tools.set(native.callId, this.#entries.length);
    this.#append({
      kind: 'tool',
      id: this.#id(),
      title: [display.oneLine],
      icon: ICONS[action.tool === 'mcp' ? 'other' : action.tool],
      status: 'completed',
      by: '',
      ...answered,
    });
  }

  /** The turn is over: the message is complete. */
  endMessage(): void {
    const streaming = this.#streaming;
    if (!streaming) return;
    this.#streaming = undefined;
    const entry = this.#entries[streaming.index];
    if (entry?.kind === 'agent') this.#replace(streaming.index, { ...entry, streaming: false });
  }

  #addText(text: string, messageId: string | undefined): void {
    const streaming = this.#streamingTo('agent');
    if (streaming && (messageId === undefined || messageId === streaming.messageId)) {
      this.#addTo(streaming, text);
      return;
    }
    this.endMessage();
    const begun = new StreamedProse();
    const markdown = begun.push(text);
    this.#append({ kind: 'agent', id: this.#id(), markdown, streaming: true });
    this.#streaming = { index: this.#entries.length - 1, messageId, prose: begun };
  }

  #addThought(text: string): void {
    const streaming = this.#streamingTo('thought');
    if (streaming) {
      this.#addTo(streaming, text);
      return;
    }
    const begun = new StreamedProse();
    this.#append({ kind: 'thought', id: this.#id(), text: begun.push(text) });
    this.#streaming = { index: this.#entries.length - 1, messageId: undefined, prose: begun };
  }

  /** What the agent adds to, if that is of this kind and nothing came after it. */
  #streamingTo(kind: 'agent' | 'thought'): Streaming | undefined {
    const streaming = this.#streaming;
    const isLast = streaming?.index === this.#entries.length - 1;
    return isLast && this.#entries.at(-1)?.kind === kind ? streaming : undefined;
  }

  #addTo(streaming: Streaming, text: string): void {
    if (streaming.prose.length > MAX_MESSAGE) return;
    const safe = streaming.prose.push(text);
    const entry = this.#entries[streaming.index];
    if (entry?.kind === 'agent') this.#replace(streaming.index, { ...entry, markdown: safe });
    else if (entry?.kind === 'thought') this.#replace(streaming.index, { ...entry, text: safe });
  }

  #addToolCall(call: ToolCall): void {
    const index = this.#tools.get(call.callId);
    if (index === undefined) {
      const kind = call.toolKind ?? 'other';
      this.#tools.set(call.callId, this.#entries.length);
      this.#append({
        kind: 'tool',
        id: this.#id(),
        title: [oneLine(call.title ?? 'Tool call', MAX_TITLE)],
        icon: ICONS[kind],
        status: call.status,
        by: kind === 'read' || kind === 'search' ? 'reading never asks' : '',
      });
      return;
    }
    const denied = this.#tool(index)?.status === 'denied';
    this.#updateTool(index, {
      ...(call.title !== undefined && { title: [oneLine(call.title, MAX_TITLE)] }),
      ...(call.toolKind && { icon: ICONS[call.toolKind] }),
      // What was denied stays denied, though the agent calls it failed.
      ...(!denied && { status: call.status }),
    });
  }

  #tool(index: number): ToolEntry | undefined {
    const entry = this.#entries[index];
    return entry?.kind === 'tool' ? entry : undefined;
  }

  #updateTool(index: number, change: Partial<Omit<ToolEntry, 'kind' | 'id'>>): void {
    const entry = this.#tool(index);
    if (entry) this.#replace(index, { ...entry, ...change });
  }

  #append(entry: ChatEntry): void {
    if (entry.kind !== 'agent') this.endMessage();
    this.#entries.push(entry);
    this.#changed.fire(this.#entries.length - 1);
  }

  #replace(index: number, entry: ChatEntry): void {
    this.#entries[index] = entry;
    this.#changed.fire(index);
  }

  #id(): string {
    return String(this.#nextId++);
  }
}

function answeredBy({ decision, delivery }: Settled): string {
  if (delivery === 'failed') return 'your answer did not arrive';
  const { by, outcome } = decision;
  switch (by.kind) {
    case 'person': {
      const you = by.device ? `you, on ${by.device}` : 'you';
      if (outcome === 'deny' && decision.rule)
        return `denied by ${you}, always ${ALWAYS_WORDS[decision.rule.scope]}`;
      if (outcome === 'deny') return `denied by ${you}`;
      return decision.rule ? `${you}, always ${ALWAYS_WORDS[decision.rule.scope]}` : `${you}, once`;
    }
    case 'rule':
      return outcome === 'allow' ? 'allowed by rule' : 'denied by rule';
    case 'ttl':
      return `denied: nobody answered within ${minutesWords(by.minutes)}`;
    case 'agentWithdrew':
      return 'withdrawn';
    case 'agentGone':
    case 'shutdown':
      return 'stopped; it was not run';
  }
}
