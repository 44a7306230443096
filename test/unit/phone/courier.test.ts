import assert from 'node:assert/strict';
import {
  cardOn,
  type PhoneStage,
  pairPhone,
  phoneStage,
  scanned,
  until,
} from '../../support/phoneStage.ts';

describe('a message to a phone', () => {
  it('has a number that is on record before it is used, however often that fails', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const { secrets, timers, errors } = stage;
    secrets.failure = new Error('The secret storage is full');
    for (let i = 0; i < 300; i++) stage.raise();
    await until(() => errors.length > 0);
    for (let tries = 0; tries < 5; tries++) {
      timers.advance(60_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { sent } = storedLink(stage);
    assert.ok(device.open.size < sent, `${device.open.size} cards for ${sent} numbers`);
    secrets.failure = undefined;
    timers.advance(60_000);
    await until(() => device.open.size === 300);
    assert.ok(storedLink(stage).sent > 300);
    assert.deepEqual(device.refusals, []);
  });

  it('says in few words how a request ended, whatever was written along, and keeps nothing else back', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const { request } = stage.raise();
    await cardOn(device, request);
    const { id: requestId, argsHash } = request;
    const by = { kind: 'person', surface: 'inbox' } as const;
    // Invisible characters are shown as codes, so this is eight times as long when it is shown.
    const feedback = `Not now. ${'\u202e'.repeat(4000)}`;
    await stage.broker.answer({ requestId, argsHash, outcome: 'deny', feedback, by });
    await cardOn(device, stage.raise().request);
    const [resolved] = device.of('resolved');
    assert.match(resolved?.outcome.text ?? '', /^Denied by you: “Not now. .*…$/);
    assert.deepEqual([stage.errors, device.open.has(requestId)], [[], false]);
  });

  it('is reported where it is too large by a mistake, and keeps nothing else back', async () => {
    const stage = await phoneStage({ workspaceName: 'x'.repeat(9000) });
    const pairing = await stage.phone.pair('relay');
    const device = await scanned(stage, pairing);
    await pairing.confirm(device.digits);
    await cardOn(device, stage.raise().request);
    assert.match(String(stage.errors[0]), /"hello" is too large for a phone/);
  });
});

function storedLink({ secrets, phone }: PhoneStage): { readonly sent: number } {
  return JSON.parse(secrets.values.get(`device.${phone.devices[0]?.id}`) ?? '').link;
}
