import { Emitter } from '../base/event.ts';
import { News } from '../base/news.ts';
import type { Settled } from './broker.ts';
import type { PermissionRequest } from './request.ts';
import type { Rule } from './rule.ts';

/** A rule that a person made along with an answer, and why it is not there. The call itself was answered. */
export interface RuleNotKept {
  readonly rule: Rule;
  readonly cause: unknown;
}

/** What a broker tells, one piece of news after the other; a listener that throws is reported. */
export class BrokerNews {
  readonly #order = new News();
  readonly #raised: Emitter<PermissionRequest>;
  readonly #settled: Emitter<Settled>;
  readonly #journalFailed: Emitter<unknown>;
  readonly #ruleNotKept: Emitter<RuleNotKept>;

  constructor(onError: (error: unknown) => void) {
    this.#raised = new Emitter(onError);
    this.#settled = new Emitter(onError);
    this.#journalFailed = new Emitter(onError);
    this.#ruleNotKept = new Emitter(onError);
  }

  get onDidRaise() {
    return this.#raised.event;
  }

  get onDidSettle() {
    return this.#settled.event;
  }

  get onDidFailJournal() {
    return this.#journalFailed.event;
  }

  get onDidNotKeepRule() {
    return this.#ruleNotKept.event;
  }

  raised(request: PermissionRequest): void {
    this.#order.tell(() => this.#raised.fire(request));
  }

  settled(settled: Settled): void {
    this.#order.tell(() => this.#settled.fire(settled));
  }

  journalFailed(cause: unknown): void {
    this.#order.tell(() => this.#journalFailed.fire(cause));
  }

  ruleNotKept(notKept: RuleNotKept): void {
    this.#order.tell(() => this.#ruleNotKept.fire(notKept));
  }
}
