/**
 * Writes one value that keeps changing: never two writes at once, and many requests in a row are one write. A request is
 * settled by a write that began after it.
 */
export class LatestWriter {
  readonly #write: () => PromiseLike<void>;
  #running: Promise<void> | undefined;
  #queued: Promise<void> | undefined;

  /** `write` takes the value as it is when the write begins. */
  constructor(write: () => PromiseLike<void>) {
    this.#write = write;
  }

  /** Rejects when its write fails. */
  request(): Promise<void> {
    if (!this.#running) return this.#start();
    this.#queued ??= this.idle().then(() => {
      this.#queued = undefined;
      return this.#start();
    });
    return this.#queued;
  }

  /** Resolves when the write that runs now is over, however it ended. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  #start(): Promise<void> {
    const running = this.#once().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #once(): Promise<void> {
    await this.#write();
  }
}
