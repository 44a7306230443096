import assert from 'node:assert/strict';
import { titleOf } from '../../../src/sessions/title.ts';

describe('The title of a session', () => {
  it('is the first line of its first message, cut', () => {
    assert.equal(titleOf('  Fix the tests\nof the parser'), 'Fix the tests');
    assert.equal(titleOf('a'.repeat(100)).length, 60);
    assert.equal(titleOf(' \n '), '');
  });

  it('shows no part of a secret that the cut goes through', () => {
    const secret = `ghp_${'a1B2c3D4'.repeat(4)}wxyz`;
    for (let before = 0; before <= 60; before++) {
      const title = titleOf(`${'x'.repeat(before)} ${secret} and push`);
      assert.ok(!/ghp_a1B2/.test(title), title);
    }
  });
});
