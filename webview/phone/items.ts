import type { PhoneCard, Resolved } from '../../src/protocol/phone/payloads.ts';
import { type CardMessage, type CardRecord, cardOf, type Phase, resolvedOf } from './records.ts';
import { cardKey } from './rows.ts';

/** A request as the page shows it. */
export interface Item {
  readonly key: string;
  readonly workspace: string;
  readonly id: string;
  /** Absent for what ended while this phone was away. */
  readonly message: CardMessage | undefined;
  readonly phase: Phase;
  readonly resolved: Resolved | undefined;
}

/** An item whose card is here. */
export type CardItem = Item & { readonly message: CardMessage };

export function hasCard(item: Item): item is CardItem {
  return item.message !== undefined;
}

export function isOver(item: Item): boolean {
  return item.phase.kind === 'over';
}

/** Turns records into items; what did not change stays the same object, so that it is not parsed and drawn again. */
export class Items {
  #known = new Map<string, Known>();

  from(records: readonly CardRecord[]): readonly Item[] {
    const next = new Map<string, Known>();
    const items = records.map((record) => {
      const key = cardKey(record.workspace, record.id);
      const known = this.#known.get(key);
      const item = known && isSame(known.record, record) ? known.item : itemOf(record);
      next.set(key, { record, item });
      return item;
    });
    this.#known = next;
    return items.filter((item) => hasCard(item) || item.resolved).sort(byAge);
  }
}

interface Known {
  readonly record: CardRecord;
  readonly item: Item;
}

function isSame(a: CardRecord, b: CardRecord): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function itemOf(record: CardRecord): Item {
  const { workspace, id, phase } = record;
  return {
    key: cardKey(workspace, id),
    workspace,
    id,
    phase,
    message: cardOf(record),
    resolved: resolvedOf(record),
  };
}

/** Oldest first; ids are ULIDs. */
function byAge(a: Item, b: Item): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

const SMALL_LINES = 6;
const SMALL_LETTERS = 240;

/**
 * Whether all there is to know fits into the list, so that it can be allowed there: nothing risky, hidden, cut, asked or
 * long. Everything else is opened first: nobody allows what they do not see.
 */
export function fitsInList(card: PhoneCard): boolean {
  const { display, shortened, mayAllow, canAllow } = card;
  return (
    canAllow &&
    mayAllow === 'yes' &&
    !shortened &&
    !display.risk &&
    !display.questions &&
    display.secrets.length === 0 &&
    display.hidden === 0 &&
    display.facts.length === 0 &&
    lineCount(card) <= SMALL_LINES &&
    (card.verdict?.parts.length ?? 0) <= SMALL_LINES &&
    JSON.stringify(display.preview).length <= SMALL_LETTERS * 2
  );
}

/** Lines of the payload. */
function lineCount({ display: { preview } }: PhoneCard): number {
  switch (preview.kind) {
    case 'diff':
      return preview.rows.length + preview.omitted;
    case 'command':
    case 'json':
    case 'text':
      return preview.text.reduce(
        (sum, span) => sum + (typeof span === 'string' ? span.split('\n').length - 1 : 0),
        1,
      );
    case 'url':
      return 1;
    case 'none':
      return 0;
  }
}

/** What the button says that opens a card. */
export function reviewLabel(card: PhoneCard): string {
  if (card.display.questions) return 'Answer';
  const lines = lineCount(card);
  return lines > 1 ? `Review ${lines} lines` : 'Review';
}
