import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { type Disposable, toDisposable } from '../../base/disposable.ts';
import { reportLater } from '../../base/event.ts';

/** One thing that a listening phone is sent. */
export type MailboxEvent =
  | { readonly kind: 'envelope'; readonly id: string; readonly text: string }
  /** The mailbox is closed; nothing follows. */
  | { readonly kind: 'gone' };

/** What is known of a mailbox id. */
export type Found =
  /** A phone may leave envelopes here: `deliver` hands one over. */
  | { readonly kind: 'inbox'; deliver(text: string): void }
  /** A phone may listen here. Everything after `lastEventId` comes at once, then what is published. */
  | {
      readonly kind: 'outbox';
      listen(lastEventId: string | undefined, onEvent: (event: MailboxEvent) => void): Disposable;
    }
  /** It was closed: the device is revoked, or its pairing is over. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown' };

/** What the relay keeps of a mailbox: so many envelopes, for so long in milliseconds. */
const MAX_KEPT = 256;
const KEPT_MS = 86_400_000;
const MAX_GONE = 1024;

/**
 * The mailboxes of one server, in memory. An outbox remembers what it was sent, so that a phone that was cut off resumes
 * with nothing lost. Ids are held as hashes: looking one up takes the same time whatever it is, and a heap dump does not
 * show them.
 */
export class Mailboxes {
  readonly #clock: Clock;
  /** Event ids of an earlier life must not be taken for ours. */
  readonly #life = randomBytes(6).toString('base64url');
  readonly #inboxes = new Map<string, (text: string) => void>();
  readonly #outboxes = new Map<string, Outbox>();
  readonly #gone = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(mailbox: string): Found {
    const key = hashOf(mailbox);
    const deliver = this.#inboxes.get(key);
    if (deliver) return { kind: 'inbox', deliver };
    const outbox = this.#outboxes.get(key);
    if (outbox)
      return { kind: 'outbox', listen: (after, onEvent) => outbox.listen(after, onEvent) };
    return { kind: this.#gone.has(key) ? 'gone' : 'unknown' };
  }

  /** From now on a phone may listen at `mailbox`. */
  open(mailbox: string): void {
    const key = hashOf(mailbox);
    this.#gone.delete(key);
    if (!this.#outboxes.has(key)) this.#outboxes.set(key, new Outbox(this.#clock, this.#life));
  }

  /** Opens the mailbox when that was not done. */
  publish(mailbox: string, text: string): void {
    this.open(mailbox);
    this.#outboxes.get(hashOf(mailbox))?.publish(text);
  }

  /** A mailbox has one subscriber: a second one takes the place of the first. */
  subscribe(mailbox: string, onEnvelope: (text: string) => void): Disposable {
    const key = hashOf(mailbox);
    // A bug in what is done with an envelope must not look like a broken request.
    const deliver = (text: string) => {
      try {
        onEnvelope(text);
      } catch (error) {
        reportLater(error);
      }
    };
    this.#gone.delete(key);
    this.#inboxes.set(key, deliver);
    return toDisposable(() => {
      if (this.#inboxes.get(key) === deliver) this.#inboxes.delete(key);
    });
  }

  close(mailbox: string): void {
    const key = hashOf(mailbox);
    this.#inboxes.delete(key);
    this.#outboxes.get(key)?.close();
    this.#outboxes.delete(key);
    this.#gone.add(key);
    const [oldest] = this.#gone;
    if (this.#gone.size > MAX_GONE && oldest !== undefined) this.#gone.delete(oldest);
  }
}

interface Kept {
  readonly number: number;
  readonly at: number;
  readonly text: string;
}

class Outbox {
  readonly #clock: Clock;
  readonly #life: string;
  readonly #listeners = new Set<(event: MailboxEvent) => void>();
  #kept: readonly Kept[] = [];
  #last = 0;

  constructor(clock: Clock, life: string) {
    this.#clock = clock;
    this.#life = life;
  }

  publish(text: string): void {
    const added: Kept = { number: ++this.#last, at: this.#clock.now(), text };
    this.#kept = [...this.#fresh(), added].slice(-MAX_KEPT);
    for (const listener of [...this.#listeners]) listener(this.#eventOf(added));
  }

  listen(lastEventId: string | undefined, onEvent: (event: MailboxEvent) => void): Disposable {
    const after = this.#numberOf(lastEventId);
    for (const each of this.#fresh()) if (each.number > after) onEvent(this.#eventOf(each));
    // A wrapper, so that the same function twice is two listeners.
    const entry = (event: MailboxEvent) => onEvent(event);
    this.#listeners.add(entry);
    return toDisposable(() => this.#listeners.delete(entry));
  }

  close(): void {
    for (const listener of [...this.#listeners]) listener({ kind: 'gone' });
    this.#listeners.clear();
    this.#kept = [];
  }

  /**
   * The last event that the phone has. Without an id it wants only what is new, as at the relay. An id of an earlier life
   * says that it may have missed anything, so it gets all; what it has already it tells by the sequence numbers inside.
   */
  #numberOf(lastEventId: string | undefined): number {
    if (!lastEventId) return this.#last;
    const [, life, number] = /^([A-Za-z0-9_-]{8})\.(\d{1,15})$/.exec(lastEventId) ?? [];
    return life === this.#life ? Number(number) : 0;
  }

  #eventOf({ number, text }: Kept): MailboxEvent {
    return { kind: 'envelope', id: `${this.#life}.${number}`, text };
  }

  #fresh(): readonly Kept[] {
    const oldest = this.#clock.now() - KEPT_MS;
    return this.#kept.filter((each) => each.at > oldest);
  }
}

function hashOf(mailbox: string): string {
  return createHash('sha256').update(mailbox).digest('base64');
}
