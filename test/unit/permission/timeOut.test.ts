import assert from 'node:assert/strict';
import { TimeOut } from '../../../src/permission/timeOut.ts';
import { allow } from '../../support/builders.ts';
import { HeldJournal, type ManualClock, ManualTimers, settle } from '../../support/fakes.ts';
import { brokerOnFakes, outcomes } from '../../support/fakesBroker.ts';

const MINUTE = 60_000;

function setUp(minutes: number) {
  const given = brokerOnFakes({ journal: new HeldJournal() });
  given.journal.passes = () => true;
  const clock = given.clock as ManualClock;
  const timers = new ManualTimers(clock);
  const limit = new TimeOut({ broker: given.broker, clock, timers, minutes });
  return { ...given, timers, limit };
}

describe('A time-out', () => {
  it('denies what nobody answered, with the reason for the agent, on record', async () => {
    const { broker, raise, timers, deliveries, journal } = setUp(30);
    const { request } = raise();
    timers.pass(30 * MINUTE - 1);
    assert.deepEqual(broker.pending, [request]);
    timers.pass(1);
    assert.deepEqual(outcomes(deliveries), ['deny ttl reject_once']);
    assert.deepEqual(
      [deliveries[0]?.decision.by, deliveries[0]?.decision.feedback],
      [
        { kind: 'ttl', minutes: 30 },
        'Nobody answered within 30 minutes, so it was denied. It was not run.',
      ],
    );
    await settle();
    const last = journal.entries.at(-1);
    assert.ok(last?.type === 'settled' && last.channel === 'ttl' && last.decision === 'deny');
  });

  it('of 0 waits for ever', () => {
    const { broker, raise, timers } = setUp(0);
    raise();
    timers.pass(365 * 24 * 60 * MINUTE);
    assert.equal(broker.pending.length, 1);
  });

  it('counts for each request from its own start', () => {
    const { broker, raise, timers } = setUp(10);
    raise();
    timers.pass(6 * MINUTE);
    const second = raise();
    timers.pass(4 * MINUTE);
    assert.deepEqual(broker.pending, [second.request]);
    timers.pass(6 * MINUTE);
    assert.deepEqual(broker.pending, []);
  });

  it('leaves an answer alone that is on its way to disk', async () => {
    const { broker, raise, timers, deliveries, journal } = setUp(1);
    const { request } = raise();
    journal.passes = () => false;
    const answered = broker.answer(allow(request));
    await settle();
    timers.pass(5 * MINUTE);
    assert.deepEqual(deliveries, []);
    await journal.release();
    assert.ok((await answered).ok);
    assert.deepEqual(outcomes(deliveries), ['allow person allow_once']);
  });

  it('that is set or shortened holds for what waits, which has at least a minute more', () => {
    const { broker, raise, timers, limit } = setUp(0);
    raise();
    timers.pass(60 * MINUTE);
    limit.setMinutes(1);
    timers.pass(MINUTE - 1);
    assert.equal(broker.pending.length, 1);
    timers.pass(1);
    assert.equal(broker.pending.length, 0);
  });

  it('that is lengthened or switched off lets wait', () => {
    const { broker, raise, timers, limit } = setUp(1);
    raise();
    limit.setMinutes(0);
    timers.pass(10 * MINUTE);
    assert.equal(broker.pending.length, 1);
  });

  it('leaves a minute to whoever wakes the machine', () => {
    const { broker, raise, timers, clock } = setUp(30);
    raise();
    timers.pass(MINUTE);
    // Asleep: the clock goes on, timers do not.
    clock.advance(8 * 60 * MINUTE);
    timers.pass(20_000);
    assert.equal(broker.pending.length, 1);
    timers.pass(MINUTE);
    assert.equal(broker.pending.length, 0);
  });
});
