import type { CardView } from '../../src/protocol/cardView.ts';
import { focusCard } from './cardKeys.ts';
import { cardElementId } from './cardStore.ts';

/**
 * Call before a card is settled, and the result after it: if the focus was in that card it goes on to the next one that
 * waits, else to the list.
 */
export function focusAfterSettle(list: HTMLElement, card: CardView): () => void {
  const element = document.getElementById(cardElementId(card.id));
  if (!card.outcome || !element?.contains(document.activeElement)) return () => undefined;
  const all = [...list.querySelectorAll<HTMLElement>('.cs-card')];
  const at = all.indexOf(element);
  const next = [...all.slice(at + 1), ...all.slice(0, at).reverse()].find(
    (other) => !other.classList.contains('is-done'),
  );
  return () => {
    if (next) focusCard(next);
    else list.focus({ preventScroll: true });
  };
}
