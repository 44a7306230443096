import { type CardItem, hasCard, type Item, isOver } from './items.ts';

/** So many of the answers that have left the list are still to be seen. */
const MAX_LAST = 5;

/**
 * What the list shows of all items. A request that ends while the list is on show keeps its place until it is let go, so
 * that nothing moves under a finger.
 */
export class Listing {
  /** Waiting requests that the list on show has had. */
  #held = new Set<string>();
  /** Requests that are over and have made room on the list on show. */
  readonly #left = new Set<string>();
  /** From when to when the person did not look at this page, by our clock. */
  #away = { from: 0, to: 0 };
  #awayCleared = 0;

  /** A list comes on show, with these requests that wait; or another screen, with none. */
  start(waiting: readonly Item[]): void {
    this.#held = new Set(waiting.map(({ key }) => key));
    this.#left.clear();
  }

  hold({ key }: Item): void {
    this.#held.add(key);
  }

  /** What is over leaves the list; false when there is no such thing. */
  letGo(items: readonly Item[]): boolean {
    const over = this.listed(items).filter(isOver);
    for (const { key } of over) {
      this.#held.delete(key);
      this.#left.add(key);
    }
    return over.length > 0;
  }

  looksAgain(from: number, to: number): void {
    this.#away = { from, to };
  }

  clearAway(now: number): void {
    this.#awayCleared = now;
  }

  /** Waiting requests, and those that were answered on the list and have not left it. Oldest first. */
  listed(items: readonly Item[]): readonly CardItem[] {
    return items
      .filter(hasCard)
      .filter((item) => !isOver(item) || (this.#held.has(item.key) && !endedAway(item)));
  }

  /** What ended while the person did not look, and not by their own answer here. Latest first. */
  away(items: readonly Item[]): readonly Item[] {
    const { from, to } = this.#away;
    return items
      .filter((item) => {
        const { phase, resolved, key } = item;
        if (phase.kind !== 'over' || phase.at <= this.#awayCleared) return false;
        if (resolved?.mine) return false;
        if (endedAway(item)) return true;
        return !this.#held.has(key) && phase.at > from && phase.at <= to;
      })
      .reverse();
  }

  /** What was answered last and has left the list, latest first. Where nothing else is to be seen, the last one of all. */
  last(items: readonly Item[]): readonly Item[] {
    const elsewhere = new Set<Item>([...this.listed(items), ...this.away(items)]);
    const ended = items
      .filter((item) => item.resolved !== undefined && !elsewhere.has(item))
      .sort((a, b) => endOf(b) - endOf(a));
    const left = ended.filter(({ key }) => this.#left.has(key));
    if (left.length > 0) return left.slice(0, MAX_LAST);
    return elsewhere.size > 0 ? [] : ended.slice(0, 1);
  }
}

/** It ended while this phone was not connected. */
function endedAway({ resolved }: Item): boolean {
  return !resolved || resolved.late;
}

function endOf({ resolved }: Item): number {
  return resolved?.outcome.at ?? 0;
}
