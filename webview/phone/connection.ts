import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { resumeAfter } from '../../src/protocol/phone/resume.ts';

/** Whether the desktop can be reached, as far as this page knows. Times are milliseconds since the epoch. */
export type ConnectionState =
  /** The first try since the page was opened, or looked at again. */
  | { readonly kind: 'connecting' }
  /** The desktop itself has answered, and the stream is open. */
  | { readonly kind: 'connected' }
  /** `since`: when the desktop was last heard; undefined when it never was. */
  | { readonly kind: 'reconnecting'; readonly since: number | undefined }
  | { readonly kind: 'unreachable'; readonly since: number | undefined; readonly cause: Loss }
  /** The server says that this mailbox is closed for good. */
  | { readonly kind: 'gone' };

/** `network`: no connection at all; `server`: refused; `desktop`: the mailbox answers, the desktop does not. */
export type Loss = 'network' | 'server' | 'desktop';

/** What a connection needs of the page; tests bring their own clock. */
export interface ConnectionPorts {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  /** Calls `run` after so many milliseconds; the result cancels it. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly isVisible: () => boolean;
}

export interface ConnectionOptions {
  /** Path of the mailbox that this page reads. */
  readonly path: string;
  readonly lastEventId: string | undefined;
  readonly ports: ConnectionPorts;
  /** Takes one envelope; true when it is from the desktop itself. Rejects when it could not be kept. */
  readonly onEnvelope: (text: string, eventId: string | undefined) => Promise<boolean>;
  /** Asks the desktop for everything that waits; rejects when that did not leave this page. */
  readonly sync: () => Promise<void>;
  readonly onChange: (state: ConnectionState) => void;
}

/** Bytes come at least every 30 s. */
const STALE_MS = 90_000;
/** A stream that does not open in this time is given up. */
const OPEN_MS = 15_000;
/** How long the desktop may take to answer. */
const REPLY_MS = 10_000;
/** The desktop is asked again when it was not heard for so long. */
const ASK_MS = 45_000;
/** After this the page no longer says that it will be back in a moment. */
const PATIENCE_MS = 20_000;
/** After what could not be kept, the desktop is asked for it again. */
const AGAIN_MS = 2000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

type Timer = 'retry' | 'watchdog' | 'reply' | 'ask' | 'again' | 'patience';

/**
 * One stream from one mailbox, kept open. Says `connected` only when the desktop itself has answered: a relay that
 * answers for a desktop that is off is not a connection.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #timers = new Map<Timer, () => void>();
  #state: ConnectionState = { kind: 'connecting' };
  #lastEventId: string | undefined;
  #lastHeard: number | undefined;
  #lastByte = 0;
  #attempt = 0;
  #cause: Loss = 'network';
  #stream: AbortController | undefined;
  #isOpen = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#lastEventId = options.lastEventId;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** When the desktop was last heard. */
  get lastHeard(): number | undefined {
    return this.#lastHeard;
  }

  start(): void {
    this.#beImpatient();
    this.#open();
  }

  stop(): void {
    this.#closeStream();
    for (const timer of [...this.#timers.keys()]) this.#cancel(timer);
  }

  /** Another page listens for this one, until {@link wake}. */
  pause(): void {
    if (this.#state.kind === 'gone') return;
    this.stop();
    this.#change({ kind: 'connecting' });
  }

  /** The page is looked at again, or the network is back: what it says must be true now. */
  wake(): void {
    if (this.#state.kind === 'gone') return;
    const now = this.#options.ports.now();
    const isStale = now - this.#lastByte > STALE_MS;
    this.#attempt = 0;
    if (!this.#isOpen || isStale) {
      if (this.#state.kind === 'connected') this.#doubt();
      if (this.#state.kind === 'connecting') this.#beImpatient();
      this.#open();
      return;
    }
    if (now - (this.#lastHeard ?? 0) > ASK_MS) this.#doubt();
    this.#ask();
  }

  /** The device has no network. */
  offline(): void {
    if (this.#state.kind === 'gone') return;
    this.#lose('network');
    this.#giveUp();
  }

  #open(): void {
    this.#closeStream();
    this.#cancel('retry');
    const stream = new AbortController();
    this.#stream = stream;
    this.#set('watchdog', OPEN_MS, () => this.#lose('network'));
    void this.#read(stream).then((loss) => {
      if (this.#stream === stream) this.#lose(loss);
    });
  }

  /** Resolves with why the stream ended. */
  async #read(stream: AbortController): Promise<Loss> {
    const { path, ports } = this.#options;
    try {
      const response = await ports.fetch(path, {
        headers: {
          accept: 'text/event-stream',
          ...(this.#lastEventId && { 'last-event-id': resumeAfter(this.#lastEventId) }),
        },
        signal: stream.signal,
      });
      if (this.#stream !== stream) return 'network';
      if (!response.ok || !response.body) return 'server';
      this.#opened();
      await this.#readBody(response.body.getReader(), stream);
    } catch {
      // An interrupted stream and a refused one look the same to a page.
    }
    return 'network';
  }

  async #readBody(
    reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> },
    stream: AbortController,
  ): Promise<void> {
    const decoder = new TextDecoder();
    const parser = createParser({ onEvent: (event) => this.#receive(event) });
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#stream !== stream) return;
      this.#touch();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  #opened(): void {
    this.#isOpen = true;
    this.#touch();
    this.#ask();
  }

  #touch(): void {
    this.#lastByte = this.#options.ports.now();
    this.#set('watchdog', STALE_MS, () => this.#lose('network'));
  }

  #receive({ event, data, id }: EventSourceMessage): void {
    if (event === 'gone') {
      this.stop();
      this.#change({ kind: 'gone' });
      return;
    }
    if (id !== undefined) this.#lastEventId = id;
    // One after the other, in the order in which they came.
    this.#queue = this.#queue.then(async () => {
      try {
        if (await this.#options.onEnvelope(data, id)) this.#heard();
      } catch {
        this.#set('again', AGAIN_MS, () => this.#ask());
      }
    });
  }

  #heard(): void {
    this.#lastHeard = this.#options.ports.now();
    if (!this.#isOpen) return;
    this.#attempt = 0;
    this.#cancel('reply');
    this.#cancel('patience');
    this.#set('ask', ASK_MS, () => this.#askLater());
    if (this.#state.kind !== 'connected') this.#change({ kind: 'connected' });
  }

  #askLater(): void {
    if (this.#options.ports.isVisible()) this.#ask();
    else this.#set('ask', ASK_MS, () => this.#askLater());
  }

  #ask(): void {
    this.#set('reply', REPLY_MS, () => this.#silent());
    const stream = this.#stream;
    this.#options.sync().catch(() => {
      if (this.#stream === stream) this.#lose('network');
    });
  }

  /** The stream stays open: when the desktop comes back it is heard there. */
  #silent(): void {
    this.#cause = 'desktop';
    this.#giveUp();
    this.#set('ask', ASK_MS, () => this.#askLater());
  }

  #lose(cause: Loss): void {
    this.#closeStream();
    this.#cause = cause;
    if (this.#state.kind === 'connected') this.#doubt();
    const wait = Math.min(FIRST_RETRY_MS * 2 ** this.#attempt++, LAST_RETRY_MS);
    // Between half and all of it, so that many pages do not come back at the same moment.
    this.#set('retry', wait * (0.5 + this.#options.ports.random() / 2), () => this.#open());
  }

  #doubt(): void {
    this.#change({ kind: 'reconnecting', since: this.#lastHeard });
    this.#beImpatient();
  }

  #beImpatient(): void {
    this.#set('patience', PATIENCE_MS, () => this.#giveUp());
  }

  #giveUp(): void {
    this.#cancel('patience');
    this.#change({ kind: 'unreachable', since: this.#lastHeard, cause: this.#cause });
  }

  #closeStream(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#isOpen = false;
    this.#cancel('watchdog');
    this.#cancel('reply');
    this.#cancel('ask');
    this.#cancel('again');
    stream?.abort();
  }

  #change(state: ConnectionState): void {
    this.#state = state;
    this.#options.onChange(state);
  }

  #set(timer: Timer, milliseconds: number, run: () => void): void {
    this.#cancel(timer);
    this.#timers.set(timer, this.#options.ports.after(milliseconds, run));
  }

  #cancel(timer: Timer): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }
}
