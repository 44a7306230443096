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
    assert.deepEqual(hidden({ Authorization: 'Token hunter' }), ['hunter']);
    assert.deepEqual(hidden({ pin: 4711, password: 12345678, max_tokens: 4096 }), [
      '4711',
      '12345678',
    ]);
    assert.deepEqual(hidden({ body: '{"token":"abc"}' }), ['abc']);
    assert.deepEqual(hidden({ ParameterKey: 'DbPassword', ParameterValue: 'hunter' }), ['hunter']);
    assert.deepEqual(hidden(['X-Auth-Token', 'hunter2hunter', 'Accept', '*/*']), ['hunter2hunter']);
    assert.deepEqual(hidden({ kty: 'EC', x: 'public', d: 'private1' }), ['private1']);
    assert.deepEqual(hidden(['-----BEGIN PRIVATE KEY-----', 'A'.repeat(64)]).length, 2);
  });

  it('knows what a person would type into a field for a secret', () => {
    assert.deepEqual(hidden({ element: 'Password field', ref: 'e1', text: 'hunter' }), ['hunter']);
    assert.deepEqual(hidden({ selector: '#password', text: 'hunter' }), ['hunter']);
    assert.deepEqual(hidden({ element: 'Password field', text: 'The password is too short' }), []);
    assert.deepEqual(hidden({ selector: '#password', action: 'click' }), []);
  });

  it('knows secrets by the list or group that they are in', () => {
    assert.deepEqual(hidden({ passwords: ['hunter2', 'hunter3'] }), ['hunter2', 'hunter3']);
    assert.deepEqual(hidden({ apiKeys: { prod: 'a1b2c3d4', url: 'https://a1.example' } }), [
      'a1b2c3d4',
    ]);
    assert.deepEqual(hidden({ recovery_codes: ['abcd-efgh'] }), ['abcd-efgh']);
    assert.deepEqual(hidden({ secrets: ['DB_PASSWORD', 'API_KEY'], tokens: ['the', 'cat'] }), []);
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
