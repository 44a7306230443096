/** How far outside of the window something still counts as near, in CSS pixels. */
const MARGIN = 600;

const listeners = new WeakMap<Element, (near: boolean) => void>();

const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) listeners.get(entry.target)?.(entry.isIntersecting);
  },
  // Of the whole window: with a scrolling list as the root its own edges would do, but there are two kinds of lists.
  { rootMargin: `${MARGIN}px 0px`, scrollMargin: `${MARGIN}px 0px` } as IntersectionObserverInit,
);

/** Tells when an element comes near the part of the page on show, and when it is far again. */
export function watchNear(element: Element, tell: (near: boolean) => void): () => void {
  listeners.set(element, tell);
  observer.observe(element);
  return () => {
    observer.unobserve(element);
    listeners.delete(element);
  };
}
