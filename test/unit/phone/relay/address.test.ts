import assert from 'node:assert/strict';
import { parseRelayAddress } from '../../../../src/phone/relay/address.ts';

describe('parseRelayAddress', () => {
  it('takes HTTPS, and plain HTTP on this machine only', () => {
    const typed = [
      'https://relay.example',
      ' https://relay.example:8443/ ',
      'http://127.0.0.1:8080',
      'http://localhost:8080/',
      'http://[::1]:8080',
    ];
    const parsed = typed.map((each) => parseRelayAddress(each));
    assert.deepEqual(
      parsed.map((each) => each.ok && each.value.href),
      [
        'https://relay.example/',
        'https://relay.example:8443/',
        'http://127.0.0.1:8080/',
        'http://localhost:8080/',
        'http://[::1]:8080/',
      ],
    );
  });

  it('takes nothing else, and says what to give', () => {
    const typed = [
      '',
      'relay.example',
      'http://relay.example',
      'http://192.168.1.1',
      'http://127.0.0.1.evil.example',
      'http://localhost.evil.example',
      'https://user:password@relay.example/',
      'https://relay.example/path',
      'https://relay.example/?',
      'https://relay.example/#',
      'https://relay.example/?a=b',
      'ftp://relay.example/',
      'javascript:alert(1)',
    ];
    for (const each of typed) {
      const parsed = parseRelayAddress(each);
      assert.ok(!parsed.ok, each);
      assert.match(parsed.error.next, /begins with https/);
    }
  });
});
