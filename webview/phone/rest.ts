/** So long nothing has to happen, in milliseconds, before the list may move by itself. */
const REST_MS = 1200;

/** A list that the person may be about to touch. */
export interface Rest {
  /** Something in it has changed: it is not at rest before a while has gone by again. */
  restart(): void;
  stop(): void;
}

/**
 * Calls `onRest` when for a moment no finger was on the page, nothing was scrolled and no mouse is over the list. Until
 * then nothing in it may move: whoever presses a button presses what they saw there.
 */
export function watchRest(list: HTMLElement, onRest: () => void): Rest {
  const stopped = new AbortController();
  const { signal } = stopped;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let fingers = 0;
  const restart = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (fingers === 0 && !isUnderMouse(list)) onRest();
    }, REST_MS);
  };
  const onTouch = ({ target, touches, type }: TouchEvent) => {
    fingers = touches.length;
    // What is taken off the page under a finger is the only one that hears of its end.
    if (type === 'touchstart')
      for (const end of ['touchend', 'touchcancel'] as const)
        (target as EventTarget | null)?.addEventListener(end, onTouch as EventListener, { signal });
    restart();
  };
  window.addEventListener('touchstart', onTouch, { signal, passive: true });
  list.addEventListener('scroll', restart, { signal, passive: true });
  list.addEventListener('pointerleave', restart, { signal });
  return {
    restart,
    stop: () => {
      clearTimeout(timer);
      stopped.abort();
    },
  };
}

/** A finger leaves no trace in `:hover` where the browser knows that there is no mouse. */
function isUnderMouse(list: HTMLElement): boolean {
  return matchMedia('(hover: hover)').matches && list.matches(':hover');
}
