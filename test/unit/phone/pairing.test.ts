import assert from 'node:assert/strict';
import type { Pairing } from '../../../src/phone/pairing.ts';
import { parsePairCode } from '../../../src/protocol/phone/pairCode.ts';
import { PhonePairing } from '../../../src/protocol/phone/phonePairing.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { FakePhone } from '../../support/fakePhone.ts';
import {
  type PhoneStage,
  pairPhone,
  phoneStage,
  scanned,
  until,
} from '../../support/phoneStage.ts';

const MINUTE = 60_000;

async function started() {
  const stage = await phoneStage();
  const pairing = await stage.phone.pair('relay');
  return { ...stage, stage, pairing };
}

function advance({ clock, timers }: PhoneStage, milliseconds: number): void {
  clock.advance(milliseconds);
  timers.advance(milliseconds);
}

function refusalOf(phone: FakePhone): string | undefined {
  const step = phone.steps.find(({ kind }) => kind === 'refused');
  return step?.kind === 'refused' ? step.reason : undefined;
}

function other(digits: string): string {
  return digits === '000000' ? '000001' : '000000';
}

async function scanAgain({ stage, pairing }: { stage: PhoneStage; pairing: Pairing }) {
  const phone = new FakePhone(stage.mailboxes, stage.clock);
  phone.scan(pairing.url, 'Somebody');
  await until(() => refusalOf(phone) !== undefined);
  return refusalOf(phone);
}

describe('pairing a phone', () => {
  it('shows a link whose secret is in the fragment, for five minutes', async () => {
    const { pairing, clock } = await started();
    const url = new URL(pairing.url);
    assert.equal(url.href.replace(url.hash, ''), 'https://192.168.1.20:41337/');
    assert.match(url.hash, /^#1(?:\.[\w-]+){3}$/);
    assert.equal(pairing.expiresAt - clock.now(), 5 * MINUTE);
    assert.deepEqual(pairing.state, { kind: 'waiting' });
  });

  it('makes no device until the digits are typed, and shows it no request', async () => {
    const { stage, pairing } = await started();
    const phone = await scanned(stage, pairing);
    await until(() => phone.of('hello').length === 1);
    assert.equal(phone.of('hello')[0]?.state, 'pending');
    assert.deepEqual(pairing.state, { kind: 'claimed', name: 'Pixel 8', triesLeft: 3 });
    stage.raise();
    phone.sync();
    await until(() => phone.of('hello').length === 2);
    assert.equal(phone.messages.length, 2, 'nothing but two times hello');
    assert.equal(stage.phone.devices.length, 0);
    assert.deepEqual([...stage.secrets.values.keys()], ['keys']);
    const result = await pairing.confirm(` ${phone.digits.slice(0, 3)} ${phone.digits.slice(3)}`);
    assert.equal(result.ok, true);
    await until(() => phone.open.size === 1);
    const now = stage.clock.now();
    assert.deepEqual(
      stage.phone.devices.map(({ id: _, ...device }) => device),
      [
        {
          name: 'Pixel 8',
          addedAt: now,
          lastSeenAt: now,
          kind: 'relay',
          reach: { transport: 'up', push: 'off' },
        },
      ],
    );
  });

  it('drops the phone after three wrong tries, and the right digits come too late', async () => {
    const { stage, pairing } = await started();
    const phone = await scanned(stage, pairing);
    const wrong = other(phone.digits);
    const left = [];
    for (let tries = 0; tries < 3; tries++) {
      const result = await pairing.confirm(wrong);
      left.push(!result.ok && result.error.kind === 'wrong' && result.error.triesLeft);
    }
    assert.deepEqual(left, [2, 1, 0]);
    assert.deepEqual(pairing.state, { kind: 'over', reason: 'wrongDigits' });
    assert.equal((await pairing.confirm(phone.digits)).ok, false);
    await until(() => phone.of('revoked').length === 1);
    assert.equal(phone.of('revoked')[0]?.reason, 'wrongDigits');
    assert.deepEqual(stage.phone.devices, []);
    assert.deepEqual([...stage.secrets.values.keys()], ['keys']);
  });

  it('refuses a second scan, whether or not the first one was confirmed', async () => {
    const { stage, pairing } = await started();
    const phone = await scanned(stage, pairing);
    assert.equal(await scanAgain({ stage, pairing }), 'used');
    await pairing.confirm(phone.digits);
    assert.equal(await scanAgain({ stage, pairing }), 'used');
    assert.equal(stage.phone.devices.length, 1);
  });

  it('refuses a code that is too old, also when the timer is late', async () => {
    const { stage, pairing } = await started();
    stage.clock.advance(5 * MINUTE);
    assert.equal(await scanAgain({ stage, pairing }), 'expired');
    assert.deepEqual(pairing.state, { kind: 'over', reason: 'expired' });
  });

  it('forgets the mailboxes of a code in the end', async () => {
    const { stage, pairing } = await started();
    advance(stage, 5 * MINUTE);
    assert.deepEqual(pairing.state, { kind: 'over', reason: 'expired' });
    assert.deepEqual(stage.mailboxes.closed, []);
    advance(stage, 5 * MINUTE);
    assert.equal(stage.mailboxes.closed.length, 2);
    assert.equal(stage.timers.size, 0);
  });

  it('ends a pairing whose digits nobody typed, and tells the phone', async () => {
    const { stage, pairing } = await started();
    const phone = await scanned(stage, pairing);
    advance(stage, 10 * MINUTE);
    assert.deepEqual(pairing.state, { kind: 'over', reason: 'expired' });
    await until(() => phone.of('revoked').length === 1);
    assert.equal((await pairing.confirm(phone.digits)).ok, false);
  });

  it('ends when it is cancelled, and when another one is started', async () => {
    const { stage, pairing } = await started();
    pairing.cancel();
    assert.equal(await scanAgain({ stage, pairing }), 'cancelled');
    const second = await stage.phone.pair('relay');
    const third = await stage.phone.pair('relay');
    assert.deepEqual(second.state, { kind: 'over', reason: 'cancelled' });
    assert.deepEqual(third.state, { kind: 'waiting' });
  });

  it('makes no device of a phone that has left meanwhile', async () => {
    const { stage, pairing } = await started();
    const phone = await scanned(stage, pairing);
    const { toPhone } = phone.record.mailboxes;
    phone.send({ t: 'bye' });
    await until(() => stage.mailboxes.closed.includes(toPhone));
    assert.equal((await pairing.confirm(phone.digits)).ok, false);
    assert.deepEqual(stage.phone.devices, []);
    assert.deepEqual(pairing.state, { kind: 'over', reason: 'cancelled' });
  });

  it('is over when somebody tries too often', async () => {
    const { stage, pairing } = await started();
    const code = parsePairCode(new URL(pairing.url).hash);
    assert.ok(code);
    let answers = 0;
    stage.mailboxes.publish = async () => void answers++;
    const attempt = new PhonePairing(code, 'Somebody');
    for (let tries = 0; tries < 1000; tries++)
      stage.mailboxes.post(attempt.room.toWorkspace, attempt.hello());
    assert.deepEqual(pairing.state, { kind: 'over', reason: 'tooMany' });
    assert.ok(answers <= 50, `${answers} answers`);
  });

  it('is refused when the device cannot be stored; nothing is left behind', async () => {
    const { stage, pairing } = await started();
    const phone = await scanned(stage, pairing);
    stage.secrets.failure = new Error('The keyring is locked');
    await assert.rejects(pairing.confirm(phone.digits), /keyring/);
    assert.deepEqual(stage.phone.devices, []);
    stage.secrets.failure = undefined;
    stage.raise();
    assert.equal((await pairing.confirm(phone.digits)).ok, true);
    await until(() => phone.open.size === 1);
  });

  it('says what to do when there is no such transport', async () => {
    const { phone } = await phoneStage();
    await assert.rejects(phone.pair('lan'), UserError);
  });

  it('keeps a name safe to show, and tells two phones of one name apart', async () => {
    const stage = await phoneStage();
    await pairPhone(stage, 'Pixel\u202e 8');
    await pairPhone(stage, 'Pixel\u202e 8');
    await pairPhone(stage, 'x'.repeat(100));
    const names = stage.phone.devices.map(({ name }) => name);
    assert.deepEqual(names.slice(0, 2), ['Pixel[U+202E] 8', 'Pixel[U+202E] 8 (2)']);
    assert.equal(names[2]?.length, 60);
  });
});
