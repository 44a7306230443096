import assert from 'node:assert/strict';
import { draftOf, execute } from '../../support/builders.ts';
import type { FakePhone } from '../../support/fakePhone.ts';
import { pairPhone, phoneStage, until } from '../../support/phoneStage.ts';

const DEVICES = 20;
const CARDS = 200;

describe('twenty phones and two hundred cards', () => {
  it('none is lost, none is doubled, none is allowed twice; nothing readable goes through', async function () {
    this.timeout(120_000);
    const stage = await phoneStage();
    const phones: FakePhone[] = [];
    for (let index = 0; index < DEVICES; index++)
      phones.push(await pairPhone(stage, `Phone ${index}`));
    const requests = Array.from(
      { length: CARDS },
      (_, index) => stage.raise(draftOf(execute(`readable-command ${index}`))).request,
    );
    const wanted = requests.map(({ id }) => id);
    const has = (phone: FakePhone) => phone.open.size === CARDS;
    // One is cut off in the middle, and comes back.
    const [cut] = phones;
    await until(() => (cut?.open.size ?? 0) > CARDS / 4, 60_000);
    cut?.disconnect();
    cut?.connect();
    await until(() => phones.every(has), 60_000);
    for (const phone of phones) assert.deepEqual([...phone.open.keys()].sort(), wanted);
    for (const phone of phones.slice(1))
      assert.deepEqual(new Set(phone.arrivals.values()), new Set([1]));
    // Each card is answered on two phones at once, one way and the other.
    for (const [index, id] of wanted.entries()) {
      for (const [offset, outcome] of [
        [0, 'allow'],
        [7, 'deny'],
      ] as const) {
        const phone = phones[(index + offset) % DEVICES];
        const message = phone?.open.get(id);
        if (phone && message) phone.answer(message, { outcome });
      }
    }
    await until(() => phones.every((phone) => phone.open.size === 0), 60_000);
    assert.equal(stage.deliveries.length, CARDS);
    assert.deepEqual(
      phones.flatMap(({ refusals }) => refusals),
      [],
    );
    assert.deepEqual(stage.errors, []);
    const words = /readable-command|acme-web|Phone \d|session-1|Claude/;
    assert.equal(
      stage.mailboxes.seen.some((text) => words.test(text)),
      false,
    );
  });
});
