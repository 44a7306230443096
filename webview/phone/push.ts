import { fromBase64 } from '../../src/protocol/phone/bytes.ts';
import type { PushSubscriptionInfo } from '../../src/protocol/phone/payloads.ts';
import type { Workspace } from './records.ts';

/** `unavailable`: not a trusted origin, not this browser, or no desktop that sends any. */
export type PushState = 'unavailable' | 'off' | 'on' | 'blocked' | 'failed';

type Tell = (workspace: string, subscription: PushSubscriptionInfo) => Promise<void>;

/**
 * Notifications while the page is closed. Every desktop has a key of its own, and a browser takes one key for each
 * registration of a service worker: so each desktop gets a registration, under a path that nothing else uses.
 */
export class Push {
  readonly #tell: Tell;
  readonly #told = new Map<string, string>();
  #looked: string | undefined;
  #state: PushState = 'unavailable';

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  get state(): PushState {
    return this.#state;
  }

  /** Looks how things are when the desktops or their keys have changed; true when that says something new. */
  async refresh(workspaces: readonly Workspace[]): Promise<boolean> {
    const able = senders(workspaces);
    const looked = able.map(({ id, vapidKey }) => `${id} ${vapidKey}`).join();
    if (looked === this.#looked) return false;
    this.#looked = looked;
    const before = this.#state;
    this.#state = await this.#look(able).catch(() => 'unavailable' as const);
    return this.#state !== before;
  }

  /** Asks for permission and subscribes for every desktop that sends notifications. */
  async enable(workspaces: readonly Workspace[]): Promise<void> {
    const permission = await Notification.requestPermission();
    if (permission !== 'granted') {
      this.#state = permission === 'denied' ? 'blocked' : 'off';
      return;
    }
    this.#state = await this.#subscribeAll(senders(workspaces));
  }

  /** Ends what was subscribed for a desktop that is not paired any more. */
  async forget(workspace: string): Promise<void> {
    this.#told.delete(workspace);
    if (!isAvailable()) return;
    const { href } = new URL(pushScope(workspace), location.href);
    const registration = await navigator.serviceWorker.getRegistration(href);
    // Where there is none, the browser gives that of the page.
    if (registration?.scope === href) await registration.unregister();
  }

  async #look(able: readonly Sender[]): Promise<PushState> {
    if (able.length === 0 || !isAvailable()) return 'unavailable';
    // Where a service worker is refused there is no push either.
    await register(PAGE_SCOPE);
    if (Notification.permission === 'denied') return 'blocked';
    if (Notification.permission !== 'granted') return 'off';
    return this.#subscribeAll(able);
  }

  async #subscribeAll(able: readonly Sender[]): Promise<PushState> {
    try {
      for (const sender of able) await this.#subscribe(sender);
      return 'on';
    } catch {
      return 'failed';
    }
  }

  async #subscribe({ id, vapidKey }: Sender): Promise<void> {
    const registration = await register(pushScope(id));
    const key = fromBase64(vapidKey);
    if (!key) throw new TypeError('The key of the desktop is not a key.');
    const old = await registration.pushManager.getSubscription();
    const subscription =
      old && isFor(old, key)
        ? old
        : ((await old?.unsubscribe().then(() => undefined)) ??
          (await registration.pushManager.subscribe({
            userVisibleOnly: true,
            applicationServerKey: new Uint8Array(key),
          })));
    const info = subscriptionInfo(subscription);
    if (!info || this.#told.get(id) === info.endpoint) return;
    await this.#tell(id, info);
    this.#told.set(id, info.endpoint);
  }
}

interface Sender {
  readonly id: string;
  readonly vapidKey: string;
}

function senders(workspaces: readonly Workspace[]): Sender[] {
  return workspaces.flatMap(({ id, phase, vapidKey }) =>
    phase === 'active' && vapidKey !== undefined ? [{ id, vapidKey }] : [],
  );
}

function isAvailable(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

const PAGE_SCOPE = './';

/** Keeps the page for times without a network, where the browser trusts its origin; the page works without. */
export async function keepPage(): Promise<void> {
  if ('serviceWorker' in navigator) await register(PAGE_SCOPE).catch(() => undefined);
}

/** Where the registration of a desktop lives; the service worker reads its workspace from there. */
function pushScope(workspace: string): string {
  return `./push/${workspace}/`;
}

/** The worker of a scope, once it is active. */
async function register(scope: string): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register('sw.js', { scope });
  const worker = registration.installing ?? registration.waiting;
  if (!registration.active && worker)
    await new Promise<void>((resolve) => {
      worker.addEventListener('statechange', () => {
        if (worker.state === 'activated' || worker.state === 'redundant') resolve();
      });
    });
  return registration;
}

function isFor({ options }: PushSubscription, key: Uint8Array): boolean {
  const its = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0));
  return its.length === key.length && its.every((byte, at) => byte === key[at]);
}

/** What the desktop needs to send; `undefined` when the browser gives no keys. */
export function subscriptionInfo(subscription: PushSubscription): PushSubscriptionInfo | undefined {
  const { endpoint, keys } = subscription.toJSON();
  const { p256dh, auth } = keys ?? {};
  return endpoint && p256dh && auth ? { endpoint, keys: { p256dh, auth } } : undefined;
}
