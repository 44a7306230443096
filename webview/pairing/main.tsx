import { render } from 'preact';
import type { ToPairing } from '../../src/protocol/pairingMessages.ts';
import { addLiveRegions, say } from '../shared/announce.ts';
import { onMessage, post } from '../shared/host.ts';
import { PairingPage, spoken } from './pairingPage.tsx';

const root = document.getElementById('root');
if (root) start(root);

function start(page: HTMLElement): void {
  const regions = addLiveRegions();
  let before = '';
  onMessage<ToPairing>(({ view }) => {
    render(<PairingPage view={view} />, page);
    const words = spoken(view);
    if (words !== before) say(regions.polite, words);
    before = words;
  });
  post({ type: 'ready' });
}
