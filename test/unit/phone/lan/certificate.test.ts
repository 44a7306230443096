import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { loadCertificate } from '../../../../src/phone/lan/certificate.ts';
import { ManualClock } from '../../../support/fakes.ts';
import { MemorySecrets } from '../../../support/phoneFakes.ts';

const DAY = 86_400_000;

describe('the certificate for phones', () => {
  let secrets: MemorySecrets;
  let clock: ManualClock;

  beforeEach(() => {
    secrets = new MemorySecrets();
    clock = new ManualClock();
  });

  const load = (...names: readonly string[]) => loadCertificate({ secrets, clock, names });
  const covers = (cert: string, address: string) => new X509Certificate(cert).checkIP(address);

  it('is made for the addresses and names, signs for itself and is no authority', async () => {
    const { cert, fingerprint } = await load('192.168.1.20', 'laptop.local');
    const certificate = new X509Certificate(cert);
    assert.equal(certificate.subjectAltName, 'IP Address:192.168.1.20, DNS:laptop.local');
    assert.equal(certificate.verify(certificate.publicKey), true);
    assert.equal(certificate.ca, false);
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
    assert.equal(certificate.fingerprint256, fingerprint);
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / DAY;
    assert.equal(days, 397);
  });

  it('is the same at the next start, so that a phone is not warned again', async () => {
    const first = await load('192.168.1.20', 'laptop.local');
    clock.advance(300 * DAY);
    assert.deepEqual(await load('192.168.1.20', 'laptop.local'), first);
  });

  it('covers another network in addition, so that coming home changes nothing', async () => {
    await load('192.168.1.20');
    const away = await load('10.0.0.7');
    assert.ok(covers(away.cert, '10.0.0.7') && covers(away.cert, '192.168.1.20'));
    assert.deepEqual(await load('192.168.1.20'), away);
  });

  it('does not collect names for ever', async () => {
    for (let host = 1; host <= 40; host++) await load(`10.0.0.${host}`);
    const { cert } = await load('10.0.0.40');
    assert.equal(new X509Certificate(cert).subjectAltName?.split(', ').length, 24);
    assert.ok(covers(cert, '10.0.0.40') && !covers(cert, '10.0.0.1'));
  });

  it('is renewed with the same key a month before its end', async () => {
    const first = await load('192.168.1.20');
    clock.advance(370 * DAY);
    const second = await load('192.168.1.20');
    assert.notEqual(second.fingerprint, first.fingerprint);
    assert.equal(second.key, first.key);
  });

  it('is made anew when what is stored is damaged or does not belong together', async () => {
    const { cert } = await load('192.168.1.20');
    const other = await loadCertificate({
      secrets: new MemorySecrets(),
      clock,
      names: ['192.168.1.20'],
    });
    const damaged = ['', '{', '{"key":1}', JSON.stringify({ key: 'x', cert: 'y' })];
    for (const text of [...damaged, JSON.stringify({ key: other.key, cert })]) {
      secrets.values.set('phone.certificate', text);
      const made = await load('192.168.1.20');
      const certificate = new X509Certificate(made.cert);
      assert.ok(certificate.verify(certificate.publicKey));
      assert.notEqual(made.cert, cert);
    }
  });
});
