import { render } from 'preact';
import type { ToCards } from '../../src/protocol/messages.ts';
import { addLiveRegions, announceRequest, say } from '../shared/announce.ts';
import { arming } from '../shared/arming.ts';
import { focusCard, handleHostKey, watchHeldKeys } from '../shared/cardKeys.ts';
import { cardElementId, cards } from '../shared/cardStore.ts';
import { focusAfterSettle } from '../shared/focusAfterSettle.ts';
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
  const regions = addLiveRegions();
  const hold = watchHold(list, dropSettled);
  watchHeldKeys();
  watchShifts(list, content);
  onMessage<ToCards>((message) => {
    switch (message.type) {
      case 'cards':
        cards.replace(message.cards);
        return;
      case 'card': {
        const before = cards.get(message.card.id);
        // What a rule answered at once was never here.
        if (!before && message.card.outcome) return;
        if (message.card.outcome && !hold.isHeld()) dropSettled();
        const settle = focusAfterSettle(list, message.card);
        cards.put(message.card);
        settle();
        if (!before) {
          announceRequest(regions, message.card, cards.waiting().length);
        }
        return;
      }
      case 'refused':
        cards.refuse(message.requestId, message.text);
        say(regions.assertive, message.text);
        return;
      case 'key':
        handleHostKey(message.key, list);
        return;
      case 'windowFocused':
        arming.armAll();
        return;
      case 'reveal':
        reveal(message.requestId);
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
