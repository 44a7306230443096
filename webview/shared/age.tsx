import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { age } from '../../src/protocol/words.ts';
import { fullTime } from './phrases.ts';

/** How long a request has been waiting; kept up to date while it is looked at. */
export function Age({ since }: { readonly since: number }): VNode {
  const [text, setText] = useState(() => age(Date.now() - since));
  useEffect(() => {
    setText(age(Date.now() - since));
    return ages.watch(since, (now) => setText(age(now - since)));
  }, [since]);
  return (
    <time class="cs-age" dateTime={new Date(since).toISOString()} title={fullTime(since)}>
      {text}
    </time>
  );
}

type Tick = (now: number) => void;

/** One timer for all ages: none when nothing waits or the page is hidden, one a minute when all are older than that. */
class Ages {
  readonly #ticks = new Map<Tick, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    document.addEventListener('visibilitychange', () => this.#restart(true));
  }

  watch(since: number, tick: Tick): () => void {
    this.#ticks.set(tick, since);
    this.#restart(false);
    return () => {
      this.#ticks.delete(tick);
      if (this.#ticks.size === 0) this.#stop();
    };
  }

  #restart(tickNow: boolean): void {
    this.#stop();
    if (document.visibilityState !== 'visible' || this.#ticks.size === 0) return;
    if (tickNow) this.#tick();
    const youngest = Math.max(...this.#ticks.values());
    const wait = Date.now() - youngest < 60_000 ? 1000 : 60_000;
    this.#timer = setTimeout(() => this.#restart(true), wait);
  }

  #tick(): void {
    const now = Date.now();
    for (const tick of this.#ticks.keys()) tick(now);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

const ages = new Ages();
