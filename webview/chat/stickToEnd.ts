import { arming } from '../shared/arming.ts';
import { save, savedNumber } from '../shared/host.ts';

/** Nearer to the end than this, in CSS pixels, counts as at the end. */
const AT_END = 24;
const SCROLL = 'scroll';

/**
 * Keeps the end of the conversation in sight, unless the person scrolled up or is at a request that waits: then nothing
 * may move.
 */
export function stickToEnd(log: HTMLElement, content: HTMLElement): void {
  let restore = savedNumber(SCROLL);
  let sticks = restore === undefined;
  // As it was drawn last. More may have come since, before the browser tells of a move that was made then.
  let drawnEnd = endOf(log);
  const toEnd = () => {
    drawnEnd = endOf(log);
    if (!sticks || isAtCard(log)) return;
    const before = log.scrollTop;
    log.scrollTop = log.scrollHeight;
    if (log.scrollTop !== before) arming.armAll();
  };
  new ResizeObserver(() => {
    if (restore !== undefined && endOf(log) >= restore) {
      log.scrollTop = restore;
      restore = undefined;
    }
    toEnd();
  }).observe(content);
  new ResizeObserver(toEnd).observe(log);
  log.addEventListener(
    'scroll',
    () => {
      sticks = Math.min(drawnEnd, endOf(log)) - log.scrollTop <= AT_END;
      save(SCROLL, sticks ? undefined : log.scrollTop);
    },
    { passive: true },
  );
}

/** The scroll position of the end. */
function endOf(log: HTMLElement): number {
  return log.scrollHeight - log.clientHeight;
}

function isAtCard(log: HTMLElement): boolean {
  return log.querySelector('.cs-card:not(.is-done):is(:hover, :focus-within)') !== null;
}
