import assert from 'node:assert/strict';
import { dayOf, dayProblem, expiresAt } from '../../../src/protocol/ruleExpiry.ts';

describe('the end of a rule', () => {
  const now = new Date(2026, 10, 21, 15, 30).getTime();

  it('is the end of a day here, a week from now, or never', () => {
    assert.equal(expiresAt({ kind: 'today' }, now), new Date(2026, 10, 22).getTime());
    assert.equal(expiresAt({ kind: 'week' }, now), now + 7 * 24 * 3600 * 1000);
    assert.equal(
      expiresAt({ kind: 'date', day: '2026-12-31' }, now),
      new Date(2027, 0, 1).getTime(),
    );
    assert.equal(expiresAt({ kind: 'never' }, now), undefined);
  });

  it('is no day that there is not, and none that is over', () => {
    for (const day of ['', 'x', '2026-02-30', '2026-13-01', '26-1-1', '2026-11-20'])
      assert.ok(dayProblem(day, now), day);
    assert.equal(dayProblem(dayOf(new Date(now)), now), undefined);
  });
});
