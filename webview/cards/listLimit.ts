import { useEffect, useState } from 'preact/hooks';

/** As many cards as fit on a tall screen: they are drawn at once, the others while the page is idle. */
export const FIRST_CARDS = 12;
const CARDS_PER_STEP = 30;

let showEverything = () => {};

/** Draws all cards now, so that one far down can be shown. */
export function showAll(): void {
  showEverything();
}

/** How many of `count` cards to draw; grows step by step until it is all of them. `list` names what is shown. */
export function useListLimit(count: number, list: string): number {
  const [state, setState] = useState({ list, limit: FIRST_CARDS });
  const limit = state.list === list ? state.limit : FIRST_CARDS;
  showEverything = () => setState({ list, limit: Number.POSITIVE_INFINITY });
  useEffect(() => {
    if (limit >= count) return undefined;
    const handle = requestIdleCallback(() => setState({ list, limit: limit + CARDS_PER_STEP }), {
      timeout: 200,
    });
    return () => cancelIdleCallback(handle);
  }, [limit, count, list]);
  return limit;
}
