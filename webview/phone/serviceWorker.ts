import { openDatabase } from './database.ts';
import { Notifier } from './notifier.ts';
import { answerFromCache, keepShell } from './shell.ts';
import { Vault } from './vault.ts';
import type { WorkerScope } from './workerTypes.ts';

/**
 * What goes on while no page is open: the page itself without a network, and notifications. The page works without it,
 * for origins that a browser does not trust.
 */
declare const self: WorkerScope;

const notifier = new Notifier(
  self,
  openDatabase().then((database) => new Vault(database)),
);

self.addEventListener('install', (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', answerFromCache);
self.addEventListener('push', (event) => event.waitUntil(notifier.push(event.data?.text() ?? '')));
self.addEventListener('notificationclick', (event) => event.waitUntil(notifier.click(event)));
self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(notifier.subscribeAgain());
});
