import type { CardView } from '../../src/protocol/cardView.ts';
import type { ToCards } from '../../src/protocol/messages.ts';
import { announceRequest, type LiveRegions, say } from './announce.ts';
import { arming } from './arming.ts';
import { handleHostKey } from './cardKeys.ts';
import { cards } from './cardStore.ts';
import { focusAfterSettle } from './focusAfterSettle.ts';

/** Where a page shows its cards. */
export interface CardPage {
  readonly list: HTMLElement;
  readonly regions: LiveRegions;
}

/** What every page with cards does alike when the extension says something. */
export function handleCardMessage(
  message: Exclude<ToCards, { type: 'changed' | 'reveal' }>,
  { list, regions }: CardPage,
): void {
  switch (message.type) {
    case 'cards':
      cards.replace(message.cards);
      return;
    case 'refused':
      cards.refuse(message.requestId, message.text);
      say(regions.assertive, message.text);
      return;
    case 'ruleOffer':
      cards.offer(message.requestId, message.offer);
      return;
    case 'key':
      handleHostKey(message.key, list);
      return;
    case 'windowFocused':
      arming.armAll();
  }
}

/** New cards and changed ones: the focus goes on from one that is settled, and the latest new one is read out. */
export function putCards(changed: readonly CardView[], { list, regions }: CardPage): void {
  const latest = changed.findLast((card) => !cards.get(card.id) && !card.outcome);
  const settle = changed.map((card) => focusAfterSettle(list, card));
  for (const card of changed) cards.put(card);
  for (const each of settle) each();
  if (latest) announceRequest(regions, latest, cards.waiting().length);
}
