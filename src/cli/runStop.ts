import { Emitter } from '../base/event.ts';

/** Why a run is ended from outside. */
export type StopReason =
  /** Nobody can answer any more, or nobody reads. `what` is what was noticed. */
  | { readonly kind: 'consumerGone'; readonly what: string }
  | { readonly kind: 'signal'; readonly signal: StopSignal };

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The one switch that ends a run. The first reason counts. */
export class RunStop {
  readonly #abort = new AbortController();
  readonly #didRequest = new Emitter<StopReason>();
  #reason: StopReason | undefined;

  /** Fires before {@link signal} aborts. */
  readonly onDidRequest = this.#didRequest.event;
  readonly requested: Promise<StopReason>;

  constructor() {
    this.requested = new Promise((resolve) => this.#didRequest.event(resolve));
  }

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** Ends the agent's process. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  request(reason: StopReason): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#didRequest.fire(reason);
    this.#abort.abort();
  }
}
