import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/clock.ts';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker, type Settled } from '../../../src/permission/broker.ts';
import { cardView } from '../../../src/protocol/cardView.ts';
import { draft } from '../../support/builders.ts';
import { rulesOnFakes } from '../../support/rules.ts';

function settledOnce(end: (broker: Broker, id: string, hash: string, session: string) => void) {
  const newId = ulidSource(systemClock.now);
  const rules = rulesOnFakes(newId);
  const broker = new Broker({
    clock: systemClock,
    newId,
    rules,
    journal: { append: async () => {} },
  });
  return new Promise<Settled>((resolve) => {
    broker.onDidSettle(resolve);
    const { request } = broker.raise(draft(), () => {});
    end(broker, request.id, request.argsHash, request.session.key);
  });
}

describe('the outcome on a card', () => {
  it('says who answered, where and when', async () => {
    const settled = await settledOnce((broker, requestId, argsHash) => {
      void broker.answer({
        requestId,
        argsHash,
        outcome: 'allow',
        by: { kind: 'person', surface: 'inbox' },
      });
    });
    const { outcome } = cardView(settled.request, settled);
    assert.deepEqual(outcome, {
      tone: 'ok',
      icon: 'check',
      text: 'Allowed once by you',
      where: 'in the inbox',
      agentStopped: false,
      at: settled.decision.at,
    });
  });

  it('says that an agent stopped, and that it can be started again', async () => {
    const settled = await settledOnce((broker, _id, _hash, session) =>
      broker.agentGone(session, 'it crashed'),
    );
    const { outcome } = cardView(settled.request, settled);
    assert.equal(outcome?.agentStopped, true);
    assert.match(outcome?.text ?? '', /stopped while this was waiting\. Nothing ran\./);
    assert.equal(outcome && 'where' in outcome, false);
  });
});
