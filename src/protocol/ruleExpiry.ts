/** How long a rule is to hold. */
export type RuleExpiry =
  | { readonly kind: 'never' | 'today' | 'week' }
  /** The last day on which it holds, `2026-11-30`; empty while none is chosen. */
  | { readonly kind: 'date'; readonly day: string };

/** When it ends, in milliseconds since the epoch: the end of a day here. `undefined`: never, or no such day. */
export function expiresAt(expiry: RuleExpiry, now: number): number | undefined {
  switch (expiry.kind) {
    case 'never':
      return undefined;
    case 'today':
      return endOfDay(new Date(now));
    case 'week':
      return now + 7 * 86_400_000;
    case 'date': {
      const [year = 0, month = 0, day = 0] = expiry.day.split('-').map(Number);
      const date = new Date(year, month - 1, day);
      return dayOf(date) === expiry.day ? endOfDay(date) : undefined;
    }
  }
}

/** Why a day cannot be the last one of a rule, a sentence; `undefined` when it can. */
export function dayProblem(day: string, now: number): string | undefined {
  const at = expiresAt({ kind: 'date', day }, now);
  if (at === undefined) return 'Write the day as 2026-11-30.';
  return at > now ? undefined : 'That day is over.';
}

/** `2026-11-30`, here. */
export function dayOf(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function endOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}
