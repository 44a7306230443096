import type { Deliver, PermissionGate, RaisedRequest } from '../../permission/broker.ts';
import type { Decision, NativeAnswer } from '../../permission/decision.ts';
import type { RequestDraft } from '../../permission/request.ts';
import { idKey, type RequestId } from './frames.ts';

/** The result of `session/request_permission`. */
export type Outcome =
  | { readonly outcome: 'selected'; readonly optionId: string }
  | { readonly outcome: 'cancelled' };

export interface PermissionRequestsOptions {
  readonly gate: PermissionGate;
  /** Writes the answer to the agent. Throws when it cannot be reached. */
  answer(id: RequestId, outcome: Outcome): void;
  /** The call of a request will not run, as far as we say. */
  denied(callId: string): void;
}

interface Waiting {
  readonly id: RequestId;
  readonly callId: string;
  raised?: RaisedRequest;
}

/** The permission requests of one connection that wait for an answer, by JSON-RPC id. Each is answered exactly once. */
export class PermissionRequests {
  readonly #options: PermissionRequestsOptions;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: PermissionRequestsOptions) {
    this.#options = options;
  }

  /** Raises a request; `undefined` when it was settled at once. */
  raise(id: RequestId, callId: string, draft: RequestDraft): RaisedRequest | undefined {
    const waiting: Waiting = { id, callId };
    const key = idKey(id);
    this.#waiting.set(key, waiting);
    const deliver: Deliver = (decision, native) => this.#deliver(waiting, decision, native);
    try {
      waiting.raised = this.#options.gate.raise(draft, deliver);
    } catch (error) {
      // What cannot be shown and put on record cannot be allowed.
      if (this.#waiting.delete(key)) this.#options.answer(id, refusal(draft));
      throw error;
    }
    return this.#waiting.has(key) ? waiting.raised : undefined;
  }

  /** The agent took one request back. */
  withdraw(id: RequestId): void {
    this.#waiting.get(idKey(id))?.raised?.withdraw();
  }

  /** The agent said how a call ended: it does not wait for an answer to it any more. */
  callEnded(callId: string): void {
    for (const waiting of [...this.#waiting.values()])
      if (waiting.callId === callId) waiting.raised?.withdraw();
  }

  /** Takes back all that waits: the turn was cancelled, or the connection is broken. */
  withdrawAll(): void {
    for (const { raised } of [...this.#waiting.values()]) raised?.withdraw();
  }

  #deliver(waiting: Waiting, decision: Decision, native: NativeAnswer): void {
    if (!this.#waiting.delete(idKey(waiting.id))) return;
    if (decision.outcome === 'deny') this.#options.denied(waiting.callId);
    // An agent that is gone, or about to be, gets no answer: it could go on with its turn.
    if (decision.by.kind === 'agentGone') return;
    this.#options.answer(waiting.id, outcomeOf(decision, native));
  }
}

function outcomeOf(decision: Decision, native: NativeAnswer): Outcome {
  if (native.kind === 'cancel' || decision.by.kind === 'agentWithdrew')
    return { outcome: 'cancelled' };
  return { outcome: 'selected', optionId: native.option.id };
}

function refusal(draft: RequestDraft): Outcome {
  const reject = draft.options.find(({ kind }) => kind === 'reject_once');
  return reject ? { outcome: 'selected', optionId: reject.id } : { outcome: 'cancelled' };
}
