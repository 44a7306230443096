import { type FSWatcher, watch } from 'node:fs';

/** Changes that come within this time are told as one. */
const SETTLE_MS = 300;
/** How often it is looked where nothing can be watched, such as before the first request of all. */
const RETRY_MS = 2000;

/** Tells that something in a folder may have changed. */
export class RecordWatch {
  readonly #folder: string;
  readonly #onChange: () => void;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(folder: string, onChange: () => void) {
    this.#folder = folder;
    this.#onChange = onChange;
    this.#watch();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#watcher?.close();
  }

  #watch(): void {
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, () => this.#later(SETTLE_MS));
      this.#watcher.on('error', () => this.#unwatch());
    } catch {
      this.#unwatch();
    }
  }

  /** What was missed meanwhile is looked for once it is watched again. */
  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#later(RETRY_MS);
  }

  #later(milliseconds: number): void {
    if (this.#timer || this.#isDisposed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#watcher) this.#watch();
      this.#onChange();
    }, milliseconds);
    this.#timer.unref();
  }
}
