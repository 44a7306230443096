import type { Clock } from '../base/clock.ts';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/event.ts';
import type { Timers } from '../base/timers.ts';
import type { Settled } from '../permission/broker.ts';
import { oneLineOf } from '../permission/cut.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { cardView } from '../protocol/cardView.ts';
import type { Resolved, RuleOffer } from '../protocol/phone/payloads.ts';
import { NO_RULES, phoneCard, type SharedCard } from './phoneCard.ts';
import type { PhoneBroker } from './ports.ts';

/** A card goes out at the latest after so many milliseconds, whatever the rules still think about. */
const RULES_WAIT = 50;
/** How many ended requests a phone is told about when it comes back. */
const MAX_ENDED = 50;
/** How long the words about an ending may be, in characters. */
const MAX_OUTCOME = 1000;

export interface SharedCardsOptions {
  readonly broker: PhoneBroker;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ruleOptions: (request: PermissionRequest) => Promise<RuleOffer>;
  readonly onError: (error: unknown) => void;
}

/** What all phones see alike: the open cards, and how the latest ones ended. */
export class SharedCards implements Disposable {
  readonly #options: SharedCardsOptions;
  readonly #store = new DisposableStore();
  readonly #made: Emitter<PermissionRequest>;
  readonly #open = new Map<string, SharedCard>();
  readonly #ended = new Map<string, Settled>();
  /** A card can be sent. */
  readonly onDidMake: Event<PermissionRequest>;

  constructor(options: SharedCardsOptions) {
    const { broker, onError } = options;
    this.#options = options;
    this.#made = this.#store.add(new Emitter(onError));
    this.onDidMake = this.#made.event;
    this.#store.add(broker.onDidRaise((request) => void this.#make(request)));
    this.#store.add(broker.onDidSettle((settled) => this.#end(settled)));
    for (const request of broker.pending) void this.#make(request);
  }

  /** Of an open request; `undefined` for the short while until it is made. */
  get(requestId: string): SharedCard | undefined {
    return this.#open.get(requestId);
  }

  /** How a request ended, for the phone of this name; `undefined` when that is forgotten. */
  resolved(requestId: string, device: string, late: boolean): Resolved | undefined {
    const { broker, clock } = this.#options;
    const settled = broker.settledAs(requestId) ?? this.#ended.get(requestId);
    const ended = settled && cardView(settled.request, settled).outcome;
    if (!ended) return undefined;
    const { rule: _, ...outcome } = ended;
    // What somebody wrote along may be longer than a message can be.
    const text = oneLineOf([outcome.text], MAX_OUTCOME);
    const { request, decision } = settled;
    const { by } = decision;
    return {
      t: 'resolved',
      card: requestId,
      decision: decision.outcome,
      mine: by.kind === 'person' && by.surface === 'phone' && by.device === device,
      late,
      line: request.display.oneLine,
      agent: request.agent.name,
      outcome: { ...outcome, text },
      at: clock.now(),
    };
  }

  /** Ids of what ended after `since`, and of what ended among the known ones; oldest first. */
  endedSince(since: number, known: ReadonlySet<string>): readonly string[] {
    return [...this.#ended]
      .filter(([id, { decision }]) => decision.at > since || known.has(id))
      .map(([id]) => id);
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #make(request: PermissionRequest): Promise<void> {
    try {
      const rules = await this.#rulesOf(request);
      const isOver = this.#options.broker.settledAs(request.id) !== undefined;
      if (isOver || this.#store.isDisposed) return;
      this.#open.set(
        request.id,
        phoneCard(request, rules, this.#options.broker.whyAsked(request.id)),
      );
      this.#made.fire(request);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Never rejects. */
  #rulesOf(request: PermissionRequest): Promise<RuleOffer> {
    const { timers, ruleOptions, onError } = this.#options;
    return new Promise((resolve) => {
      const timer = timers.after(RULES_WAIT, () => resolve(NO_RULES));
      const settle = (rules: RuleOffer) => {
        timer.dispose();
        resolve(rules);
      };
      ruleOptions(request).then(settle, (error: unknown) => {
        onError(error);
        settle(NO_RULES);
      });
    });
  }

  #end(settled: Settled): void {
    const { id } = settled.request;
    this.#open.delete(id);
    this.#ended.set(id, settled);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }
}
