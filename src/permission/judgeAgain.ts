import type { Disposable } from '../base/disposable.ts';
import type { Timers } from '../base/timers.ts';

export interface JudgeAgainOptions<T> {
  readonly timers: Timers;
  /** What is to be judged, in order; no longer what {@link judge} was called for. */
  due(): readonly T[];
  /** Settles when it is known what came of it. Never rejects. */
  judge(entry: T): Promise<unknown>;
}

/** So many are judged in one turn of the event loop, and put on record with one write. */
const MAX_BATCH = 8;
/** Of arguments, in characters: what takes long to read has a turn of its own. */
const MAX_CHARACTERS = 4000;

/** Judges what waits once more, a little in each turn, so that a thousand requests do not hold up whoever types. */
export class JudgeAgain<T extends { readonly rawCharacters: number }> implements Disposable {
  readonly #options: JudgeAgainOptions<T>;
  #timer: Disposable | undefined;
  #isJudging = false;
  #isDisposed = false;

  constructor(options: JudgeAgainOptions<T>) {
    this.#options = options;
  }

  /** Something may be due. What is due while a batch is judged has its turn after it. */
  wake(): void {
    if (this.#timer || this.#isJudging || this.#isDisposed) return;
    this.#timer = this.#options.timers.after(0, () => void this.#judge());
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.dispose();
  }

  async #judge(): Promise<void> {
    this.#timer = undefined;
    const batch = batchOf(this.#options.due());
    if (batch.length === 0) return;
    this.#isJudging = true;
    await Promise.all(batch.map((entry) => this.#options.judge(entry)));
    this.#isJudging = false;
    this.wake();
  }
}

/** The first ones, and at least one. */
function batchOf<T extends { readonly rawCharacters: number }>(due: readonly T[]): readonly T[] {
  let characters = 0;
  return due.slice(0, MAX_BATCH).filter(({ rawCharacters }, index) => {
    characters += rawCharacters;
    return index === 0 || characters <= MAX_CHARACTERS;
  });
}
