import type { Disposable } from '../base/disposable.ts';
import type { Event } from '../base/event.ts';
import type { UserError } from '../protocol/userError.ts';

/** How phones reach this extension: over the local network, or over a relay that the extension dials out to. */
export type TransportKind = 'lan' | 'relay';

export type TransportStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'up' }
  /** Nothing can be sent or received; `why` says what to do. It may come up again by itself. */
  | { readonly state: 'down'; readonly why: UserError };

/**
 * Carries sealed envelopes in mailboxes; knows nothing of what is in them. Both kinds have the HTTP shape of nginx with
 * Nchan, so that the page has one code path: `POST /m/<mailbox>` leaves an envelope, `GET /m/<mailbox>` as an event
 * stream listens and `Last-Event-ID` resumes. A mailbox is 22 to 64 characters of `[A-Za-z0-9_-]`; knowing it is the
 * right to use it, so it is never logged.
 */
export interface PhoneTransport extends Disposable {
  readonly kind: TransportKind;
  /** Where the page is, without a fragment: `https://192.168.1.20:41337/`. Valid once it has been up. */
  readonly pageUrl: string;
  readonly status: TransportStatus;
  readonly onDidChange: Event<TransportStatus>;
  /** Resolves when it can carry envelopes; rejects with a `UserError`. May be called again after a failure. */
  start(): Promise<void>;
  /** There is nobody to reach: nothing listens any more, until it is started again. */
  rest(): void;
  /** From now on a phone may listen at this mailbox, though nothing was published yet. Asking twice is harmless. */
  open(mailbox: string): void;
  /** Leaves an envelope (at most 16,384 bytes) for the phone. Rejects when it is not known to have arrived. */
  publish(mailbox: string, envelope: string): Promise<void>;
  /** Hears what phones leave in a mailbox, in order; may hear something twice. One subscriber for each mailbox. */
  subscribe(mailbox: string, onEnvelope: (text: string) => void): Disposable;
  /** Forgets a mailbox and what is in it; a phone that listens there is cut off with a `gone` event. Never rejects. */
  close(mailbox: string): Promise<void>;
}
