import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MemorySecrets } from '../../support/phoneFakes.ts';
import { cardOn, pairPhone, phoneStage, scanned, until } from '../../support/phoneStage.ts';

describe('phones that come and go at the same moment', () => {
  it('a pairing that is closed while it is being stored pairs nothing', async () => {
    const stage = await phoneStage();
    const pairing = await stage.phone.pair('relay');
    const phone = await scanned(stage, pairing);
    const confirming = pairing.confirm(phone.digits);
    pairing.cancel();
    assert.deepEqual(await confirming, { ok: false, error: { kind: 'notWaiting' } });
    await until(() => phone.of('revoked').length === 1);
    assert.deepEqual([stage.phone.devices, deviceKeys(stage.secrets)], [[], []]);
    assert.equal(stage.secrets.values.get('devices'), '[]');
    stage.raise();
    await sleep(20);
    assert.deepEqual([phone.open.size, stage.errors], [0, []]);
  });

  it('the digits typed twice pair once', async () => {
    const stage = await phoneStage();
    const pairing = await stage.phone.pair('relay');
    const phone = await scanned(stage, pairing);
    const both = await Promise.all([pairing.confirm(phone.digits), pairing.confirm(phone.digits)]);
    assert.deepEqual(
      both.map(({ ok }) => ok),
      [true, false],
    );
    const { request } = stage.raise();
    await cardOn(phone, request);
    assert.equal(phone.arrivals.get(request.id), 1);
    assert.equal(stage.phone.devices.length, 1);
  });

  it('of two codes asked for at once the last one counts', async () => {
    const stage = await phoneStage();
    const [first, second] = await Promise.all([
      stage.phone.pair('relay'),
      stage.phone.pair('relay'),
    ]);
    assert.deepEqual(
      [first.state.kind, second.state.kind, first.url === second.url],
      ['over', 'waiting', false],
    );
    const phone = await scanned(stage, second);
    assert.ok((await second.confirm(phone.digits)).ok);
  });

  it('a phone that is removed twice at once is removed, and hears of it once', async () => {
    const stage = await phoneStage();
    const phone = await pairPhone(stage);
    const id = stage.phone.devices[0]?.id ?? '';
    phone.send({ t: 'bye' });
    await Promise.all([stage.phone.revoke(id), stage.phone.revoke(id)]);
    assert.deepEqual([stage.phone.devices, deviceKeys(stage.secrets)], [[], []]);
    await until(() => phone.of('revoked').length > 0);
    await sleep(20);
    assert.deepEqual([phone.of('revoked').length, stage.errors], [1, []]);
  });

  it('a window that closes while a phone is removed leaves no keys behind', async () => {
    const stage = await phoneStage();
    await pairPhone(stage);
    const revoking = stage.phone.revoke(stage.phone.devices[0]?.id ?? '');
    stage.phone.dispose();
    await revoking;
    assert.deepEqual([deviceKeys(stage.secrets), stage.errors], [[], []]);
    assert.equal(stage.timers.size, 0);
  });

  it('an answer that is on its way while the phone is removed allows nothing', async () => {
    const stage = await phoneStage();
    const phone = await pairPhone(stage);
    const card = await cardOn(phone, stage.raise().request);
    phone.answer(card, { outcome: 'allow' });
    await stage.phone.revoke(stage.phone.devices[0]?.id ?? '');
    await sleep(20);
    assert.deepEqual([stage.deliveries, stage.broker.pending.length], [[], 1]);
  });
});

function deviceKeys({ values }: MemorySecrets): readonly string[] {
  return [...values.keys()].filter((key) => key.startsWith('device.'));
}
