import assert from 'node:assert/strict';
import { mendedWords } from '../../../src/protocol/recordWords.ts';

describe('mendedWords', () => {
  it('says what happened, what was removed and what was not done', () => {
    assert.equal(
      mendedWords([37]),
      'A crash cut off the last line of the record while it was written. What was left of it (37 bytes) was removed: no answer had been given on it. Every other line is as it was.',
    );
  });

  it('sums up several files', () => {
    assert.match(mendedWords([1, 2, 3]), /3 files of the record .* \(6 bytes\) was removed/);
  });
});
