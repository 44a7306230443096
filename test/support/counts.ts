/** What one stage of `npm test` comes to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of those that passed: the ones that needed a second try. */
  readonly retried: number;
}

export const NONE: Counts = { passed: 0, failed: 0, skipped: 0, retried: 0 };

export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    retried: a.retried + b.retried,
  };
}

/** `12 passed, 0 failed`, and what else there is to say of them. */
export function describeCounts({ passed, failed, skipped, retried }: Counts): string {
  const more = [
    skipped > 0 ? `, ${skipped} skipped` : '',
    retried > 0 ? `, ${retried} on the second try` : '',
  ];
  return `${passed} passed, ${failed} failed${more.join('')}`;
}
