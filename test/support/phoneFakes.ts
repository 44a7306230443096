import { type Disposable, toDisposable } from '../../src/base/disposable.ts';
import { Emitter } from '../../src/base/event.ts';
import type { Timers } from '../../src/base/timers.ts';
import type { SecretStore } from '../../src/phone/secretStore.ts';
import type { PhoneTransport, TransportKind, TransportStatus } from '../../src/phone/transport.ts';
import { UserError } from '../../src/protocol/userError.ts';

/** Secret storage in memory. */
export class MemorySecrets implements SecretStore {
  readonly values = new Map<string, string>();
  readonly writes: string[] = [];
  /** Thrown by what is set or deleted while it is there. */
  failure: Error | undefined;

  async get(key: string): Promise<string | undefined> {
    return this.values.get(key);
  }

  async set(key: string, value: string): Promise<void> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    this.values.set(key, value);
    this.writes.push(key);
  }

  async delete(key: string): Promise<void> {
    if (this.failure) throw this.failure;
    this.values.delete(key);
  }
}

/** Timers that end when the test says so. */
export class ManualTimers implements Timers {
  readonly #waiting = new Set<{ readonly at: number; readonly call: () => void }>();
  #now = 0;

  after(milliseconds: number, call: () => void): Disposable {
    const timer = { at: this.#now + milliseconds, call };
    this.#waiting.add(timer);
    return toDisposable(() => this.#waiting.delete(timer));
  }

  get size(): number {
    return this.#waiting.size;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#waiting].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#now || !this.#waiting.delete(timer)) continue;
      timer.call();
    }
  }
}

/** Mailboxes in memory: the extension's side is a transport, the phone's side are `post` and `listen`. */
export class MemoryMailboxes implements PhoneTransport {
  readonly kind: TransportKind;
  readonly pageUrl = 'https://192.168.1.20:41337/';
  /** All that went through, both ways: what a relay sees. */
  readonly seen: string[] = [];
  readonly closed: string[] = [];
  isResting = false;
  readonly #changed = new Emitter<TransportStatus>();
  readonly onDidChange = this.#changed.event;
  readonly #open = new Set<string>();
  readonly #buffers = new Map<string, string[]>();
  readonly #listeners = new Map<string, Set<(text: string) => void>>();
  readonly #subscribers = new Map<string, (text: string) => void>();
  #status: TransportStatus = { state: 'up' };

  constructor(kind: TransportKind = 'lan') {
    this.kind = kind;
  }

  get status(): TransportStatus {
    return this.#status;
  }

  setDown(): void {
    const why = new UserError('relayFailed', 'The relay does not answer.', 'Wait.');
    this.#set({ state: 'down', why });
  }

  setUp(): void {
    this.#set({ state: 'up' });
  }

  async start(): Promise<void> {
    this.isResting = false;
  }

  rest(): void {
    this.isResting = true;
  }

  /** Mailboxes in which somebody would hear a phone. */
  get heard(): readonly string[] {
    return [...this.#subscribers.keys()];
  }

  open(mailbox: string): void {
    this.#open.add(mailbox);
  }

  async publish(mailbox: string, envelope: string): Promise<void> {
    await Promise.resolve();
    if (this.#status.state === 'down') throw this.#status.why;
    this.seen.push(envelope);
    this.#buffers.set(mailbox, [...(this.#buffers.get(mailbox) ?? []), envelope]);
    for (const listener of this.#listeners.get(mailbox) ?? []) listener(envelope);
  }

  subscribe(mailbox: string, onEnvelope: (text: string) => void): Disposable {
    this.#subscribers.set(mailbox, onEnvelope);
    return toDisposable(() => this.#subscribers.delete(mailbox));
  }

  async close(mailbox: string): Promise<void> {
    this.closed.push(mailbox);
    this.#open.delete(mailbox);
    this.#buffers.delete(mailbox);
    this.#listeners.delete(mailbox);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  /** A phone leaves an envelope; false when nobody takes it. */
  post(mailbox: string, envelope: string): boolean {
    this.seen.push(envelope);
    const subscriber = this.#subscribers.get(mailbox);
    subscriber?.(envelope);
    return subscriber !== undefined;
  }

  /** A phone listens, from now on or with all that is kept. */
  listen(mailbox: string, onEnvelope: (text: string) => void, fromStart = false): Disposable {
    if (!this.#open.has(mailbox)) throw new Error('No such mailbox');
    if (fromStart) for (const envelope of this.#buffers.get(mailbox) ?? []) onEnvelope(envelope);
    const listeners = this.#listeners.get(mailbox) ?? new Set();
    this.#listeners.set(mailbox, listeners.add(onEnvelope));
    return toDisposable(() => listeners.delete(onEnvelope));
  }

  #set(status: TransportStatus): void {
    this.#status = status;
    this.#changed.fire(status);
  }
}
