import assert from 'node:assert/strict';
import fc from 'fast-check';
import { prose } from '../../../src/sessions/prose.ts';
import { StreamedProse } from '../../../src/sessions/streamedProse.ts';

const TOKEN = `ghp_${'a1B2c3D4'.repeat(4)}wxyz`;
const KEY = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n'.repeat(30)}-----END PRIVATE KEY-----`;
const SECRETS = [TOKEN, KEY, 'api_key=Zx81kQp0vN7sLw2e', 'password: "hunter2-but-longer"'];

const word = fc.constantFrom('the', 'parser', 'reads `src/a.ts`,', 'and\n', 'then\n\n', '😀', '- ');
const piece = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.array(word, { minLength: 20, maxLength: 200 }).map((all) => all.join(' ')),
  },
  { weight: 1, arbitrary: fc.constantFrom(...SECRETS).map((secret) => ` ${secret} \n`) },
);
const text = fc.array(piece, { minLength: 1, maxLength: 60 }).map((pieces) => pieces.join(' '));

/** What is shown after each of the pieces of a text. */
function streamed(raw: string, sizes: readonly number[]): string[] {
  const stream = new StreamedProse();
  const shown: string[] = [];
  for (let at = 0, turn = 0; at < raw.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    shown.push(stream.push(raw.slice(at, at + size)));
    at += size;
  }
  return shown;
}

describe('Prose that comes in pieces', () => {
  it('comes to the same as the whole, whatever the pieces, and shows no secret on the way', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.integer({ min: 40, max: 900 }), { minLength: 1 }),
        (raw, sizes) => {
          const shown = streamed(raw, sizes);
          assert.equal(shown.at(-1), prose(raw));
          for (const each of shown) assert.ok(!each.includes(TOKEN));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('knows a secret wherever what is settled ends', () => {
    for (let before = 7000; before < 9400; before += 110) {
      const raw = `${'word '.repeat(before / 5)}\nexport API_KEY=${'q9Zx81kQ'.repeat(5)}\n${'more '.repeat(2000)}`;
      assert.equal(streamed(raw, [1100]).at(-1), prose(raw));
    }
  });

  it('knows a secret by the line before it, also when that is settled already', () => {
    const [name, value] = ['password: |\n', '  hunter2butlonger99\n'];
    // What is settled with the first piece ends between the two lines.
    const before = `${'word '.repeat(900)}`.slice(0, 4200 - name.length - 5);
    const raw = `${before}\n${name}${value}${'more '.repeat(900)}`.slice(0, 8300);
    const stream = new StreamedProse();
    for (const text of [raw, ' and so on']) assert.doesNotMatch(stream.push(text), /hunter2/);
  });

  it('looks at what is far behind the end once only', () => {
    const stream = new StreamedProse();
    const first = stream.push(`${'word '.repeat(2000)}\n${'word '.repeat(2000)}`);
    assert.equal(stream.push('end'), `${first}end`);
    // A private key is not settled before its last line.
    const key = new StreamedProse();
    key.push('-----BEGIN PRIVATE KEY-----\n');
    const lines = `${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2)}\n`.repeat(20);
    for (let part = 0; part < 12; part++) key.push(lines);
    assert.doesNotMatch(key.push('-----END PRIVATE KEY-----\nand so on'), /MIIE/);
  });
});
