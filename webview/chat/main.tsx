import { render } from 'preact';
import type { ToChat } from '../../src/protocol/messages.ts';
import { addLiveRegions, announceRequest, say } from '../shared/announce.ts';
import { arming } from '../shared/arming.ts';
import { focusCard, handleHostKey, watchHeldKeys } from '../shared/cardKeys.ts';
import { cardElementId, cards } from '../shared/cardStore.ts';
import { focusAfterSettle } from '../shared/focusAfterSettle.ts';
import { watchHold } from '../shared/hold.ts';
import { onMessage, post } from '../shared/host.ts';
import { watchShifts } from '../shared/shiftWatch.ts';
import { watchWindowFocus } from '../shared/windowFocus.ts';
import { ChatPanel } from './chatPanel.tsx';
import { replaceEntries, updateChat } from './chatStore.ts';
import { stickToEnd } from './stickToEnd.ts';

const root = document.getElementById('root');
if (root) start(root);

function start(page: HTMLElement): void {
  render(<ChatPanel />, page);
  const log = page.querySelector<HTMLElement>('[data-list]');
  const content = log?.querySelector<HTMLElement>('.cs-entries');
  if (!log || !content) return;
  const regions = addLiveRegions();
  watchHold(log);
  watchHeldKeys();
  watchShifts(log, content);
  stickToEnd(log, content);
  onMessage<ToChat>((message) => {
    switch (message.type) {
      case 'session':
        updateChat({ session: message.session });
        return;
      case 'entries':
        replaceEntries(message.from, message.entries);
        return;
      case 'elsewhere':
        updateChat({ elsewhere: message });
        return;
      case 'cards':
        cards.replace(message.cards);
        return;
      case 'changed': {
        const latest = message.cards.findLast((card) => !cards.get(card.id) && !card.outcome);
        const settle = message.cards.map((card) => focusAfterSettle(log, card));
        for (const card of message.cards) cards.put(card);
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
        handleHostKey(message.key, log);
        return;
      case 'windowFocused':
        arming.armAll();
        return;
      case 'reveal':
        requestAnimationFrame(() =>
          focusCard(document.getElementById(cardElementId(message.requestId))),
        );
    }
  });
  post({ type: 'ready' });
  watchWindowFocus();
}
