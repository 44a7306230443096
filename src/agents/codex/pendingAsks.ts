import type { JsonObject } from '../../base/json.ts';
import type { PermissionGate, RaisedRequest } from '../../permission/broker.ts';
import type { Decision, NativeAnswer } from '../../permission/decision.ts';
import type { RequestDraft } from '../../permission/request.ts';
import { type Ask, resultOf } from './ask.ts';
import { idKey, type RequestId } from './frames.ts';

/** What {@link PendingAsks} needs of its connection. */
export interface PendingAsksOptions {
  readonly gate: PermissionGate;
  /** Writes the answer to Codex. Throws when it cannot be reached. */
  answer(id: RequestId, result: JsonObject): void;
  /** A request of Codex is over on our side. */
  settled(pending: PendingAsk, outcome: 'allow' | 'deny'): void;
  /** The person's answers did not fit what was asked, so they were not sent. */
  unfit(ask: Ask): void;
}

/** A request of Codex that has no answer yet. */
export interface PendingAsk {
  readonly id: RequestId;
  readonly threadId: string;
  readonly ask: Ask;
}

interface Waiting extends PendingAsk {
  raised?: RaisedRequest;
  /** Codex settled it by itself, or gives it up with its turn: nothing is sent any more. */
  over: boolean;
}

/** What Codex waits for, by JSON-RPC id. Each is answered exactly once, or not at all when Codex took it back. */
export class PendingAsks {
  readonly #options: PendingAsksOptions;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: PendingAsksOptions) {
    this.#options = options;
  }

  has(id: RequestId): boolean {
    return this.#waiting.has(idKey(id));
  }

  /** Whether something waits that is about this item. */
  isAbout(threadId: string, itemId: string): boolean {
    return [...this.#waiting.values()].some(
      (waiting) => waiting.threadId === threadId && waiting.ask.callId === itemId,
    );
  }

  /**
   * Raises a request; `undefined` when it was settled at once. Throws when it cannot be shown, after Codex was told that
   * it is refused.
   */
  raise(pending: PendingAsk, draft: RequestDraft): RaisedRequest | undefined {
    const waiting: Waiting = { ...pending, over: false };
    const key = idKey(pending.id);
    this.#waiting.set(key, waiting);
    try {
      waiting.raised = this.#options.gate.raise(draft, (decision, native) =>
        this.#deliver(waiting, decision, native),
      );
    } catch (error) {
      // What cannot be shown and put on record cannot be allowed.
      if (this.#waiting.delete(key)) this.#options.answer(pending.id, pending.ask.refusal);
      throw error;
    }
    return this.#waiting.has(key) ? waiting.raised : undefined;
  }

  /** `serverRequest/resolved`: it was answered elsewhere, or Codex does not wait for it any more. */
  resolved(id: RequestId): void {
    this.#close(this.#waiting.get(idKey(id)));
  }

  /** Nothing of all that waits is answered any more. */
  closeAll(): void {
    for (const waiting of [...this.#waiting.values()]) this.#close(waiting);
  }

  #close(waiting: Waiting | undefined): void {
    if (!waiting) return;
    waiting.over = true;
    this.#waiting.delete(idKey(waiting.id));
    waiting.raised?.withdraw();
  }

  #deliver(waiting: Waiting, decision: Decision, native: NativeAnswer): void {
    if (this.#waiting.get(idKey(waiting.id)) === waiting) this.#waiting.delete(idKey(waiting.id));
    // A Codex that is gone, or about to be, gets no answer: it could go on with its turn.
    if (waiting.over || decision.by.kind === 'agentGone') return;
    const result = resultOf(waiting.ask, decision, native);
    this.#options.answer(waiting.id, result ?? waiting.ask.refusal);
    if (!result) this.#options.unfit(waiting.ask);
    this.#options.settled(waiting, result ? decision.outcome : 'deny');
  }
}
