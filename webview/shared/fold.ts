/** Rows from `from` up to, not including, `to`; shown as they are or behind a bar. */
export interface Segment {
  readonly folded: boolean;
  readonly from: number;
  readonly to: number;
}

export interface FoldOptions {
  readonly count: number;
  /** How many rows stay in sight at the start and at the end. */
  readonly head: number;
  readonly tail: number;
  /** Rows that are never hidden. */
  readonly keep: (row: number) => boolean;
}

const FOLD_ABOVE = 12;
const FOLD_AT_LEAST = 4;

/** Folds the middle of a long payload; never the end, never a row to keep, never fewer than 4 rows. */
export function planFold({ count, head, tail, keep }: FoldOptions): Segment[] {
  const segments: Segment[] = [];
  const add = (folded: boolean, from: number, to: number) => {
    const last = segments.at(-1);
    if (last && last.folded === folded) segments[segments.length - 1] = { ...last, to };
    else if (to > from) segments.push({ folded, from, to });
  };
  if (count <= FOLD_ABOVE) return [{ folded: false, from: 0, to: count }];
  add(false, 0, head);
  let at = head;
  while (at < count - tail) {
    let end = at;
    while (end < count - tail && !keep(end)) end++;
    add(end - at >= FOLD_AT_LEAST, at, end);
    if (end < count - tail) add(false, end, end + 1);
    at = end + 1;
  }
  add(false, count - tail, count);
  return segments;
}
