import assert from 'node:assert/strict';
import { ok } from '../../../src/base/result.ts';
import type { Rule, Verdict } from '../../../src/permission/rule.ts';
import type { RuleBook } from '../../../src/permission/ruleBook.ts';
import { patternLabel } from '../../../src/permission/ruleLabel.ts';
import { allow, draft, draftOf, execute, inSession, option } from '../../support/builders.ts';
import { settle } from '../../support/fakes.ts';
import { ALWAYS, outcomes, brokerOnFakes as setUp } from '../../support/fakesBroker.ts';

describe('Rules, asked by the broker,', () => {
  it('answer the same call of the same session, on record first, and no surface is told to ask', async () => {
    const { broker, journal, raise, deliveries, news } = setUp();
    await broker.answer(allow(raise().request, ALWAYS));
    news.length = 0;
    const { request } = raise();
    assert.deepEqual(broker.pending, []);
    assert.equal(deliveries.length, 1);
    await settle();
    assert.deepEqual(outcomes(deliveries)[1], 'allow rule allow_once');
    assert.deepEqual(news, [`settled ${request.id}`]);
    assert.equal(journal.entries.at(-1)?.type, 'settled');
  });

  it('do not answer other arguments, another session, or a wider option', async () => {
    const { broker, raise } = setUp();
    await broker.answer(allow(raise().request, ALWAYS));
    const asking = [
      raise(draftOf(execute('git status '))),
      raise(draftOf(execute('git status', { cwd: 'packages' }))),
      raise(inSession('session-2')),
      raise(
        draft({ options: [option('allow_always', { bound: 'wider' }), option('reject_once')] }),
      ),
    ].map(({ request }) => request);
    await settle();
    assert.deepEqual(broker.pending, asking);
  });

  it('are refused for what must always ask', async () => {
    const { broker, raise, deliveries } = setUp();
    const drafts = [
      draftOf({ tool: 'execute', command: 'make' }),
      draftOf(execute('cp x .claude/settings.json')),
      draftOf({ tool: 'edit', path: '/home/dev/project/a', change: { kind: 'unseen' } }),
      draft({ source: 'mcp_elicitation' }),
    ];
    for (const each of drafts) {
      const { request } = raise(each);
      const result = await broker.answer(allow(request, ALWAYS));
      assert.ok(!result.ok && result.error.kind === 'ruleRefused');
    }
    assert.deepEqual(deliveries, []);
  });

  it('are refused for a scope that the rule book does not keep', async () => {
    const { broker, raise } = setUp();
    const { request } = raise();
    const wide = { rule: { scope: 'global', match: 'exact' } } as const;
    const result = await broker.answer(allow(request, wide));
    assert.ok(!result.ok && result.error.kind === 'ruleRefused');
    assert.deepEqual(broker.pending, [request]);
  });

  it('that match what must always ask answer nothing', async () => {
    const matchesAll = ruleBook({ judge: () => allowed });
    const { broker, raise } = setUp({ rules: matchesAll });
    const { request } = raise(draftOf(execute('rm .git/hooks/pre-commit')));
    await settle();
    assert.deepEqual(broker.pending, [request]);
  });

  it('from a rule book that throws answer nothing, and the request is asked', async () => {
    const broken = ruleBook({
      judge: () => {
        throw new Error('broken store');
      },
    });
    const { broker, raise, errors } = setUp({ rules: broken });
    const { request } = raise();
    assert.deepEqual(broker.pending, [request]);
    assert.equal(errors.length, 1);
    assert.ok((await broker.answer(allow(request))).ok);
  });

  it('that cannot be added do not keep the answer from the agent', async () => {
    const full = ruleBook({
      add: () => {
        throw new Error('full');
      },
    });
    const { broker, raise, deliveries } = setUp({ rules: full });
    const lost: string[] = [];
    broker.onDidNotKeepRule(({ rule }) => lost.push(patternLabel(rule.match)));
    assert.ok((await broker.answer(allow(raise().request, ALWAYS))).ok);
    assert.deepEqual(outcomes(deliveries), ['allow person allow_once']);
    assert.deepEqual(lost, ['git status']);
  });
});

const anyRule: Rule = {
  id: 'rule',
  effect: 'allow',
  scope: 'session',
  createdAt: 0,
  createdBy: { kind: 'person', surface: 'chat' },
  fromRequest: 'request',
  match: { kind: 'exact', tool: 'execute', argsHash: '', label: 'git status' },
};

const allowed: Verdict = { verdict: 'allow', rule: anyRule, why: 'A rule.', parts: [] };
const asked: Verdict = { verdict: 'ask', why: 'None.', parts: [] };

function ruleBook(parts: Partial<RuleBook>): RuleBook {
  return {
    onDidGain: () => ({ dispose: () => {} }),
    judge: () => asked,
    stands: async () => true,
    draft: async () => ok(anyRule),
    add: async () => {},
    used: () => {},
    ...parts,
  };
}
