import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AgentContext,
  methods,
  type PermissionOption,
  type SessionUpdate,
  type ToolCall,
  type ToolCallUpdate,
} from '@agentclientprotocol/sdk';

/** What the client answered, and whether that lets the call run. */
export interface Answer {
  readonly allowed: boolean;
  /** The label of the chosen option, or `cancelled`. */
  readonly words: string;
}

/** One call: how it is shown, and what it does when it is allowed. `run` returns what there is to tell about it. */
export interface Call {
  readonly toolCall: Omit<ToolCall, 'toolCallId' | 'status'>;
  run(signal: AbortSignal): Promise<string>;
}

/** How a call ended. */
export interface CallResult {
  readonly answer: Answer;
  readonly output: string;
  readonly ok: boolean;
}

const OPTIONS: readonly PermissionOption[] = [
  { optionId: 'yes', name: 'Go ahead', kind: 'allow_once' },
  { optionId: 'yes-always', name: 'Go ahead, also next time', kind: 'allow_always' },
  { optionId: 'no', name: 'Better not', kind: 'reject_once' },
];

/** Milliseconds between two pieces of a sentence. */
const PACE = 12;

/** One turn of the conversation. Everything it waits for ends when it is cancelled. */
export class Turn {
  readonly #client: AgentContext;
  readonly #sessionId: string;
  readonly #signal: AbortSignal;
  readonly #always: Set<string>;
  readonly #newCallId: () => string;

  /** `always` holds the calls that need no question any more; the whole call is the key. */
  constructor(options: {
    readonly client: AgentContext;
    readonly sessionId: string;
    readonly signal: AbortSignal;
    readonly always: Set<string>;
    readonly newCallId: () => string;
  }) {
    this.#client = options.client;
    this.#sessionId = options.sessionId;
    this.#signal = options.signal;
    this.#always = options.always;
    this.#newCallId = options.newCallId;
  }

  get signal(): AbortSignal {
    return this.#signal;
  }

  /** Says something, a few words at a time. */
  async say(markdown: string): Promise<void> {
    for (const piece of markdown.match(/(?:\S+\s*){1,4}|\s+/g) ?? []) {
      this.#signal.throwIfAborted();
      await this.#update({
        sessionUpdate: 'agent_message_chunk',
        content: { type: 'text', text: piece },
      });
      await sleep(PACE);
    }
  }

  /** Asks for one call and does it only if it was allowed. */
  async call({ toolCall, run }: Call): Promise<CallResult> {
    const toolCallId = this.#newCallId();

    await this.#update({
      sessionUpdate: 'tool_call',
      ...toolCall,
      toolCallId,
      status: 'pending',
    });
    const answer = await this.#ask({ ...toolCall, toolCallId, status: 'pending' });
    this.#signal.throwIfAborted();
    if (!answer.allowed) {
      await this.#end(toolCallId, 'failed', `Not done: ${answer.words}`);
      return { answer, output: '', ok: false };
    }
    await this.#update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'in_progress' });
    try {
      const output = await run(this.#signal);
      await this.#end(toolCallId, 'completed', output);
      return { answer, output, ok: true };
    } catch (error) {
      this.#signal.throwIfAborted();
      const output = error instanceof Error ? error.message : String(error);
      await this.#end(toolCallId, 'failed', output);
      return { answer, output, ok: false };
    }
  }

  async #ask(toolCall: ToolCallUpdate): Promise<Answer> {
    const { toolCallId: _, status: __, ...same } = toolCall;
    const key = JSON.stringify(same);
    if (this.#always.has(key)) return { allowed: true, words: 'Go ahead, as you said before' };
    const { outcome } = await this.#client.request(
      methods.client.session.requestPermission,
      { sessionId: this.#sessionId, toolCall, options: [...OPTIONS] },
      { cancellationSignal: this.#signal, stopWaitingOnCancel: true },
    );
    if (outcome.outcome === 'cancelled') return { allowed: false, words: 'cancelled' };
    // Only an option that was offered counts, and only by its kind.
    const chosen = OPTIONS.find(({ optionId }) => optionId === outcome.optionId);
    if (chosen?.kind === 'allow_always') this.#always.add(key);
    const allowed = chosen?.kind === 'allow_once' || chosen?.kind === 'allow_always';
    return { allowed, words: chosen?.name ?? 'something that was not offered' };
  }

  async #end(toolCallId: string, status: 'completed' | 'failed', text: string): Promise<void> {
    const content = [{ type: 'content' as const, content: { type: 'text' as const, text } }];
    await this.#update({ sessionUpdate: 'tool_call_update', toolCallId, status, content });
  }

  async #update(update: SessionUpdate): Promise<void> {
    await this.#client.notify(methods.client.session.update, {
      sessionId: this.#sessionId,
      update,
    });
  }
}
