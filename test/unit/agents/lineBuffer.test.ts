import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineBuffer } from '../../../src/agents/lineBuffer.ts';

function linesOf(text: string, size: number): string[] {
  const buffer = new LineBuffer(1_000_000);
  const lines: string[] = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    assert.equal(
      buffer.push(bytes.subarray(at, at + size), (line) => lines.push(line)),
      true,
    );
  }
  const last = buffer.end();
  return last === '' ? lines : [...lines, last];
}

describe('LineBuffer', () => {
  it('cuts the same lines however the bytes arrive', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\n', '\r', ' ') });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (given, size) => {
        const expected = given
          .split('\n')
          .map((line) => line.replace(/\r$/, ''))
          .filter((line) => line !== '');
        assert.deepEqual(linesOf(given, size), expected);
      }),
    );
  });

  it('refuses a line as soon as it is too long, ended or not', () => {
    for (const text of ['12345678901', '12345678901\n', '1234567890\n12345678901\n']) {
      const buffer = new LineBuffer(10);
      const lines: string[] = [];
      assert.equal(
        buffer.push(Buffer.from(text), (line) => lines.push(line)),
        false,
      );
      assert.deepEqual(lines, text.startsWith('1234567890\n') ? ['1234567890'] : []);
    }
  });

  it('takes a long line in tiny chunks in linear time', () => {
    const buffer = new LineBuffer(4_000_000);
    const byte = Buffer.from('x');
    const start = performance.now();
    for (let i = 0; i < 2_000_000; i++) buffer.push(byte, () => undefined);
    let length = 0;
    buffer.push(Buffer.from('\n'), (line) => {
      length = line.length;
    });
    assert.equal(length, 2_000_000);
    assert.ok(performance.now() - start < 3000);
  });
});
