import { type Disposable, toDisposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { UserError } from '../../protocol/userError.ts';
import { mailboxPath } from '../mailboxPath.ts';
import type { PhoneTransport, TransportStatus } from '../transport.ts';
import { parseRelayAddress } from './address.ts';
import { relayClosed, relayRefused, relayUnreachable } from './errors.ts';
import { Outbox } from './outbox.ts';
import { Subscription } from './subscription.ts';

export interface RelayTransportOptions {
  /** As {@link parseRelayAddress} returns it. */
  readonly relay: URL;
  readonly fetch?: typeof fetch;
  /** See `SubscriptionOptions` and `OutboxOptions`; milliseconds. */
  readonly silenceMs?: number;
  readonly firstDelayMs?: number;
  readonly tryMs?: number;
  readonly giveUpMs?: number;
}

/** The relay sends a ping every 20 seconds. */
const SILENCE_MS = 90_000;
const TRY_MS = 10_000;
const GIVE_UP_MS = 60_000;

/**
 * Phones anywhere, over a relay that this extension dials out to. The relay holds sealed envelopes in memory and nothing
 * else; after it was restarted phones ask for what is open, as after any other cut.
 */
export class RelayTransport implements PhoneTransport {
  readonly kind = 'relay';
  readonly #options: RelayTransportOptions;
  readonly #changed = new Emitter<TransportStatus>();
  readonly onDidChange = this.#changed.event;
  readonly #outboxes = new Map<string, Outbox>();
  readonly #subscriptions = new Map<string, Subscribed>();
  #status: TransportStatus = { state: 'connecting' };
  #isStarted = false;
  #isDisposed = false;

  constructor(options: RelayTransportOptions) {
    this.#options = options;
  }

  get pageUrl(): string {
    return this.#options.relay.href;
  }

  /** Up when every mailbox is listened at; down as soon as one is not. */
  get status(): TransportStatus {
    return this.#status;
  }

  /** Sees whether the relay is there and serves the page. */
  async start(): Promise<void> {
    if (this.#isDisposed) throw relayClosed();
    const why = await this.#reach();
    this.#isStarted = !why;
    this.#tell(why);
    if (why) throw why;
  }

  /** It listens at mailboxes only, and without phones there is none. */
  rest(): void {
    this.#isStarted = false;
  }

  /** Nothing to do: at the relay every mailbox is open. */
  open(mailbox: string): void {
    mailboxPath(mailbox);
  }

  publish(mailbox: string, envelope: string): Promise<void> {
    if (this.#isDisposed) return Promise.reject(relayClosed());
    return this.#outboxOf(mailbox).publish(envelope);
  }

  subscribe(mailbox: string, onEnvelope: (text: string) => void): Disposable {
    this.#subscriptions.get(mailbox)?.subscription.dispose();
    if (this.#isDisposed) return toDisposable(() => undefined);
    const subscription = new Subscription({
      relay: this.#options.relay,
      mailbox,
      fetch: this.#options.fetch ?? fetch,
      onEnvelope,
      onState: (state) => this.#hear(mailbox, subscription, state),
      silenceMs: this.#options.silenceMs ?? SILENCE_MS,
      firstDelayMs: this.#options.firstDelayMs,
    });
    this.#subscriptions.set(mailbox, { subscription, state: 'connecting' });
    this.#update();
    return toDisposable(() => this.#unsubscribe(mailbox, subscription));
  }

  /** The relay forgets what is in it, where it can be reached; in any case nothing is sent or heard there any more. */
  async close(mailbox: string): Promise<void> {
    const subscribed = this.#subscriptions.get(mailbox);
    if (subscribed) this.#unsubscribe(mailbox, subscribed.subscription);
    this.#outboxes.get(mailbox)?.dispose();
    this.#outboxes.delete(mailbox);
    await this.#request(mailboxPath(mailbox), 'DELETE').catch(() => undefined);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const { subscription } of this.#subscriptions.values()) subscription.dispose();
    for (const outbox of this.#outboxes.values()) outbox.dispose();
    this.#subscriptions.clear();
    this.#outboxes.clear();
    this.#set({ state: 'down', why: relayClosed() });
    this.#changed.dispose();
  }

  async #reach(): Promise<UserError | undefined> {
    const { host } = this.#options.relay;
    try {
      const { status } = await this.#request('/', 'GET');
      return status === 200 ? undefined : relayRefused(host, status);
    } catch (error) {
      return relayUnreachable(host, error);
    }
  }

  async #request(path: string, method: string): Promise<Response> {
    const { relay, tryMs = TRY_MS } = this.#options;
    const send = this.#options.fetch ?? fetch;
    const signal = AbortSignal.timeout(tryMs);
    const response = await send(new URL(path, relay), { method, redirect: 'error', signal });
    await response.arrayBuffer();
    return response;
  }

  #outboxOf(mailbox: string): Outbox {
    const existing = this.#outboxes.get(mailbox);
    if (existing) return existing;
    const outbox = new Outbox({
      relay: this.#options.relay,
      mailbox,
      fetch: this.#options.fetch ?? fetch,
      tryMs: this.#options.tryMs ?? TRY_MS,
      giveUpMs: this.#options.giveUpMs ?? GIVE_UP_MS,
      firstDelayMs: this.#options.firstDelayMs,
    });
    this.#outboxes.set(mailbox, outbox);
    return outbox;
  }

  #hear(mailbox: string, subscription: Subscription, state: 'listening' | UserError): void {
    if (this.#subscriptions.get(mailbox)?.subscription !== subscription) return;
    this.#subscriptions.set(mailbox, { subscription, state });
    this.#update();
  }

  #unsubscribe(mailbox: string, subscription: Subscription): void {
    subscription.dispose();
    if (this.#subscriptions.get(mailbox)?.subscription !== subscription) return;
    this.#subscriptions.delete(mailbox);
    this.#update();
  }

  #update(): void {
    if (this.#isDisposed) return;
    const states = [...this.#subscriptions.values()].map((each) => each.state);
    const broken = states.find((state) => typeof state !== 'string');
    if (broken !== undefined) this.#tell(broken);
    else if (states.includes('connecting')) this.#set({ state: 'connecting' });
    else if (this.#isStarted || states.length > 0) this.#tell(undefined);
  }

  #tell(why: UserError | undefined): void {
    if (this.#isDisposed) return;
    this.#set(why ? { state: 'down', why } : { state: 'up' });
  }

  #set(status: TransportStatus): void {
    const isSame = status.state === this.#status.state && status.state !== 'down';
    this.#status = status;
    if (!isSame) this.#changed.fire(status);
  }
}

interface Subscribed {
  readonly subscription: Subscription;
  readonly state: 'connecting' | 'listening' | UserError;
}
