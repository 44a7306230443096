import { render } from 'preact';
import type { ToChat } from '../../src/protocol/messages.ts';
import { addLiveRegions } from '../shared/announce.ts';
import { focusCard, watchHeldKeys } from '../shared/cardKeys.ts';
import { handleCardMessage, putCards } from '../shared/cardMessages.ts';
import { cardElementId } from '../shared/cardStore.ts';
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
  const cardPage = { list: log, regions: addLiveRegions() };
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
      case 'changed':
        putCards(message.cards, cardPage);
        return;
      case 'reveal':
        requestAnimationFrame(() =>
          focusCard(document.getElementById(cardElementId(message.requestId))),
        );
        return;
      default:
        handleCardMessage(message, cardPage);
    }
  });
  post({ type: 'ready' });
  watchWindowFocus();
}
