import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../../src/protocol/userError.ts';
import {
  answer,
  asked,
  command,
  outcomes,
  relaySetup,
  type Setup,
  started,
  until,
} from './relayHarness.ts';

describe('The end of a relay', () => {
  it('denies what waits and stops the agent when standard input ends', async () => {
    const setup = await started();
    await asked(setup, 'one');
    await asked(setup, 'two', 'call-2');
    setup.stdin.end();
    assert.equal(await setup.exitCode(), 3);
    assert.deepEqual(outcomes(setup), [
      ['deny', 'no'],
      ['deny', 'no'],
    ]);
    assert.equal(setup.agent.stops, 1);
    assert.deepEqual(
      setup.lines.slice(-3).map(({ type }) => type),
      ['permission_resolved', 'permission_resolved', 'session_ended'],
    );
    assert.deepEqual(
      [setup.lines.at(-1)?.['reason'], setup.lines.at(-1)?.['exitCode']],
      ['consumerGone', 3],
    );
  });

  it('counts the answers that came right before the end of standard input', async () => {
    const setup = await started();
    const { id } = await asked(setup);
    setup.journal.before = () => sleep(30);
    // The last line has no newline.
    setup.stdin.end(JSON.stringify(answer(id, 'once')));
    await until(() => setup.told.length === 1);
    assert.deepEqual(outcomes(setup), [['allow', 'yes']]);
    setup.agent.endTurn({ reason: 'done' });
    assert.equal(await setup.exitCode(), 0);
  });

  it('goes on without standard input while nothing waits, and denies the first request that comes', async () => {
    const setup = await started();
    setup.stdin.end();
    await sleep(20);
    assert.equal(setup.stop.reason, undefined);
    setup.ask(command('ls'));
    assert.deepEqual(outcomes(setup), [['deny', 'no']]);
    assert.equal(await setup.exitCode(), 3);
    assert.equal(setup.of('permission_request').length, 1);
  });

  it('ends well without standard input when nothing was asked', async () => {
    const setup = await started();
    setup.stdin.end();
    await sleep(5);
    setup.agent.endTurn({ reason: 'done' });
    assert.equal(await setup.exitCode(), 0);
  });

  it('takes a closed standard output for a consumer that is gone', async () => {
    const stdout = new Writable({
      // Standard streams are never closed: all that is noticed is the error.
      autoDestroy: false,
      write: (_, __, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const setup = relaySetup({ stdout });
    assert.equal(await setup.exitCode(), 3);
    await setup.relay.flushed();
  });

  it('denies what waits when standard output closes', async () => {
    const setup = await started();
    await asked(setup);
    setup.stdout.destroy(new Error('write EPIPE'));
    assert.equal(await setup.exitCode(), 3);
    assert.deepEqual(outcomes(setup), [['deny', 'no']]);
  });

  it('writes no faster than it is read, and gives up on a reader that never reads', async () => {
    let taken = 0;
    const stdout = new Writable({
      highWaterMark: 1000,
      write: () => {
        taken++;
      },
    });
    const setup = await started({ stdout });
    setup.ask(command('ls'));
    const line = `${'x'.repeat(100_000)}\n`;
    for (let n = 0; n < 200 && !setup.stop.reason; n++)
      setup.agent.emit({ kind: 'text', text: line });
    assert.equal(taken, 1);
    assert.equal(stdout.writableLength < 200_000, true);
    assert.equal(setup.stop.reason, undefined);
    for (let n = 0; n < 200 && !setup.stop.reason; n++)
      setup.agent.emit({ kind: 'text', text: line });
    assert.equal(await setup.exitCode(), 3);
    assert.deepEqual(outcomes(setup), [['deny', 'no']]);
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`denies what waits and stops the agent on ${signal}`, async () => {
      const setup = await started();
      await asked(setup);
      setup.stop.request({ kind: 'signal', signal });
      assert.deepEqual(outcomes(setup), [['deny', 'no']]);
      assert.equal(await setup.exitCode(), code);
      assert.equal(setup.agent.options?.signal.aborted, true);
      assert.equal(setup.agent.stops, 1);
    });
  }

  it('does not send an allow that a stop overtook on its way to disk', async () => {
    const setup = await started();
    const { id } = await asked(setup);
    setup.journal.before = () => sleep(30);
    setup.say(answer(id, 'always'));
    await sleep(5);
    setup.stop.request({ kind: 'signal', signal: 'SIGTERM' });
    await setup.ended;
    assert.deepEqual(outcomes(setup), [['deny', 'no']]);
    const [line] = setup.of('permission_resolved');
    assert.equal(line?.['decision'], 'deny');
    assert.equal(setup.lines.at(-1)?.type, 'session_ended');
  });

  it('closes what waits when the agent dies, and reports its exit code', async () => {
    const setup = await started();
    await asked(setup);
    setup.agent.exit({ code: 7, signal: null });
    assert.equal(await setup.exitCode(), 7);
    const [line] = setup.of('permission_resolved');
    assert.deepEqual(
      [line?.['decision'], line?.['by'], line?.['delivery']],
      ['deny', { kind: 'agentGone', reason: 'it ended with exit code 7' }, 'notNeeded'],
    );
    const last = setup.lines.at(-1);
    assert.deepEqual(
      [last?.['reason'], last?.['code'], last?.['signal'], last?.['exitCode']],
      ['exited', 7, null, 7],
    );
  });

  it('has an exit code for each end', async () => {
    const ends: [string, (setup: Setup) => void, number][] = [
      [
        'exit code of the agent',
        ({ agent }) => {
          agent.exitsWith = 4;
          agent.endTurn({ reason: 'done' });
        },
        4,
      ],
      [
        'turn with an error',
        ({ agent }) => agent.endTurn({ reason: 'error', message: 'No key' }),
        1,
      ],
      ['refused', ({ agent }) => agent.endTurn({ reason: 'refused' }), 1],
      ['early exit with 0', ({ agent }) => agent.exit({ code: 0, signal: null }), 1],
      ['killed', ({ agent }) => agent.exit({ code: null, signal: 'SIGKILL' }), 137],
      [
        'broken',
        ({ agent }) =>
          agent.exit({
            code: null,
            signal: 'SIGTERM',
            error: new UserError('badFrame', 'It spoke garbage.', 'Start again.'),
          }),
        1,
      ],
      [
        'does not exit',
        ({ agent }) => {
          agent.exitsWith = undefined;
          agent.endTurn({ reason: 'done' });
        },
        0,
      ],
    ];
    for (const [name, end, code] of ends) {
      const setup = await started({ exitGraceMs: 30 });
      end(setup);
      assert.equal(await setup.exitCode(), code, name);
      assert.equal(setup.lines.at(-1)?.['exitCode'], code, name);
    }
  });

  it('says why an agent could not be started', async () => {
    for (const [code, exitCode] of [
      ['agentNotFound', 1],
      ['agentNotGated', 2],
    ] as const) {
      const startError = new UserError(code, 'It is not there.', 'Install it.');
      const setup = relaySetup({ startError });
      assert.equal(await setup.exitCode(), exitCode);
      assert.deepEqual(setup.lines, [
        {
          type: 'session_ended',
          sessionId: 'SESSION',
          reason: 'failed',
          code: null,
          signal: null,
          exitCode,
          message: 'It is not there. Install it.',
        },
      ]);
    }
  });

  it('closes what an agent asked before it failed to start', async () => {
    let fail = (_: Error) => {};
    const starts = new Promise<void>((_, reject) => {
      fail = reject;
    });
    const setup = relaySetup({ starts });
    await asked(setup);
    fail(new UserError('agentError', 'It broke.', 'Start it again.'));
    await setup.ended;
    assert.deepEqual(
      setup.lines.map(({ type }) => type),
      ['permission_request', 'permission_resolved', 'session_ended'],
    );
    assert.deepEqual(
      setup.told.map(({ decision }) => [decision.outcome, decision.by.kind]),
      [['deny', 'agentGone']],
    );
  });

  it('stops an agent that is still starting', async () => {
    const setup = relaySetup();
    setup.stop.request({ kind: 'signal', signal: 'SIGINT' });
    assert.equal(await setup.exitCode(), 130);
    assert.equal(setup.agent.stops, 1);
  });

  it('denies what an agent asks after its turn', async () => {
    const setup = await started();
    setup.agent.exitsWith = undefined;
    const { id } = await asked(setup);
    setup.agent.endTurn({ reason: 'done' });
    await sleep(10);
    assert.equal(setup.told.length, 1);
    setup.ask(command('rm -r .'), 'call-2');
    assert.equal(setup.told.length, 2);
    setup.say(answer(id, 'once'));
    setup.agent.exit({ code: 0, signal: null });
    await setup.ended;
    assert.deepEqual(
      setup.told.map(({ decision }) => [decision.outcome, decision.by.kind]),
      [
        ['deny', 'agentGone'],
        ['deny', 'agentGone'],
      ],
    );
  });
});
