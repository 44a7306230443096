import type { JsonObject } from '../../base/json.ts';
import type { Result } from '../../base/result.ts';
import type { UserError } from '../../protocol/userError.ts';
import { idKey, type RequestId } from './frames.ts';

/** What Codex answers: its result, or the words of its error. */
export type Reply = Result<JsonObject, string>;

interface Sent {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: UserError) => void;
}

/** Requests of ours to Codex. Each is settled by its response, or by the end of Codex. */
export class Calls {
  readonly #send: (frame: JsonObject) => void;
  readonly #sent = new Map<string, Sent>();
  #lastId = 0;
  #over: UserError | undefined;

  constructor(send: (frame: JsonObject) => void) {
    this.#send = send;
  }

  /** Rejects with a {@link UserError} when Codex is gone before it answers. */
  call(method: string, params: JsonObject): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#over) throw this.#over;
      const id = ++this.#lastId;
      this.#sent.set(idKey(id), { resolve, reject });
      this.#send({ method, id, params });
    });
  }

  /** False for a response to nothing. */
  answered(id: RequestId, reply: Reply): boolean {
    const sent = this.#sent.get(idKey(id));
    this.#sent.delete(idKey(id));
    sent?.resolve(reply);
    return sent !== undefined;
  }

  /** Nothing is answered any more. */
  end(error: UserError): void {
    this.#over = error;
    for (const { reject } of this.#sent.values()) reject(error);
    this.#sent.clear();
  }
}
