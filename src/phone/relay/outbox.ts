import { setTimeout as sleep } from 'node:timers/promises';
import type { Disposable } from '../../base/disposable.ts';
import type { UserError } from '../../protocol/userError.ts';
import { mailboxPath } from '../mailboxPath.ts';
import { BackOff } from './backOff.ts';
import { relayBehind, relayClosed, relayRefused, relayUnreachable } from './errors.ts';

export interface OutboxOptions {
  readonly relay: URL;
  readonly mailbox: string;
  readonly fetch: typeof fetch;
  /** A try that takes longer has failed. Milliseconds. */
  readonly tryMs: number;
  /** When a message is given up. Milliseconds. */
  readonly giveUpMs: number;
  readonly firstDelayMs: number | undefined;
}

/** What the relay keeps of a mailbox: more than that waiting would push out its own beginning. */
const MAX_WAITING = 256;
const LONGEST_RETRY_AFTER_MS = 10_000;

/**
 * Leaves envelopes in one mailbox, one after the other so that their order is kept. A failed one is tried again for a
 * while; it may arrive twice, which its sequence number tells.
 */
export class Outbox implements Disposable {
  readonly #options: OutboxOptions;
  readonly #closed = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Resolves when the relay has it. Rejects with a `UserError`. */
  publish(envelope: string): Promise<void> {
    if (this.#waiting >= MAX_WAITING) return Promise.reject(relayBehind(this.#options.relay.host));
    this.#waiting += 1;
    const published = this.#last.then(() => this.#deliver(envelope));
    this.#last = published
      .catch(() => undefined)
      .then(() => {
        this.#waiting -= 1;
      });
    return published;
  }

  /** Everything that waits is rejected. */
  dispose(): void {
    this.#closed.abort();
  }

  async #deliver(envelope: string): Promise<void> {
    const backOff = new BackOff(Math.random, this.#options.firstDelayMs);
    const end = performance.now() + this.#options.giveUpMs;
    for (;;) {
      const failure = await this.#try(envelope);
      if (!failure) return;
      const delay = Math.max(backOff.next(), failure.retryAfterMs);
      if (!failure.mayPass || performance.now() + delay > end) throw failure.why;
      await this.#wait(delay);
    }
  }

  /** Nothing when the relay has it. Rejects when this is disposed. */
  async #try(envelope: string): Promise<Failure | undefined> {
    const { fetch, mailbox, relay, tryMs } = this.#options;
    if (this.#closed.signal.aborted) throw relayClosed();
    try {
      const response = await fetch(new URL(mailboxPath(mailbox), relay), {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: envelope,
        redirect: 'error',
        signal: AbortSignal.any([this.#closed.signal, AbortSignal.timeout(tryMs)]),
      });
      // Not read to its end, it would keep the connection from being used again.
      await response.arrayBuffer();
      return response.ok ? undefined : failureOf(relay.host, response);
    } catch (error) {
      if (this.#closed.signal.aborted) throw relayClosed();
      return { why: relayUnreachable(relay.host, error), mayPass: true, retryAfterMs: 0 };
    }
  }

  async #wait(delay: number): Promise<void> {
    try {
      await sleep(delay, undefined, { signal: this.#closed.signal });
    } catch {
      throw relayClosed();
    }
  }
}

interface Failure {
  readonly why: UserError;
  /** Whether another try makes sense. */
  readonly mayPass: boolean;
  readonly retryAfterMs: number;
}

function failureOf(host: string, { headers, status }: Response): Failure {
  const seconds = Number(headers.get('retry-after') ?? 0);
  return {
    why: relayRefused(host, status),
    mayPass: status === 408 || status === 429 || status >= 500,
    retryAfterMs: Math.min(Number.isFinite(seconds) ? seconds * 1000 : 0, LONGEST_RETRY_AFTER_MS),
  };
}
