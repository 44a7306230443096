import { arming } from './arming.ts';

/** Moves smaller than this, in CSS pixels, do not bring another button under the pointer. */
const TOLERANCE = 2;

/**
 * Arms a card again when its buttons moved on the screen, or came there from far away, and the person did not scroll.
 * Returns the way to stop.
 */
export function watchShifts(list: HTMLElement, content: HTMLElement): () => void {
  let tops = new Map<string, number>();
  const measure = () => {
    const found = new Map<string, number>();
    for (const row of list.querySelectorAll<HTMLElement>('.cs-card > .cs-decide:not(:empty)')) {
      const id = row.parentElement?.dataset['request'];
      if (id && !isFarAway(row)) found.set(id, row.getBoundingClientRect().top);
    }
    return found;
  };
  const check = () => {
    const now = measure();
    for (const [id, top] of now) {
      const before = tops.get(id);
      if (before === undefined || Math.abs(before - top) > TOLERANCE) arming.arm(id);
    }
    tops = now;
  };
  const note = () => {
    tops = measure();
  };
  const observer = new ResizeObserver(check);
  observer.observe(content);
  list.addEventListener('scroll', note, { passive: true });
  // What came from far away may have the size that was left free for it.
  content.addEventListener('contentvisibilityautostatechange', check);
  return () => {
    observer.disconnect();
    list.removeEventListener('scroll', note);
    content.removeEventListener('contentvisibilityautostatechange', check);
  };
}

/** Its slot is not laid out (`content-visibility`), and asking where it is would do that for each card of a long list. */
function isFarAway(row: Element): boolean {
  // Not in Safari before 17.4.
  return row.checkVisibility?.({ contentVisibilityAuto: true }) === false;
}
