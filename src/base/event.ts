import { type Disposable, toDisposable } from './disposable.ts';

/** Subscribe; the returned disposable ends the subscription. Same shape as `vscode.Event`. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/**
 * Tells listeners that something happened. A listener that throws is reported and does not keep the others from
 * hearing: a broken surface must never change what happens to a request.
 */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void = reportLater) {
    this.#onError = onError;
  }

  readonly event: Event<T> = (listener) => {
    // A wrapper per subscription, so that the same function subscribed twice is heard and removed separately.
    const entry = (value: T) => listener(value);
    this.#listeners.add(entry);
    return toDisposable(() => this.#listeners.delete(entry));
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

/** Throws where the host reports what nobody caught, and where it can change nothing. */
export function reportLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
