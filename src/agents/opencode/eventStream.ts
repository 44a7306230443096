import { setTimeout as sleep } from 'node:timers/promises';

export interface EventStreamOptions {
  /** Opens one connection; its events start with the next thing that happens. */
  open(signal: AbortSignal): Promise<AsyncIterable<unknown>>;
  /** A connection stands: what happened before it has to be asked for. `first` is false for every one but the first. */
  onOpen(first: boolean): void;
  onEvent(event: unknown): void;
  /** A line for the output channel. */
  log(line: string): void;
  /** First wait before another attempt; doubled up to {@link LONGEST_MS}. Milliseconds. */
  readonly firstDelayMs?: number;
  /** A connection on which so long nothing came is dead: OpenCode sends a heartbeat every ten seconds. Milliseconds. */
  readonly silenceMs?: number;
}

const FIRST_MS = 100;
const LONGEST_MS = 5000;
const SILENCE_MS = 35_000;

/** Server-sent events over as many connections as it takes, until it is closed. */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #closed = new AbortController();
  #isFirst = true;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** Resolves when the first connection stands. Rejects when it cannot be made; then nothing is tried again. */
  async start(): Promise<void> {
    const first = await this.#open();
    void this.#run(first);
  }

  close(): void {
    this.#closed.abort();
  }

  async #run(first: Connection): Promise<void> {
    let connection: Connection | undefined = first;
    let delay = this.#options.firstDelayMs ?? FIRST_MS;
    while (!this.#closed.signal.aborted) {
      if (connection && (await this.#read(connection)))
        delay = this.#options.firstDelayMs ?? FIRST_MS;
      if (this.#closed.signal.aborted) return;
      this.#options.log(`Lost the events of OpenCode; connecting again in ${delay} ms`);
      await sleep(delay, undefined, { signal: this.#closed.signal }).catch(() => undefined);
      delay = Math.min(2 * delay, LONGEST_MS);
      connection = await this.#open().catch(() => undefined);
    }
  }

  async #open(): Promise<Connection> {
    const over = new AbortController();
    this.#closed.signal.throwIfAborted();
    const signal = AbortSignal.any([over.signal, this.#closed.signal]);
    const events = await this.#options.open(signal);
    this.#options.onOpen(this.#isFirst);
    this.#isFirst = false;
    return { events, over };
  }

  /** Whether anything came. Never rejects: the end of a connection is nothing special. */
  async #read({ events, over }: Connection): Promise<boolean> {
    let came = false;
    const silence = setTimeout(() => over.abort(), this.#options.silenceMs ?? SILENCE_MS);
    silence.unref();
    try {
      for await (const event of events) {
        if (this.#closed.signal.aborted) break;
        silence.refresh();
        came = true;
        this.#options.onEvent(event);
      }
    } catch {
      // Cut, or silent.
    } finally {
      clearTimeout(silence);
      over.abort();
    }
    return came;
  }
}

interface Connection {
  readonly events: AsyncIterable<unknown>;
  readonly over: AbortController;
}
