import { type JsonObject, stringAt } from '../../base/json.ts';
import { ok } from '../../base/result.ts';
import { safeText } from '../../permission/spans.ts';
import type { UserError } from '../../protocol/userError.ts';
import type { TurnEnd } from '../agent.ts';
import type { Calls, Reply } from './calls.ts';
import * as errors from './errors.ts';
import { endOfTurn, failureOf, isSignInFailure } from './turnEnd.ts';

interface Turn {
  readonly threadId: string;
  readonly resolve: (end: TurnEnd) => void;
  readonly reject: (error: UserError) => void;
  /** Codex's id; not known before it answers `turn/start`. */
  id?: string;
  interrupted: boolean;
  toldRetry: boolean;
}

/** The one turn of a thread that we started, from `turn/start` to `turn/completed`. */
export class Turns {
  readonly #calls: Calls;
  readonly #log: (line: string) => void;
  #turn: Turn | undefined;

  constructor(calls: Calls, log: (line: string) => void) {
    this.#calls = calls;
    this.#log = log;
  }

  get isRunning(): boolean {
    return this.#turn !== undefined;
  }

  /** The person stopped the turn, and it has not ended yet. */
  get isInterrupted(): boolean {
    return this.#turn?.interrupted === true;
  }

  /** Sends one message and resolves when its turn ends. */
  start(threadId: string, text: string): Promise<TurnEnd> {
    return new Promise((resolve, reject) => {
      if (this.#turn) throw errors.stillWorking();
      const turn: Turn = { threadId, resolve, reject, interrupted: false, toldRetry: false };
      this.#turn = turn;
      const input = [{ type: 'text', text, text_elements: [] }];
      this.#calls.call('turn/start', { threadId, input }).then(
        (reply) => this.#started(turn, reply),
        (error: UserError) => this.#reject(turn, error),
      );
    });
  }

  /** Asks Codex to stop. Resolves at once while Codex has not said which turn it is; then it is sent later. */
  async interrupt(): Promise<void> {
    const turn = this.#turn;
    if (!turn || turn.interrupted) return;
    turn.interrupted = true;
    await this.#sendInterrupt(turn);
  }

  /**
   * `turn/completed`. Returns how our turn ended; `undefined` when it goes on, or when the turn is not ours: Codex can
   * take one by itself, for a goal or another client.
   */
  completed(completed: JsonObject): TurnEnd | undefined {
    const turn = this.#turn;
    const end = endOfTurn(completed);
    if (!turn || !end || (turn.id !== undefined && turn.id !== stringAt(completed, 'id')))
      return undefined;
    const failure = failureOf(completed['error']);
    if (stringAt(completed, 'status') === 'failed' && isSignInFailure(failure)) {
      this.#reject(turn, errors.notSignedIn(failure.message));
    } else {
      this.#turn = undefined;
      turn.resolve(end);
    }
    return end;
  }

  /** Whether this is the first failed attempt of the turn: Codex tries for minutes. */
  isFirstRetry(): boolean {
    if (!this.#turn || this.#turn.toldRetry) return false;
    this.#turn.toldRetry = true;
    return true;
  }

  /** Codex is gone. */
  end(error: UserError): void {
    if (this.#turn) this.#reject(this.#turn, error);
  }

  #started(turn: Turn, reply: Reply): void {
    const id = reply.ok ? stringAt(reply.value['turn'], 'id') : undefined;
    if (id === undefined) {
      this.#reject(turn, errors.refused(reply.ok ? 'it started no turn' : reply.error));
      return;
    }
    turn.id = id;
    if (turn.interrupted) void this.#sendInterrupt(turn);
  }

  async #sendInterrupt({ id: turnId, threadId }: Turn): Promise<void> {
    if (turnId === undefined) return;
    // When it cannot be sent Codex is ending anyway, and its turn with it.
    const sent = this.#calls.call('turn/interrupt', { threadId, turnId });
    const reply = await sent.catch(() => ok({}));
    if (!reply.ok) this.#log(safeText(`The turn could not be stopped: ${reply.error}`));
  }

  #reject(turn: Turn, error: UserError): void {
    if (this.#turn === turn) this.#turn = undefined;
    turn.reject(error);
  }
}
