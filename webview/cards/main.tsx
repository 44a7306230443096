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
      case 'changed': {
        // What a rule answered at once was never here.
        const changed = message.cards.filter((card) => cards.get(card.id) || !card.outcome);
        const latest = changed.findLast((card) => !cards.get(card.id));
        if (!hold.isHeld() && changed.some((card) => card.outcome)) dropSettled();
        const settle = changed.map((card) => focusAfterSettle(list, card));
        for (const card of changed) cards.put(card);
        for (const each of settle) each();
        if (latest) announceRequest(regions, latest, cards.waiting().length);
        return;
      }
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
