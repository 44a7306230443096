import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { Disposable } from '../../base/disposable.ts';
import { reportLater } from '../../base/event.ts';
import { resumeAfter } from '../../protocol/phone/resume.ts';
import type { UserError } from '../../protocol/userError.ts';
import { mailboxPath } from '../mailboxPath.ts';
import { BackOff } from './backOff.ts';
import { relayRefused, relaySilent, relayUnreachable } from './errors.ts';

export interface SubscriptionOptions {
  readonly relay: URL;
  readonly mailbox: string;
  readonly fetch: typeof fetch;
  readonly onEnvelope: (text: string) => void;
  /** It listens, or it does not and why. Called for each change. */
  readonly onState: (state: 'listening' | UserError) => void;
  /** A connection on which nothing came for so long is dead. Milliseconds. */
  readonly silenceMs: number;
  /** Of the back-off. Milliseconds. */
  readonly firstDelayMs: number | undefined;
}

/**
 * Listens at one mailbox over as many connections as it takes, until it is disposed. Each connection goes on where the
 * last one was cut; what was there before the first one is not heard.
 */
export class Subscription implements Disposable {
  readonly #options: SubscriptionOptions;
  readonly #closed = new AbortController();
  readonly #backOff: BackOff;
  #resumeFrom: string | undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#backOff = new BackOff(Math.random, options.firstDelayMs);
    void this.#run();
  }

  dispose(): void {
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      const why = await this.#listen();
      if (signal.aborted) return;
      this.#options.onState(why);
      await sleep(this.#backOff.next(), undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection. Resolves with why it ended; never rejects. */
  async #listen(): Promise<UserError> {
    const { relay, silenceMs } = this.#options;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#closed.signal]);
    const watchdog = setTimeout(() => over.abort(relaySilent(relay.host)), silenceMs);
    watchdog.unref();
    try {
      const response = await this.#open(signal);
      const type = response.headers.get('content-type') ?? '';
      if (response.status !== 200 || !type.startsWith('text/event-stream') || !response.body)
        return relayRefused(relay.host, response.status);
      this.#begin(response.headers.get('date'));
      await this.#read(response.body, () => watchdog.refresh());
      return relayUnreachable(relay.host, 'the connection was ended');
    } catch (error) {
      return over.signal.aborted ? relaySilent(relay.host) : relayUnreachable(relay.host, error);
    } finally {
      clearTimeout(watchdog);
      over.abort();
    }
  }

  #open(signal: AbortSignal): Promise<Response> {
    const { fetch, mailbox, relay } = this.#options;
    return fetch(new URL(mailboxPath(mailbox), relay), {
      headers: {
        accept: 'text/event-stream',
        ...(this.#resumeFrom !== undefined && { 'last-event-id': this.#resumeFrom }),
      },
      // Whatever a relay is, it does not send us elsewhere.
      redirect: 'error',
      signal,
    });
  }

  /** From here on nothing is missed: until the first event comes, the relay's own clock says where to resume. */
  #begin(date: string | null): void {
    const now = Date.parse(date ?? '');
    if (!Number.isNaN(now)) this.#resumeFrom ??= resumeAfter(`${Math.floor(now / 1000)}:0`);
    this.#backOff.reset();
    this.#options.onState('listening');
  }

  /** A bug in what is done with an envelope must not look like a broken connection. */
  #deliver(text: string): void {
    try {
      this.#options.onEnvelope(text);
    } catch (error) {
      reportLater(error);
    }
  }

  async #read(body: AsyncIterable<Uint8Array>, onBytes: () => void): Promise<void> {
    const decoder = new TextDecoder();
    const parser = createParser({
      // Above it the parser throws, which ends the connection.
      maxBufferSize: MAX_EVENT,
      onEvent: ({ data, id }) => {
        if (id !== undefined) this.#resumeFrom = resumeAfter(id);
        if (!this.#closed.signal.aborted) this.#deliver(data);
      },
    });
    for await (const chunk of body) {
      onBytes();
      parser.feed(decoder.decode(chunk, { stream: true }));
    }
  }
}

/** Several times what a relay takes; a stream without an end of line must not fill the memory. Characters. */
const MAX_EVENT = 128 * 1024;
