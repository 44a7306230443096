import { render } from 'preact';
import { randomBytes, toBase64 } from '../../src/protocol/phone/bytes.ts';
import { addLiveRegions, announceRequest, say } from '../shared/announce.ts';
import { App } from './app.ts';
import { browserPorts } from './browserPorts.ts';
import { openDatabase } from './database.ts';
import { deviceName } from './deviceName.ts';
import { watchHistory } from './history.ts';
import { leave } from './mailbox.ts';
import { OtherPages } from './otherPages.ts';
import { Page } from './page.tsx';
import { keepPage, Push } from './push.ts';
import { cardKey } from './rows.ts';
import { watchServer } from './serverWatch.ts';
import { signal } from './signals.ts';
import { Vault } from './vault.ts';

/** The pairing secret must not stay in the address bar or in the history, whatever happens next. */
const fragment = takeFragment();

const root = document.getElementById('root');
if (root) void start(root).catch(() => showBroken(root));

async function start(page: HTMLElement): Promise<void> {
  const vault = new Vault(await openDatabase());
  const regions = addLiveRegions();
  const others = new OtherPages(() => leaveStreams(app));
  const app: App = new App({
    vault,
    isAlone: () => !others.areLookedAt,
    ports: browserPorts,
    deviceName,
    watchServer,
    newId: () => toBase64(randomBytes(9)),
    push: new Push(async (workspace, subscription) => {
      const outgoing = await vault.tell(workspace, { t: 'push', subscription });
      if (outgoing) await leave(outgoing.mailbox, outgoing.envelope);
    }),
    onRequest: (card, waiting) => {
      announceRequest(regions, card, waiting);
      if (app.preferences) signal(app.preferences);
    },
    onRefused: (text) => say(regions.assertive, text),
  });
  await app.reload();
  watchHistory(app);
  app.subscribe(() => showCount(app.waiting.length));
  watchAttention(app);
  watchLinks(app);
  render(<Page app={app} />, page);
  // It may have come while the page began.
  follow(app, takeFragment() || fragment);
  await keepPage();
}

/** What stands after `#`, which is not there any more afterwards. */
function takeFragment(): string {
  const link = location.hash.slice(1);
  if (link !== '') history.replaceState(history.state, '', location.pathname + location.search);
  return link;
}

/** A pairing code, or the card that a notification names. */
function follow(app: App, link: string): void {
  const [word, workspace = '', card = ''] = link.split('.');
  if (word === 'card') app.show({ kind: 'card', key: cardKey(workspace, card) });
  else if (link !== '') void app.pair(link);
}

const LAST_SEEN = 'countersign.lastSeen';

function watchAttention(app: App): void {
  const leaves = () => localStorage.setItem(LAST_SEEN, String(Date.now()));
  const comes = () => app.looksAgain(Number(localStorage.getItem(LAST_SEEN) ?? Date.now()));
  comes();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') return leaves();
    comes();
    app.wake();
  });
  window.addEventListener('pagehide', leaves);
  window.addEventListener('pageshow', (event) => event.persisted && app.wake());
  window.addEventListener('focus', () => app.armAll());
  window.addEventListener('online', () => app.online());
  window.addEventListener('offline', () => app.offline());
}

/**
 * Only pages that are looked at, and the one that was last, hold streams open: with six to one server, a browser without
 * HTTP/2 would let no answer through. A page that nobody looks at still sees what the others write down.
 */
function leaveStreams(app: App): void {
  if (document.visibilityState === 'hidden') app.pause();
}

/** A link in another app, or a notification, while the page is open already. */
function watchLinks(app: App): void {
  window.addEventListener('hashchange', () => {
    const link = takeFragment();
    if (link !== '') follow(app, link);
  });
  navigator.serviceWorker?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') follow(app, data);
  });
}

function showCount(waiting: number): void {
  document.title = waiting > 0 ? `(${waiting}) Countersign` : 'Countersign';
  if ('setAppBadge' in navigator) navigator.setAppBadge(waiting).catch(() => undefined);
}

function showBroken(page: HTMLElement): void {
  render(
    <main class="p-pair">
      <h1>This browser keeps nothing for this page</h1>
      <p>
        The keys of a pairing have to be kept, so this phone cannot be paired here. Nothing was
        sent. Leave private browsing, close other tabs with this page, and open it again.
      </p>
    </main>,
    page,
  );
}
