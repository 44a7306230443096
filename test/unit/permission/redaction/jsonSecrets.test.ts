import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Json } from '../../../../src/base/json.ts';
import { printJson } from '../../../../src/permission/jsonSecrets.ts';

function hidden(value: Json): string[] {
  const { text, secrets } = printJson(value);
  return secrets.map(({ start, end }) => text.slice(start, end));
}

describe('Printed JSON', () => {
  it('is what JSON.stringify writes, with ranges in order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        const { text, secrets } = printJson(json);
        assert.equal(text, JSON.stringify(json, undefined, 2));
        let last = 0;
        for (const { start, end } of secrets) {
          assert.ok(start >= last && end > start && end <= text.length);
          last = end;
        }
      }),
    );
  });

  it('knows secrets by what stands beside them', () => {
    assert.deepEqual(hidden({ password: 'a"b;\n c', user: 'me' }), ['a\\"b;\\n c']);
    assert.deepEqual(hidden({ env: [{ name: 'DB_PASSWORD', value: 'hunter' }] }), ['hunter']);
    assert.deepEqual(hidden(['mysql', '-u', 'root', '-phunter']), ['hunter']);
    assert.deepEqual(hidden({ command: 'curl', args: ['-u', 'me:hunter'] }), ['hunter']);
    assert.deepEqual(hidden({ headers: [['Authorization', 'Bearer abc123def456']] }), [
      'abc123def456',
    ]);
    assert.deepEqual(hidden({ pin: 4711, password: 12345678, max_tokens: 4096 }), ['12345678']);
    assert.deepEqual(hidden({ body: '{"token":"abc"}' }), ['abc']);
    assert.deepEqual(hidden(['-----BEGIN PRIVATE KEY-----', 'A'.repeat(64)]).length, 2);
  });

  it('leaves readable what only has such a name', () => {
    assert.deepEqual(
      hidden({ properties: { password: { type: 'string' }, required: ['token', 'secret'] } }),
      [],
    );
    assert.deepEqual(
      hidden({ name: 'PORT', value: '8080', token: null, secret: true, tokens: 12 }),
      [],
    );
    assert.deepEqual(hidden({ key: 'Enter', path: 'src/token.ts', password: '$PASSWORD' }), []);
  });
});
