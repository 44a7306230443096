import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HintScan } from '../../../../src/permission/hintScan.ts';

/** Few letters, so that hints share beginnings and lie within each other. */
const letters = fc.constantFrom('a', 'b', 'c', '-');
const hint = fc.string({ unit: letters, minLength: 1, maxLength: 5 });
const items = fc.array(fc.record({ hints: fc.array(hint, { maxLength: 4 }) }), { maxLength: 6 });
const text = fc.string({
  unit: fc.oneof(
    { weight: 9, arbitrary: letters },
    fc.constantFrom('é', '\u0000', '\ud800', '\u0161'),
  ),
  maxLength: 30,
});

describe('A scan for hints', () => {
  it('gives what has a hint in the text, in order, and nothing else', () => {
    fc.assert(
      fc.property(items, text, (all, lower) => {
        const expected = all.filter(({ hints }) => hints.some((each) => lower.includes(each)));
        assert.deepEqual(new HintScan(all).in(lower), expected);
      }),
      { numRuns: 2000 },
    );
  });
});
