import assert from 'node:assert/strict';
import { allow, deny, draft } from '../../support/builders.ts';
import {
  FailingJournal,
  HeldJournal,
  type JournalFailure,
  ManualClock,
  ManualTimers,
  settle,
} from '../../support/fakes.ts';
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

describe('Broker, while the disk does not answer', () => {
  const PATIENCE = 5000;

  /** A request whose next decision is on its way to a disk that hangs. */
  const hanging = () => {
    const clock = new ManualClock();
    const timers = new ManualTimers(clock);
    const journal = new HeldJournal();
    const given = setUp({ journal, clock, timers });
    /** Time goes by, and everything that comes of it. */
    const pass = async (milliseconds: number) => {
      await settle();
      timers.pass(milliseconds);
      await settle();
    };
    const types = () => journal.entries.map(({ type }) => type);
    return { ...given, pass, types };
  };

  /** The same, with a rule that covers what is raised next. */
  const ruled = async (outcome = allow) => {
    const given = hanging();
    const answered = given.broker.answer(outcome(given.raise().request, ALWAYS));
    await given.journal.release();
    assert.ok((await answered).ok);
    given.deliveries.length = 0;
    given.news.length = 0;
    given.journal.entries.length = 0;
    return given;
  };

  it('shows what a rule would have allowed, with the reason; a person can still deny it', async () => {
    const { broker, journal, raise, deliveries, news, pass, types } = await ruled();
    const { request } = raise();
    await pass(PATIENCE - 1);
    assert.deepEqual([broker.pending, news], [[], []]);
    await pass(1);
    assert.deepEqual(broker.pending, [request]);
    assert.deepEqual(news, ['journal failed', `raised ${request.id}`]);
    assert.match(broker.whyAsked(request.id)?.why ?? '', /could not be put on record/);
    assert.deepEqual(deliveries, []);

    const denied = broker.answer(deny(request));
    await pass(PATIENCE);
    assert.ok((await denied).ok);
    assert.deepEqual(outcomes(deliveries), ['deny person reject_once']);
    // The disk comes back: the record ends with what happened.
    await journal.release();
    await journal.release();
    assert.deepEqual(types(), ['raised', 'raised', 'settled', 'settled']);
    assert.deepEqual(outcomes(deliveries), ['deny person reject_once']);
  });

  it('lets no rule allow when the record is there at last: the request waits for a person, and may be missed', async () => {
    const { broker, journal, raise, deliveries, pass, types } = await ruled();
    journal.passes = () => false;
    const { request } = raise();
    await pass(PATIENCE);
    while (journal.held.length > 0) await journal.release();
    await pass(PATIENCE);
    assert.deepEqual([broker.pending, deliveries], [[request], []]);
    // Whoever reads the record after a crash finds that it waits.
    assert.deepEqual(types(), ['raised', 'settled', 'raised']);
  });

  it('keeps what a rule denies from running', async () => {
    const { raise, deliveries, pass } = await ruled(deny);
    raise();
    await pass(PATIENCE);
    assert.deepEqual(outcomes(deliveries), ['deny rule reject_once']);
  });

  it('tells a person that the allow did not count, and takes the next one once the disk is back', async () => {
    const { broker, journal, raise, deliveries, pass } = hanging();
    const { request } = raise();
    const lost = broker.answer(allow(request));
    await pass(PATIENCE);
    const result = await lost;
    assert.ok(!result.ok && result.error.kind === 'journalFailed');
    assert.match(String(result.error.cause), /has not answered for 5 seconds/);
    await journal.release();
    assert.deepEqual([broker.pending, deliveries], [[request], []]);
    const again = broker.answer(allow(request));
    await journal.release();
    assert.ok((await again).ok);
    assert.deepEqual(outcomes(deliveries), ['allow person allow_once']);
  });

  it('makes no rule with a deny, and says so in the record, which may yet hold the rule', async () => {
    const { broker, journal, raise, rules, deliveries, pass, types } = hanging();
    const { request } = raise();
    const denied = broker.answer(deny(request, ALWAYS));
    await journal.holds();
    await pass(PATIENCE);
    assert.ok((await denied).ok);
    assert.deepEqual(outcomes(deliveries), ['deny person reject_once']);
    await journal.release();
    await journal.release();
    assert.deepEqual(types(), ['raised', 'settled', 'rule']);
    assert.equal((await rules.judge(request)).verdict, 'ask');
  });

  it('shows a request whose rule cannot be looked up again after the record', async () => {
    const { broker, journal, raise, rules, deliveries, pass } = await ruled();
    rules.stands = () => new Promise(() => {});
    const { request } = raise();
    await journal.release();
    await pass(PATIENCE);
    assert.deepEqual([broker.pending, deliveries], [[request], []]);
    assert.match(broker.whyAsked(request.id)?.why ?? '', /answers no more/);
  });

  it('makes no rule that takes too long to draft; the request can be answered again', async () => {
    const { broker, raise, rules, pass } = hanging();
    rules.draft = () => new Promise(() => {});
    const { request } = raise();
    const refused = broker.answer(allow(request, ALWAYS));
    await pass(PATIENCE);
    const result = await refused;
    assert.ok(!result.ok && result.error.kind === 'ruleRefused');
    assert.deepEqual(broker.pending, [request]);
  });
});
