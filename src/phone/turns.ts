/** Longer than this nothing else has to wait. Milliseconds. */
const SLICE = 5;

/** Lets many pieces of work take turns with everything else: a slice of them, then the event loop goes round once. */
export class Turns {
  #startedAt = Number.NEGATIVE_INFINITY;
  #last: Promise<void> = Promise.resolve();

  /** Resolves when the next piece may begin; pieces begin in the order in which they asked. */
  next(): Promise<void> {
    // Who asked before has begun by then: its work counts.
    this.#last = this.#last.then(() =>
      performance.now() - this.#startedAt < SLICE ? undefined : this.#goRound(),
    );
    return this.#last;
  }

  #goRound(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#startedAt = performance.now();
        resolve();
      });
    });
  }
}
