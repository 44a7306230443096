import assert from 'node:assert/strict';
import { UserError } from '../../../src/protocol/userError.ts';
import {
  type PhoneStage,
  pairPhone,
  phoneStage,
  scanned,
  until,
} from '../../support/phoneStage.ts';

const SECONDS = 1000;
const MINUTES = 60 * SECONDS;

describe('what listens for phones', () => {
  it('is nothing any more after the last one was revoked, and it was told', async () => {
    const stage = await phoneStage();
    const first = await pairPhone(stage, 'Pixel 8');
    const second = await pairPhone(stage, 'Pixel 9');
    await revoke(stage, 'Pixel 8');
    advance(stage, 20 * MINUTES);
    assert.equal(stage.mailboxes.isResting, false);
    await revoke(stage, 'Pixel 9');
    await until(() => second.of('revoked').length === 1);
    assert.equal(stage.mailboxes.isResting, false);
    advance(stage, 10 * SECONDS);
    assert.deepEqual([stage.mailboxes.isResting, stage.mailboxes.heard], [true, []]);
    assert.equal(first.of('revoked').length, 1);
  });

  it('goes on for a code that is shown while the last one is revoked', async () => {
    const stage = await phoneStage();
    await pairPhone(stage);
    const pairing = await stage.phone.pair('relay');
    await revoke(stage, 'Pixel 8');
    advance(stage, 10 * SECONDS);
    assert.equal(stage.mailboxes.isResting, false);
    const phone = await scanned(stage, pairing);
    assert.ok((await pairing.confirm(phone.digits)).ok);
    advance(stage, 20 * MINUTES);
    assert.equal(stage.mailboxes.isResting, false);
  });

  it('is nothing after a pairing that the person closed', async () => {
    const stage = await phoneStage();
    const pairing = await stage.phone.pair('relay');
    pairing.cancel();
    advance(stage, 10 * SECONDS);
    assert.deepEqual([stage.mailboxes.isResting, stage.mailboxes.heard], [true, []]);
  });

  it('is nothing a while after a code that nobody used', async () => {
    const stage = await phoneStage();
    await stage.phone.pair('relay');
    advance(stage, 5 * MINUTES);
    assert.equal(stage.mailboxes.isResting, false);
    advance(stage, 5 * MINUTES);
    assert.deepEqual([stage.mailboxes.isResting, stage.mailboxes.heard], [true, []]);
  });

  it('is nothing after a pairing that could not begin', async () => {
    const stage = await phoneStage();
    const failure = new UserError('noNetwork', 'There is no network.', 'Connect to one.');
    stage.mailboxes.start = () => Promise.reject(failure);
    await assert.rejects(stage.phone.pair('relay'), failure);
    advance(stage, 10 * SECONDS);
    assert.equal(stage.mailboxes.isResting, true);
  });
});

async function revoke({ phone }: PhoneStage, name: string): Promise<void> {
  const device = phone.devices.find((each) => each.name === name);
  assert.ok(device);
  await phone.revoke(device.id);
}

function advance({ clock, timers }: PhoneStage, milliseconds: number): void {
  clock.advance(milliseconds);
  timers.advance(milliseconds);
}
