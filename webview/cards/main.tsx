import { render } from 'preact';
import type { ToCards } from '../../src/protocol/messages.ts';
import { addLiveRegions } from '../shared/announce.ts';
import { focusCard, watchHeldKeys } from '../shared/cardKeys.ts';
import { handleCardMessage, putCards } from '../shared/cardMessages.ts';
import { cardElementId, cards } from '../shared/cardStore.ts';
import { watchHold } from '../shared/hold.ts';
import { onMessage, post } from '../shared/host.ts';
import { watchShifts } from '../shared/shiftWatch.ts';
import { watchWindowFocus } from '../shared/windowFocus.ts';
import { CardPanel } from './cardPanel.tsx';
import { showAll } from './listLimit.ts';

const root = document.getElementById('root');
if (root) start(root);

function start(page: HTMLElement): void {
  render(<CardPanel />, page);
  const list = page.querySelector<HTMLElement>('[data-list]');
  const content = list?.querySelector<HTMLElement>('.cs-cards');
  if (!list || !content) return;
  const cardPage = { list, regions: addLiveRegions() };
  const hold = watchHold(list, dropSettled);
  watchHeldKeys();
  watchShifts(list, content);
  onMessage<ToCards>((message) => {
    switch (message.type) {
      case 'changed': {
        // What a rule answered at once was never here.
        const changed = message.cards.filter((card) => cards.get(card.id) || !card.outcome);
        if (!hold.isHeld() && changed.some((card) => card.outcome)) dropSettled();
        putCards(changed, cardPage);
        return;
      }
      case 'reveal':
        reveal(message.requestId);
        return;
      default:
        handleCardMessage(message, cardPage);
    }
  });
  post({ type: 'ready' });
  watchWindowFocus(() => focusCurrent(list));
}

/** Answered cards go when nothing can move under the pointer; those that ended otherwise wait until they are dismissed. */
function dropSettled(): void {
  const ids = cards.ids.filter((id) => {
    const tone = cards.get(id)?.card.outcome?.tone;
    return tone === 'ok' || tone === 'no';
  });
  cards.remove(ids);
}

function focusCurrent(list: HTMLElement): void {
  if (document.activeElement !== document.body) return;
  focusCard(list.querySelector<HTMLElement>('.cs-card:not(.is-done)'));
}

function reveal(requestId: string): void {
  showAll();
  requestAnimationFrame(() => focusCard(document.getElementById(cardElementId(requestId))));
}
