import assert from 'node:assert/strict';
import { accept, EMPTY_WINDOW } from '../../../src/protocol/phone/sequenceWindow.ts';
import { Numbers, SET_ASIDE } from '../../../webview/phone/numbers.ts';

describe('numbers that a page has set aside', () => {
  it('are used once each, up to the last', () => {
    const numbers = new Numbers(3 * SET_ASIDE);
    const taken = Array.from({ length: SET_ASIDE }, () => numbers.take(3 * SET_ASIDE));
    assert.deepEqual(
      taken,
      Array.from({ length: SET_ASIDE }, (_, at) => 2 * SET_ASIDE + 1 + at),
    );
    assert.equal(numbers.take(3 * SET_ASIDE), undefined);
  });

  it('are not used when the desktop would take them for old ones', () => {
    // Every page has used all that it has set aside, but this one.
    for (let others = 0; others < 10; others++) {
      const latest = (others + 1) * SET_ASIDE;
      const number = new Numbers(SET_ASIDE).take(latest);
      let window = EMPTY_WINDOW;
      for (let each = SET_ASIDE + 1; each <= latest; each++)
        window = accept(window, each) ?? assert.fail(`${each} is refused`);
      if (number !== undefined) assert.ok(accept(window, number), `${number} after ${latest}`);
      assert.equal(number !== undefined, others <= 2, `${others} pages beside it`);
    }
  });
});
