import assert from 'node:assert/strict';
import { isPushEndpoint } from '../../../../src/phone/push/endpoint.ts';

describe('isPushEndpoint', () => {
  it('takes the push services of the browser vendors', () => {
    const endpoints = [
      'https://fcm.googleapis.com/fcm/send/abc:def',
      'https://updates.push.services.mozilla.com/wpush/v2/abc',
      'https://web.push.apple.com/abc',
      'https://api.push.apple.com/abc',
      'https://wns2-par02p.notify.windows.com/w/?token=abc',
    ];
    assert.deepEqual(endpoints.filter(isPushEndpoint), endpoints);
  });

  it('takes nothing else', () => {
    const endpoints = [
      '',
      'nonsense',
      'http://fcm.googleapis.com/fcm/send/abc',
      'https://127.0.0.1/abc',
      'https://192.168.1.1/abc',
      'https://[::1]/abc',
      'https://localhost/abc',
      'https://evil.example/fcm.googleapis.com',
      'https://fcm.googleapis.com.evil.example/abc',
      'https://evilfcm.googleapis.com/abc',
      'https://notify.windows.com.evil.example/abc',
      'https://evilpush.apple.com/abc',
      'https://push.apple.com/abc',
      'https://notify.windows.com/abc',
      'https://fcm.googleapis.com:8443/abc',
      'https://fcm.googleapis.com@evil.example/abc',
      'https://user@fcm.googleapis.com/abc',
      'https://:secret@fcm.googleapis.com/abc',
      'ftp://fcm.googleapis.com/abc',
      'file:///etc/passwd',
    ];
    assert.deepEqual(endpoints.filter(isPushEndpoint), []);
  });
});
