import assert from 'node:assert/strict';
import { allow, deny, draft } from '../../support/builders.ts';
import { FailingJournal, HeldJournal, type JournalFailure, settle } from '../../support/fakes.ts';
import { ALWAYS, BY, outcomes, brokerOnFakes as setUp } from '../../support/fakesBroker.ts';

describe('Broker, while a decision is on its way to disk', () => {
  const held = () => setUp({ journal: new HeldJournal() });

  it('tells nobody yet', async () => {
    const { broker, journal, raise, deliveries } = held();
    const { request } = raise();
    const answered = broker.answer(allow(request));
    await journal.holds();
    assert.deepEqual(deliveries, []);
    assert.deepEqual(
      journal.held.map(({ type }) => type),
      ['settled'],
    );
    await journal.release();
    assert.ok((await answered).ok);
    assert.deepEqual(outcomes(deliveries), ['allow person allow_once']);
  });

  it('lets the second answer count when the first does not reach the disk', async () => {
    const { broker, journal, raise, deliveries } = held();
    const { request } = raise();
    const first = broker.answer(allow(request));
    const second = broker.answer(deny(request));
    await journal.release(new Error('full'));
    const lost = await first;
    assert.ok(!lost.ok && lost.error.kind === 'journalFailed');
    await journal.release();
    assert.ok((await second).ok);
    assert.deepEqual(outcomes(deliveries), ['deny person reject_once']);
  });

  const endings: [string, (given: ReturnType<typeof held>, withdraw: () => void) => void][] = [
    ['agentWithdrew', (_, withdraw) => withdraw()],
    ['agentGone', ({ broker }) => broker.agentGone('session-1', 'exit 1')],
    ['shutdown', ({ broker }) => broker.dispose()],
  ];
  for (const [kind, end] of endings) {
    it(`stays denied, at once, by ${kind}`, async () => {
      const given = held();
      const { broker, journal, raise, deliveries } = given;
      const { request, withdraw } = raise();
      const answered = broker.answer(allow(request, ALWAYS));
      await journal.holds();
      end(given, withdraw);

      assert.deepEqual(outcomes(deliveries), [`deny ${kind} reject_once`]);
      assert.deepEqual(broker.pending, []);
      await journal.release();
      await journal.release();
      const result = await answered;
      assert.ok(!result.ok && result.error.kind === 'alreadySettled');
      assert.equal(deliveries.length, 1);
      // The rule of an allow that never counted answers nothing.
      assert.equal((await given.rules.judge(request)).verdict, 'ask');
    });
  }

  it('asks when the rule was revoked meanwhile', async () => {
    const { broker, journal, raise, rules, deliveries } = held();
    const first = raise();
    const answered = broker.answer(allow(first.request, ALWAYS));
    await journal.release();
    const settled = await answered;
    assert.ok(settled.ok);
    const second = raise(draft());
    await journal.holds();
    assert.deepEqual(broker.pending, []);
    await rules.remove(settled.value.decision.rule?.id ?? '', BY);
    await journal.release();
    assert.deepEqual(broker.pending, [second.request]);
    assert.equal(deliveries.length, 1);
  });
});

describe('Broker, when the journal fails', () => {
  for (const failure of ['rejects', 'throws'] satisfies JournalFailure[]) {
    const failing = () => {
      const journal = new FailingJournal(({ type }) => type === 'settled');
      journal.failure = failure;
      return setUp({ journal });
    };

    it(`and ${failure}: an allow stays open and can be given again`, async () => {
      const { broker, journal, raise, deliveries, news } = failing();
      const { request } = raise();
      const result = await broker.answer(allow(request));
      assert.ok(!result.ok && result.error.kind === 'journalFailed');
      assert.equal(result.error.cause, journal.error);
      assert.deepEqual(deliveries, []);
      assert.deepEqual(broker.pending, [request]);
      assert.ok(news.includes('journal failed'));
      journal.failure = undefined;
      assert.ok((await broker.answer(allow(request))).ok);
      assert.deepEqual(outcomes(deliveries), ['allow person allow_once']);
    });

    it(`and ${failure}: a deny still counts, without its rule`, async () => {
      const { broker, raise, rules, deliveries } = failing();
      const { request } = raise();
      assert.ok((await broker.answer(deny(request, ALWAYS))).ok);
      assert.deepEqual(outcomes(deliveries), ['deny person reject_once']);
      assert.equal((await rules.judge(request)).verdict, 'ask');
    });

    it(`and ${failure}: a rule allows nothing, the person is asked`, async () => {
      const { broker, journal, raise, deliveries, news } = failing();
      journal.failure = undefined;
      await broker.answer(allow(raise().request, ALWAYS));
      journal.failure = failure;
      const { request } = raise();
      await settle();
      assert.equal(deliveries.length, 1);
      assert.deepEqual(broker.pending, [request]);
      assert.deepEqual(news.slice(-2), ['journal failed', `raised ${request.id}`]);
    });

    it(`and ${failure}: raising, withdrawing, dying and closing go on`, async () => {
      const { broker, raise, deliveries } = setUp({ journal: new FailingJournal() });
      raise().withdraw();
      raise();
      broker.agentGone('session-1', 'exit 1');
      raise();
      broker.dispose();
      await settle();
      assert.deepEqual(
        deliveries.map(({ decision }) => decision.by.kind),
        ['agentWithdrew', 'agentGone', 'shutdown'],
      );
    });
  }

  it('and hangs: what waits can still be ended', async () => {
    const journal = new FailingJournal(({ type }) => type === 'settled');
    journal.failure = 'hangs';
    const { broker, raise, deliveries } = setUp({ journal });
    const { request } = raise();
    void broker.answer(allow(request));
    await settle();
    assert.deepEqual(deliveries, []);
    broker.dispose();
    assert.deepEqual(outcomes(deliveries), ['deny shutdown reject_once']);
  });
});
