import { render } from 'preact';
import type { ToHistory } from '../../src/protocol/historyView.ts';
import { onMessage, post } from '../shared/host.ts';
import { HistoryPage } from './historyPage.tsx';
import { HistoryStore } from './historyStore.ts';

const root = document.getElementById('root');
if (root) start(root);

function start(page: HTMLElement): void {
  const store = new HistoryStore(post, draw);
  function draw(): void {
    render(<HistoryPage store={store} />, page);
  }
  draw();
  onMessage<ToHistory>((message) => store.receive(message));
  post({ type: 'ready' });
}
