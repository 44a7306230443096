import assert from 'node:assert/strict';
import { err, ok } from '../../../src/base/result.ts';
import type { Rule, Verdict } from '../../../src/permission/rule.ts';
import type { RuleBook } from '../../../src/permission/ruleBook.ts';
import { allow, deny, draft, ONCE, option } from '../../support/builders.ts';
import { HeldJournal, settle } from '../../support/fakes.ts';
import { ALWAYS, BY, brokerOnFakes, outcomes } from '../../support/fakesBroker.ts';

const rule: Rule = {
  id: 'rule',
  effect: 'allow',
  scope: 'global',
  createdAt: 0,
  createdBy: BY,
  match: { kind: 'command', tokens: ['git', 'status'] },
};
const allowed: Verdict = {
  verdict: 'allow',
  rule,
  why: 'A rule.',
  parts: [{ text: 'git status', verdict: 'allow', rule }],
};
const asks: Verdict = { verdict: 'ask', why: 'None covers it.', parts: [] };

/** A rule book whose verdict comes when the test says so. */
function slowRules(rest: Partial<RuleBook> = {}) {
  let say: (verdict: Verdict) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const verdict = new Promise<Verdict>((resolve, reject) => {
    say = resolve;
    fail = reject;
  });
  const rules: RuleBook = {
    onDidGain: () => ({ dispose: () => {} }),
    judge: () => verdict,
    stands: async () => true,
    draft: async () => ok(rule),
    add: async () => {},
    used: () => {},
    ...rest,
  };
  return { rules, say: (value: Verdict) => say(value), fail: (error: Error) => fail(error) };
}

describe('A request whose rules are still being looked up', () => {
  it('is shown to nobody until it is known that it asks, and then with the reason', async () => {
    const { rules, say } = slowRules();
    const { broker, raise, news } = brokerOnFakes({ rules });
    const { request } = raise();
    await settle();
    assert.deepEqual([broker.pending, news], [[], []]);
    say(asks);
    await settle();
    assert.deepEqual(broker.pending, [request]);
    assert.equal(broker.whyAsked(request.id), asks);
    await broker.answer(deny(request));
    assert.equal(broker.whyAsked(request.id), asks);
    assert.equal(broker.settledAs(request.id)?.verdict, asks);
  });

  it('is answered by them, on record, without being shown', async () => {
    const { rules, say } = slowRules();
    const { raise, news, deliveries, journal } = brokerOnFakes({ rules });
    const { request } = raise();
    say(allowed);
    await settle();
    assert.deepEqual(outcomes(deliveries), ['allow rule allow_once']);
    assert.deepEqual(news, [`settled ${request.id}`]);
    assert.deepEqual(
      journal.entries.map(({ type }) => type),
      ['raised', 'settled'],
    );
  });

  const endings: [
    string,
    (given: ReturnType<typeof brokerOnFakes>, withdraw: () => void) => void,
  ][] = [
    ['agentWithdrew', (_, withdraw) => withdraw()],
    ['agentGone', ({ broker }) => broker.agentGone('session-1', 'exit 1')],
    ['shutdown', ({ broker }) => broker.dispose()],
  ];
  for (const [kind, end] of endings) {
    it(`stays denied after ${kind}, whatever they say later, and is not shown`, async () => {
      for (const later of [allowed, asks]) {
        const { rules, say } = slowRules();
        const given = brokerOnFakes({ rules });
        const { withdraw } = given.raise();
        end(given as never, withdraw);
        say(later);
        await settle();
        assert.deepEqual(outcomes(given.deliveries), [`deny ${kind} reject_once`]);
        assert.equal(given.news.filter((each) => each.startsWith('raised')).length, 0);
      }
    });
  }

  it('asks when they cannot be looked up', async () => {
    const { rules, fail } = slowRules();
    const { broker, raise, errors } = brokerOnFakes({ rules });
    const { request } = raise();
    fail(new Error('no grammar'));
    await settle();
    assert.deepEqual(broker.pending, [request]);
    assert.equal(errors.length, 1);
  });
});

describe('A verdict of the rules', () => {
  const judged = async (verdict: Verdict) => {
    const { rules, say } = slowRules();
    const given = brokerOnFakes({ rules });
    given.raise();
    say(verdict);
    await settle();
    return outcomes(given.deliveries);
  };

  it('allows nothing without a rule, against its rule, or with a part that is not allowed', async () => {
    const denying: Rule = { ...rule, effect: 'deny' };
    const part = { text: 'curl', verdict: 'ask' } as const;
    const { rule: _, ...nameless } = allowed;
    assert.deepEqual(await judged(nameless), []);
    assert.deepEqual(await judged({ ...allowed, rule: denying }), []);
    assert.deepEqual(await judged({ ...allowed, parts: [...allowed.parts, part] }), []);
    assert.deepEqual(
      await judged({ ...allowed, parts: [{ ...part, verdict: 'allow', rule: denying }] }),
      [],
    );
  });

  it('that no longer stands once it is on record asks, and the record says that it waits', async () => {
    const { rules, say } = slowRules({ stands: async () => false });
    const { broker, raise, journal, deliveries } = brokerOnFakes({ rules });
    const { request } = raise();
    say(allowed);
    await settle();
    assert.deepEqual(deliveries, []);
    assert.deepEqual(broker.pending, [request]);
    assert.deepEqual(
      journal.entries.map(({ type }) => type),
      ['raised', 'settled', 'raised'],
    );
  });

  it('names every rule that it rests on', async () => {
    const other: Rule = { ...rule, id: 'other' };
    const parts = [...allowed.parts, { text: 'ls', verdict: 'allow', rule: other } as const];
    const { rules, say } = slowRules();
    const { raise, deliveries } = brokerOnFakes({ rules });
    raise();
    say({ ...allowed, parts });
    await settle();
    assert.deepEqual(deliveries[0]?.decision.by, {
      kind: 'rule',
      id: 'rule',
      scope: 'global',
      also: ['other'],
    });
  });
});

describe('A rule that a person makes with an answer', () => {
  it('is never sent as the agent’s own "always": revoked, the next call asks again', async () => {
    const options = [option('allow_always', { bound: 'exact' }), ...ONCE];
    const { broker, raise, rules, deliveries } = brokerOnFakes();
    const { request } = raise(draft({ options }));
    const made = await broker.answer(allow(request, { ...ALWAYS, optionId: 'allow_always' }));
    assert.ok(made.ok);
    raise(draft({ options }));
    await settle();
    assert.deepEqual(outcomes(deliveries), ['allow person allow_once', 'allow rule allow_once']);
    await rules.remove(made.value.decision.rule?.id ?? '', BY);
    const third = raise(draft({ options }));
    assert.deepEqual(broker.pending, [third.request]);
  });

  it('is refused where the agent offers its own "always" only', async () => {
    const options = [option('allow_always', { bound: 'exact' }), option('reject_once')];
    const { broker, raise } = brokerOnFakes();
    const { request } = raise(draft({ options }));
    const result = await broker.answer(allow(request, { ...ALWAYS, optionId: 'allow_always' }));
    assert.ok(!result.ok && result.error.kind === 'onlyWiderAllow');
  });

  it('is on record with the answer, and refused with the reason', async () => {
    const { rules } = slowRules({ judge: () => asks, draft: async () => err('Too wide.') });
    const refusing = brokerOnFakes({ rules });
    const refused = await refusing.broker.answer(allow(refusing.raise().request, ALWAYS));
    assert.deepEqual(refused, err({ kind: 'ruleRefused', reason: 'Too wide.' }));
    assert.equal(refusing.broker.pending.length, 1);
    const { broker, raise, journal } = brokerOnFakes();
    await broker.answer(deny(raise().request, ALWAYS));
    const entry = journal.entries.at(-1);
    assert.ok(entry?.type === 'settled');
    assert.deepEqual(
      [entry.rule?.scope, entry.rule?.effect, entry.rule?.label, entry.target],
      ['session', 'deny', 'git status', 'git status'],
    );
  });

  it('does not let anybody else answer while it is made, and ends with the agent', async () => {
    let made: (value: ReturnType<typeof ok<Rule>>) => void = () => {};
    const { rules } = slowRules({
      judge: () => asks,
      draft: () =>
        new Promise((resolve) => {
          made = resolve;
        }),
    });
    const { broker, raise, deliveries, journal } = brokerOnFakes({
      rules,
      journal: new HeldJournal(),
    });
    const { request } = raise();
    const first = broker.answer(allow(request, ALWAYS));
    const second = broker.answer(deny(request));
    broker.agentGone('session-1', 'exit 1');
    made(ok(rule));
    const results = await Promise.all([first, second]);
    assert.ok(results.every((each) => !each.ok && each.error.kind === 'alreadySettled'));
    assert.deepEqual(outcomes(deliveries), ['deny agentGone reject_once']);
    assert.ok(!journal.held.some((each) => each.type === 'settled' && each.decision === 'allow'));
  });

  it('that could not be kept was allowed once: the person hears of it, and it is on record', async () => {
    const { rules } = slowRules({
      judge: () => asks,
      add: () => Promise.reject(new Error('disk full')),
    });
    const { broker, raise, journal, deliveries } = brokerOnFakes({ rules });
    const lost: unknown[] = [];
    broker.onDidNotKeepRule(({ cause }) => lost.push(String(cause)));
    assert.ok((await broker.answer(allow(raise().request, ALWAYS))).ok);
    await settle();
    assert.deepEqual(outcomes(deliveries), ['allow person allow_once']);
    assert.deepEqual(lost, ['Error: disk full']);
    const last = journal.entries.at(-1);
    assert.ok(last?.type === 'rule' && last.change === 'notKept');
  });
});
