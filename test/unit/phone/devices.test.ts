import assert from 'node:assert/strict';
import { hasDevices } from '../../../src/phone/deviceList.ts';
import { Devices } from '../../../src/phone/devices.ts';
import { createPhone } from '../../../src/phone/phone.ts';
import type { PushSender } from '../../../src/phone/pushSender.ts';
import { prefixedStore } from '../../../src/phone/secretStore.ts';
import { type PushSubscriptionInfo, parseToPhone } from '../../../src/protocol/phone/payloads.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { draftOf, execute } from '../../support/builders.ts';
import type { FakePhone } from '../../support/fakePhone.ts';
import { MemorySecrets } from '../../support/phoneFakes.ts';
import { cardOn, pairPhone, phoneStage, restarted, until } from '../../support/phoneStage.ts';

function onlyId({ devices }: { devices: readonly { readonly id: string }[] }): string {
  return devices[0]?.id ?? '';
}

describe('removing a phone', () => {
  it('deletes its keys first, then tells it and cuts it off', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const { request } = stage.raise();
    const card = await cardOn(device, request);
    const order: string[] = [];
    const { secrets, mailboxes } = stage;
    const remove = secrets.delete.bind(secrets);
    const publish = mailboxes.publish.bind(mailboxes);
    secrets.delete = (key) => remove(key).then(() => void order.push('keys'));
    mailboxes.publish = (mailbox, text) =>
      publish(mailbox, text).then(() => void order.push('told'));
    await stage.phone.revoke(onlyId(stage.phone));
    await until(() => mailboxes.closed.length >= 2);
    assert.deepEqual(order, ['keys', 'told']);
    assert.deepEqual(device.of('revoked')[0]?.reason, 'removed');
    assert.deepEqual(
      mailboxes.closed.slice(-2).sort(),
      Object.values(device.record.mailboxes).sort(),
    );
    assert.deepEqual(
      [...secrets.values.keys()].filter((key) => key.startsWith('device.')),
      [],
    );
    device.answer(card, { outcome: 'allow' });
    stage.raise(draftOf(execute('ls')));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([stage.deliveries.length, device.open.size], [0, 1]);
  });

  it('works at once though the phone is not reached', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const card = await cardOn(device, stage.raise().request);
    stage.mailboxes.setDown();
    const revoking = stage.phone.revoke(onlyId(stage.phone));
    device.answer(card, { outcome: 'allow' });
    await revoking;
    assert.deepEqual(stage.phone.devices, []);
    assert.equal(await hasDevices(stage.secrets), false);
    const phone = await restarted(stage);
    device.answer(card, { outcome: 'allow' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(stage.deliveries, []);
    phone.dispose();
  });

  it('is not undone by a write that was on its way', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    device.sync();
    device.sync();
    await stage.phone.revoke(onlyId(stage.phone));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([...stage.secrets.values.keys()], ['keys', 'devices']);
  });

  it('wipes the keys in memory as well', async () => {
    const stage = await phoneStage();
    const phone = await pairPhone(stage);
    const { secrets: store, clock } = stage;
    const devices = await Devices.load({ store, clock, onError: assert.ifError });
    const [device] = devices.all;
    assert.ok(device);
    await devices.remove(device);
    await assert.rejects(device.seal('x'));
    assert.deepEqual(device.open(phone.link.seal('x')), { ok: false, error: 'closed' });
  });

  it('says so when the keys cannot be deleted; the phone can do nothing meanwhile', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const card = await cardOn(device, stage.raise().request);
    stage.secrets.failure = new Error('The keyring is locked');
    await assert.rejects(stage.phone.revoke(onlyId(stage.phone)), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /Pixel 8 can no longer answer/);
      return true;
    });
    device.answer(card, { outcome: 'allow' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(stage.deliveries, []);
    stage.secrets.failure = undefined;
    await stage.phone.revoke(onlyId(stage.phone));
    assert.deepEqual(stage.phone.devices, []);
  });

  it('leaves the other phones alone, and the phone can do it itself', async () => {
    const stage = await phoneStage();
    const [one, two] = [await pairPhone(stage, 'One'), await pairPhone(stage, 'Two')];
    one.send({ t: 'bye' });
    await until(() => stage.phone.devices.length === 1);
    assert.deepEqual(one.of('revoked'), []);
    const card = await cardOn(two, stage.raise().request);
    two.answer(card, { outcome: 'allow' });
    await until(() => stage.deliveries.length === 1);
  });
});

describe('stored phones', () => {
  it('answer nothing when their record cannot be read; that is said', async () => {
    const stage = await phoneStage();
    await pairPhone(stage);
    const key = `device.${onlyId(stage.phone)}`;
    stage.phone.dispose();
    for (const broken of [
      '',
      '{}',
      stage.secrets.values.get(key)?.replace('"chain":"', '"chain":"!'),
    ]) {
      stage.secrets.values.set(key, broken ?? '');
      const errors: unknown[] = [];
      const phone = await createPhone({ ...stage.options, onError: (error) => errors.push(error) });
      assert.deepEqual([phone.devices.length, errors.length], [0, 1]);
      phone.dispose();
    }
  });

  it('answer nothing when the keys of the workspace are lost; that is said', async () => {
    const stage = await phoneStage();
    await pairPhone(stage);
    stage.phone.dispose();
    stage.secrets.values.set('keys', '{}');
    const phone = await createPhone(stage.options);
    assert.deepEqual([phone.devices.length, stage.errors.length], [0, 1]);
    phone.dispose();
  });

  it('are those of their workspace only', async () => {
    const shared = new MemorySecrets();
    const one = await phoneStage({ store: prefixedStore(shared, 'one.') });
    await pairPhone(one);
    const two = await phoneStage({ store: prefixedStore(shared, 'two.') });
    assert.deepEqual([one.phone.devices.length, two.phone.devices.length], [1, 0]);
    assert.equal(await hasDevices(prefixedStore(shared, 'one.')), true);
    assert.equal(await hasDevices(prefixedStore(shared, 'two.')), false);
  });

  it('were last seen when they last sent something', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    stage.clock.advance(5000);
    device.sync();
    await until(() => stage.phone.devices[0]?.lastSeenAt === stage.clock.now());
  });
});

const SUBSCRIPTION: PushSubscriptionInfo = {
  endpoint: 'https://push.example.org/x',
  keys: { p256dh: 'A'.repeat(87), auth: 'A'.repeat(22) },
};

/** A phone and a push service that does as `results` say. */
async function pushStage(results: readonly ('sent' | 'gone' | 'failed' | Promise<'sent'>)[]) {
  const answers = [...results];
  const pushed: { text: string; topic: string }[] = [];
  const push: PushSender = {
    vapidKey: async () => 'VAPID',
    send: async (_subscription, text, topic) => {
      pushed.push({ text, topic });
      return answers.shift() ?? 'sent';
    },
  };
  const stage = await phoneStage({ push });
  const device = await pairPhone(stage);
  const subscribe = async () => {
    device.send({ t: 'push', subscription: SUBSCRIPTION });
    await until(() => stage.phone.devices[0]?.reach.push === 'on');
  };
  return { ...stage, device, pushed, subscribe };
}

/** The same, subscribed. */
async function withPush(results: Parameters<typeof pushStage>[0]) {
  const stage = await pushStage(results);
  await stage.subscribe();
  return stage;
}

function read(device: FakePhone, text: string): string {
  const opened = device.link.open(text);
  const parsed = opened.ok ? parseToPhone(opened.value) : opened;
  return parsed.ok ? parsed.value.t : 'unreadable';
}

describe('push', () => {
  it('brings the sealed card beside the stream, and what replaces it when it is over', async () => {
    const { device, pushed, ...stage } = await withPush([]);
    assert.equal(device.of('hello').at(-1)?.vapidKey, 'VAPID');
    const { request } = stage.raise();
    device.answer(await cardOn(device, request), { outcome: 'allow' });
    await until(() => pushed.length === 2);
    assert.deepEqual(
      pushed.map(({ text }) => read(device, text)),
      ['card', 'resolved'],
    );
    assert.equal(new Set(pushed.map(({ topic }) => topic)).size, 1);
    assert.match(pushed[0]?.topic ?? '', /^[\w-]{32}$/);
  });

  it('says nothing of how a card ended that was never pushed', async () => {
    const { device, pushed, subscribe, ...stage } = await pushStage([]);
    const card = await cardOn(device, stage.raise().request);
    await subscribe();
    device.answer(card, { outcome: 'deny' });
    await until(() => device.of('resolved').length === 1);
    await cardOn(device, stage.raise().request);
    await until(() => pushed.length > 0);
    assert.deepEqual(
      pushed.map(({ text }) => read(device, text)),
      ['card'],
    );
  });

  it('is never overtaken by what takes its place', async () => {
    let through: (result: 'sent') => void = () => undefined;
    const slow = new Promise<'sent'>((resolve) => {
      through = resolve;
    });
    const { device, pushed, ...stage } = await withPush([slow]);
    device.answer(await cardOn(device, stage.raise().request), { outcome: 'deny' });
    await until(() => device.of('resolved').length === 1);
    await cardOn(device, stage.raise().request);
    await until(() => pushed.length === 2);
    assert.equal(new Set(pushed.map(({ topic }) => topic)).size, 2, 'two cards, no ending yet');
    through('sent');
    await until(() => pushed.length === 3);
    assert.equal(pushed[2]?.topic, pushed[0]?.topic);
  });

  it('is still tried while the transport is down', async () => {
    const { device, pushed, ...stage } = await withPush([]);
    stage.mailboxes.setDown();
    stage.raise();
    await until(() => pushed.length === 1);
    stage.mailboxes.setUp();
    await until(() => device.open.size === 1);
    assert.equal(pushed.length, 1, 'and once only');
  });

  it('is forgotten when it is gone, and shown as failing when it fails; the stream goes on', async () => {
    const { device, ...stage } = await withPush(['failed', 'sent', 'gone']);
    const reach = () => stage.phone.devices[0]?.reach.push;
    await cardOn(device, stage.raise().request);
    await until(() => reach() === 'failing');
    await cardOn(device, stage.raise().request);
    await until(() => reach() === 'on');
    await cardOn(device, stage.raise().request);
    await until(() => reach() === 'off');
    const phone = await restarted(stage);
    assert.equal(phone.devices[0]?.reach.push, 'off');
    phone.dispose();
  });
});
