import { cards } from './cardStore.ts';

/** Calls `onRelease` when a list loses both the pointer and the focus; until then nothing in it may move. */
export function watchHold(
  list: HTMLElement,
  onRelease: () => void = () => {},
): { isHeld(): boolean } {
  const isHeld = () =>
    list.matches(':hover') || (document.hasFocus() && list.contains(document.activeElement));
  // Later: while the event runs the focus is nowhere.
  const check = () => setTimeout(() => !isHeld() && onRelease(), 0);
  list.addEventListener('pointerleave', () => cards.unpin());
  list.addEventListener('pointerleave', check);
  list.addEventListener('focusout', check);
  window.addEventListener('blur', check);
  return { isHeld };
}
