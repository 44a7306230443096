import type { CardView } from '../../src/protocol/cardView.ts';
import { plainText } from '../shared/spanText.tsx';

/** One tab: a session that has requests. */
export interface SessionTab {
  readonly key: string;
  readonly title: string;
  readonly monogram: string;
  readonly count: number;
}

/** The sessions of the waiting requests, in the order of their oldest request. */
export function sessionTabs(waiting: readonly CardView[]): SessionTab[] {
  const tabs = new Map<string, SessionTab>();
  for (const { session, agent } of waiting) {
    const count = (tabs.get(session.key)?.count ?? 0) + 1;
    tabs.set(session.key, {
      key: session.key,
      title: session.title,
      monogram: agent.monogram,
      count,
    });
  }
  return [...tabs.values()];
}

/** Whether a card belongs to the chosen session, if one is chosen, and holds all words of the filter. */
export function isShown(card: CardView, sessionKey: string, filter: string): boolean {
  if (sessionKey !== '' && card.session.key !== sessionKey) return false;
  const words = filter.toLowerCase().split(/\s+/);
  return words.every((word) => textOf(card).includes(word));
}

const texts = new WeakMap<CardView, string>();

function textOf(card: CardView): string {
  const known = texts.get(card);
  if (known !== undefined) return known;
  const { agent, session, display } = card;
  const { preview, place } = display;
  const text = [
    agent.name,
    session.title,
    session.folder,
    display.verb,
    plainText(display.subject),
    place ? plainText(place.name) : '',
    display.oneLine,
    preview.kind === 'diff' ? plainText(preview.path) : '',
    preview.kind === 'command' || preview.kind === 'text' ? plainText(preview.text) : '',
  ]
    .join('\n')
    .toLowerCase();
  texts.set(card, text);
  return text;
}
