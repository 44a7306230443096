import assert from 'node:assert/strict';
import { draft } from '../../support/builders.ts';
import { answer, asked, errors, started, until } from './relayHarness.ts';

describe('A message with an answer, over the relay,', () => {
  it('goes nowhere with a denial, which is said, where the agent has no place for it', async () => {
    const setup = await started();
    setup.agent.options?.gate.raise({ ...draft(), feedback: 'nextPrompt' }, () => {});
    await until(() => setup.of('permission_request').length === 1);
    const [line] = setup.of('permission_request');
    setup.say({ ...answer(line?.['id'], 'reject'), message: 'Use b' });
    await until(() => setup.of('permission_resolved').length === 1);
    await until(() => setup.of('error').length === 1);
    assert.deepEqual(errors(setup), [['messageNotSent', line?.['id']]]);
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });

  it('goes nowhere with an allow, which is said, and is not on record as sent', async () => {
    const setup = await started();
    const line = await asked(setup);
    setup.say({ ...answer(line['id'], 'once'), message: 'Only this time' });
    await until(() => setup.of('error').length === 1);
    assert.deepEqual(errors(setup), [['messageNotSent', line['id']]]);
    assert.equal(setup.told[0]?.decision.outcome, 'allow');
    assert.ok(!JSON.stringify(setup.journal.entries).includes('Only this time'));
    setup.agent.endTurn({ reason: 'done' });
    await setup.ended;
  });
});
