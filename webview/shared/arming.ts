import { useLayoutEffect, useState } from 'preact/hooks';

/** How long a card takes no answer after it appeared, moved or changed: a click that was meant for something else. */
export const ARMING_MS = 500;

type Listener = () => void;

/** Knows which cards take answers. One timer, and only while a card is arming. */
class Arming {
  readonly #until = new Map<string, number>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #now: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes no answer for this card from now on, for half a second. */
  arm(id: string): void {
    this.#until.set(id, this.#now() + ARMING_MS);
    this.#tell(id);
    this.#schedule();
  }

  /** The same for every card on show: the list moved, or the window got the focus. */
  armAll(): void {
    for (const id of this.#listeners.keys()) this.arm(id);
  }

  isArming(id: string): boolean {
    return (this.#until.get(id) ?? 0) > this.#now();
  }

  /** Changes whenever the card is armed again; restarts the arming line. */
  epoch(id: string): number {
    return this.#until.get(id) ?? 0;
  }

  forget(id: string): void {
    this.#until.delete(id);
  }

  /** Tells when the card starts or stops arming. Returns the way to stop. */
  subscribe(id: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(id);
    };
  }

  #tell(id: string): void {
    for (const listener of this.#listeners.get(id) ?? []) listener();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#until.size === 0) return;
    const next = Math.min(...this.#until.values());
    this.#timer = setTimeout(() => this.#release(), Math.max(0, next - this.#now()) + 1);
  }

  #release(): void {
    this.#timer = undefined;
    for (const [id, until] of this.#until) {
      if (until > this.#now()) continue;
      this.#until.delete(id);
      this.#tell(id);
    }
    this.#schedule();
  }
}

/** The arming of this page. */
export const arming = new Arming();

/** Whether the card takes no answer yet, and a number that changes when arming starts over. */
export function useArming(id: string): { readonly isArming: boolean; readonly epoch: number } {
  const [, render] = useState(0);
  useLayoutEffect(() => arming.subscribe(id, () => render((count) => count + 1)), [id]);
  return { isArming: arming.isArming(id), epoch: arming.epoch(id) };
}
