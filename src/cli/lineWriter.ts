import type { Writable } from 'node:stream';

export interface LineWriterOptions {
  /** How much may wait for a reader that is slow, in characters. */
  readonly maxQueued?: number;
  /** Called once, when nobody reads any more (EPIPE), or not fast enough. `what` is a sentence. */
  onGone(what: string): void;
}

const MAX_QUEUED = 32 * 1024 * 1024;

/** Writes text to a stream no faster than it is read. What cannot be written is dropped once the reader is gone. */
export class LineWriter {
  readonly #stream: Writable;
  readonly #options: LineWriterOptions;
  readonly #maxQueued: number;
  #queue: string[] = [];
  #queued = 0;
  /** Writes that the stream has taken but not finished. */
  #unfinished = 0;
  #isGone = false;
  #waiting: (() => void)[] = [];

  constructor(stream: Writable, options: LineWriterOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#maxQueued = options.maxQueued ?? MAX_QUEUED;
    stream.on('drain', () => this.#flush());
    stream.on('error', (error) => this.#gone(`Standard output is closed (${error.message}).`));
    stream.on('close', () => this.#gone('Standard output is closed.'));
  }

  write(text: string): void {
    if (this.#isGone) return;
    this.#queue.push(text);
    this.#queued += text.length;
    this.#flush();
    if (this.#queued > this.#maxQueued) this.#gone('Standard output is not read fast enough.');
  }

  /** Resolves when everything is handed to the operating system, or nobody is there to read it. */
  async flushed(): Promise<void> {
    if (this.#isDone) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  get #isDone(): boolean {
    return this.#isGone || (this.#queue.length === 0 && this.#unfinished === 0);
  }

  #flush(): void {
    let taken = 0;
    while (taken < this.#queue.length && !this.#stream.writableNeedDrain && !this.#isGone) {
      const text = this.#queue[taken++] ?? '';
      this.#queued -= text.length;
      this.#unfinished++;
      this.#stream.write(text, () => {
        this.#unfinished--;
        this.#tellWaiting();
      });
    }
    this.#queue = this.#queue.slice(taken);
  }

  #gone(what: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#queue = [];
    this.#tellWaiting();
    this.#options.onGone(what);
  }

  #tellWaiting(): void {
    if (!this.#isDone) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
