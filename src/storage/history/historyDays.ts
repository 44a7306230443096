const DAY = 86_400_000;

/** Days since 1970 in local time. */
export function dayOf(at: number): number {
  return Math.floor((at - offsetAt(at)) / DAY);
}

/** When a day began. */
export function startOfDay(day: number): number {
  const guess = day * DAY;
  return guess + offsetAt(guess);
}

let lastOffset = { hour: Number.NaN, offset: 0 };

/** Milliseconds to add to local time for UTC; asked for once an hour, as it takes longer than all the rest of a row. */
function offsetAt(at: number): number {
  const hour = Math.floor(at / 900_000);
  if (hour !== lastOffset.hour)
    // A time that no calendar has is in no zone either.
    lastOffset = { hour, offset: new Date(at).getTimezoneOffset() * 60_000 || 0 };
  return lastOffset.offset;
}
