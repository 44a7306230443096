import { useLayoutEffect, useState } from 'preact/hooks';
import type { CardView } from '../../src/protocol/cardView.ts';
import type { RuleOfferView } from '../../src/protocol/ruleView.ts';
import { arming } from './arming.ts';
import { post } from './host.ts';
import type { CardAnswer } from './types.ts';

/** A card and what this page knows about it beyond the request. */
export interface CardState {
  readonly card: CardView;
  /** An answer is on its way. */
  readonly sent: boolean;
  /** Why the last answer did not count. */
  readonly refused?: string;
  /** What its form for rules can offer. */
  readonly offer?: RuleOfferView;
  /** Keeps the height that the card had before it was settled, in CSS pixels: nothing below it moves. */
  readonly pinned?: number;
}

type Listener = () => void;

/** The cards of this page by request id, oldest first. A change of one card tells only those who watch that card. */
class CardStore {
  readonly #states = new Map<string, CardState>();
  readonly #watchers = new Map<string, Set<Listener>>();
  readonly #orderWatchers = new Set<Listener>();

  /** Request ids in the order in which they are shown. A new array whenever it changes, or a card is settled. */
  ids: readonly string[] = [];

  get(id: string): CardState | undefined {
    return this.#states.get(id);
  }

  waiting(): CardView[] {
    return [...this.#states.values()].flatMap(({ card }) => (card.outcome ? [] : [card]));
  }

  /** Takes over the whole list. Known cards keep their place, new ones come below. */
  replace(cards: readonly CardView[]): void {
    const present = new Set(cards.map((card) => card.id));
    const gone = [...this.#states.keys()].filter((id) => !present.has(id));
    for (const card of [...cards].sort((a, b) => a.raisedAt - b.raisedAt)) this.#set(card);
    for (const id of gone) this.#forget(id);
    if (gone.length > 0) arming.armAll();
    this.#reorder();
  }

  /** Adds one card, or changes it where it is. */
  put(card: CardView): void {
    this.#set(card);
    this.#reorder();
  }

  remove(ids: readonly string[]): void {
    if (ids.length === 0) return;
    for (const id of ids) this.#forget(id);
    arming.armAll();
    this.#reorder();
  }

  /** Sends an answer, unless the card is arming, over, or already has one. Returns whether it was sent. */
  answer(id: string, answer: CardAnswer): boolean {
    const state = this.#states.get(id);
    if (!state || state.sent || state.card.outcome || arming.isArming(id)) return false;
    const { argsHash } = state.card;
    this.#change({ card: state.card, sent: true, ...offerOf(state) });
    post({ type: 'answer', requestId: id, argsHash, ...answer });
    return true;
  }

  refuse(id: string, text: string): void {
    const state = this.#states.get(id);
    if (state) this.#change({ ...state, sent: false, refused: text });
  }

  offer(id: string, offer: RuleOfferView): void {
    const state = this.#states.get(id);
    if (state && !state.card.outcome) this.#change({ ...state, offer });
  }

  /** Lets settled cards shrink to what they show. */
  unpin(): void {
    for (const { pinned, ...state } of this.#states.values()) {
      if (pinned !== undefined) this.#change(state);
    }
  }

  watch(id: string, listener: Listener): () => void {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(listener));
    return () => {
      watchers.delete(listener);
      if (watchers.size === 0) this.#watchers.delete(id);
    };
  }

  watchOrder(listener: Listener): () => void {
    this.#orderWatchers.add(listener);
    return () => this.#orderWatchers.delete(listener);
  }

  #set(card: CardView): void {
    const before = this.#states.get(card.id);
    const isNew = !card.outcome && before?.card.argsHash !== card.argsHash;
    if (isNew) arming.arm(card.id);
    const settlesNow = card.outcome && before && !before.card.outcome;
    const pinned = settlesNow ? this.#heightToKeep(card.id) : before?.pinned;
    const refused = card.outcome ? undefined : before?.refused;
    this.#change({
      card,
      sent: false,
      ...(pinned !== undefined && { pinned }),
      ...(refused !== undefined && { refused }),
      ...(before?.card.argsHash === card.argsHash && offerOf(before)),
    });
  }

  /** Only a pointer in the list can be over buttons that would move, and only when a card below still waits. */
  #heightToKeep(id: string): number | undefined {
    const element = document.getElementById(cardElementId(id));
    const below = this.ids.slice(this.ids.indexOf(id) + 1);
    const mayMove = below.some((other) => !this.#states.get(other)?.card.outcome);
    if (!mayMove || !element?.closest('[data-list]:hover')) return undefined;
    return element.getBoundingClientRect().height;
  }

  #change(state: CardState): void {
    this.#states.set(state.card.id, state);
    for (const listener of this.#watchers.get(state.card.id) ?? []) listener();
  }

  #forget(id: string): void {
    this.#states.delete(id);
    arming.forget(id);
  }

  #reorder(): void {
    this.ids = [...this.#states.keys()];
    for (const listener of this.#orderWatchers) listener();
  }
}

function offerOf({ offer }: CardState): Pick<CardState, 'offer'> {
  return offer ? { offer } : {};
}

/** Id of the element of a card. */
export function cardElementId(requestId: string): string {
  return `card-${requestId}`;
}

/** The cards of this page. */
export const cards = new CardStore();

/** The state of one card; renders again when it changes, and only then. */
export function useCard(id: string): CardState | undefined {
  const [, render] = useState(0);
  useLayoutEffect(() => cards.watch(id, () => render((count) => count + 1)), [id]);
  return cards.get(id);
}

/** The ids of all cards; renders again when one comes, goes or is settled. */
export function useCardIds(): readonly string[] {
  const [, render] = useState(0);
  useLayoutEffect(() => cards.watchOrder(() => render((count) => count + 1)), []);
  return cards.ids;
}
