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
  const toEnd = () => {
    if (!sticks || isAtCard(log)) return;
    const before = log.scrollTop;
    log.scrollTop = log.scrollHeight;
    if (log.scrollTop !== before) arming.armAll();
  };
  new ResizeObserver(() => {
    if (restore !== undefined && log.scrollHeight - log.clientHeight >= restore) {
      log.scrollTop = restore;
      restore = undefined;
    }
    toEnd();
  }).observe(content);
  new ResizeObserver(toEnd).observe(log);
  log.addEventListener(
    'scroll',
    () => {
      sticks = log.scrollHeight - log.scrollTop - log.clientHeight <= AT_END;
      save(SCROLL, sticks ? undefined : log.scrollTop);
    },
    { passive: true },
  );
}

function isAtCard(log: HTMLElement): boolean {
  return log.querySelector('.cs-card:not(.is-done):is(:hover, :focus-within)') !== null;
}
