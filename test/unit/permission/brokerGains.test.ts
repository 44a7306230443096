import assert from 'node:assert/strict';
import type { RuleChoice } from '../../../src/permission/decision.ts';
import { deny, draft, draftOf, execute, inSession, option } from '../../support/builders.ts';
import { HeldJournal } from '../../support/fakes.ts';
import { ALWAYS, BY, outcomes } from '../../support/fakesBroker.ts';
import { brokerOnKeptRules, GLOBAL, ruleFor, WORKSPACE } from '../../support/fakesBrokerRules.ts';

describe('A rule that comes while requests wait', () => {
  it('answers those that it covers, each on record before the agent is told', async () => {
    const { waits, answer, turns, news, journal, deliveries, broker, rules } =
      await brokerOnKeptRules();
    const [first, second, third] = [waits(), waits(), waits()];
    news.length = 0;
    await answer(first, ALWAYS);
    await turns();
    assert.deepEqual(outcomes(deliveries), [
      'allow person allow_once',
      'allow rule allow_once',
      'allow rule allow_once',
    ]);
    assert.deepEqual(
      news,
      [first, second, third].map(({ id }) => `settled ${id}`),
    );
    const [rule] = rules.all;
    assert.ok(rule);
    const settled = journal.entries.filter((entry) => entry.type === 'settled');
    assert.deepEqual(
      settled.slice(1).map(({ requestId, channel, decidedBy }) => [requestId, channel, decidedBy]),
      [second, third].map(({ id }) => [
        id,
        'rule',
        { kind: 'rule', id: rule.id, scope: 'session' },
      ]),
    );
    assert.equal(broker.settledAs(second.id)?.verdict?.rule, rule);
    assert.equal(rules.usesOf(rule.id)?.hits, 2);
  });

  it('denies those that it denies', async () => {
    const { waits, answer, turns, deliveries } = await brokerOnKeptRules();
    const [first] = [waits(), waits()];
    await answer(first, ALWAYS, deny);
    await turns();
    assert.deepEqual(outcomes(deliveries), ['deny person reject_once', 'deny rule reject_once']);
  });

  it('answers them in the other sessions that it reaches, whichever agent asks', async () => {
    const { waits, answer, turns, answered } = await brokerOnKeptRules();
    const codex = { id: 'codex', name: 'Codex', version: '' };
    const other = waits(inSession('session-2', draft({ agent: codex })));
    await answer(waits(), WORKSPACE);
    await turns();
    assert.equal(answered(other), 'allow rule');
  });

  it('answers nothing that it would not answer if it were asked now', async () => {
    const { broker, waits, answer, turns, deliveries } = await brokerOnKeptRules();
    const of = draft();
    const elsewhere = { ...of.session, key: 'session-9', workspaceFolder: '/home/dev/other' };
    const waiting = [
      waits(inSession('session-2')),
      waits(draftOf(execute('git status --short'))),
      waits(draftOf(execute('git status', { cwd: 'packages' }))),
      waits(
        draft({ options: [option('allow_always', { bound: 'wider' }), option('reject_once')] }),
      ),
      waits(draft({ source: 'mcp_elicitation' })),
      waits(draft({ questions: [{ id: 'q', text: 'Which?', multiSelect: false, choices: [] }] })),
    ];
    await answer(waits(), ALWAYS);
    await turns();
    assert.deepEqual(broker.pending, waiting);
    const away = waits({ ...of, session: elsewhere });
    await answer(waits(inSession('session-3')), WORKSPACE);
    await turns();
    assert.deepEqual(broker.pending, [...waiting.slice(1), away]);
    assert.equal(deliveries.length, 3);
  });

  it('answers calls of the MCP server that it was made for, and of no other one', async () => {
    const { waits, answer, turns, answered } = await brokerOnKeptRules();
    const call = (mcpServerHash?: string) => ({
      ...draftOf({ tool: 'mcp', server: 'tracker', toolName: 'get_issue', arguments: { n: 1 } }),
      ...(mcpServerHash !== undefined && { mcpServerHash }),
    });
    const [same, swapped, unknown] = [
      waits(call('a'.repeat(64))),
      waits(call('b'.repeat(64))),
      waits(call()),
    ];
    await answer(waits(call('a'.repeat(64))), GLOBAL);
    await turns();
    assert.deepEqual([same, swapped, unknown].map(answered), ['allow rule', undefined, undefined]);
  });

  it('answers when it comes from another window, in its own workspace only', async () => {
    const { waits, turns, store, answered } = await brokerOnKeptRules();
    const of = draft();
    const here = waits();
    const away = waits({ ...of, session: { ...of.session, workspaceFolder: '/home/dev/other' } });
    const rule = ruleFor(here, 'theirs', {
      scope: 'workspace',
      workspaceFolder: '/home/dev/project',
    });
    store.kept.set(rule.id, rule);
    store.changed.fire();
    await turns();
    assert.deepEqual([here, away].map(answered), ['allow rule', undefined]);
  });

  it('answers when its revocation is taken back; revoking it changed nothing of what was answered', async () => {
    const { waits, answer, turns, answered, rules, raise, broker } = await brokerOnKeptRules();
    const before = waits();
    await answer(waits(), GLOBAL);
    await turns();
    assert.equal(answered(before), 'allow rule');
    const [rule] = rules.all;
    assert.ok(rule);
    await rules.remove(rule.id, BY);
    const { request } = raise();
    await turns();
    assert.deepEqual([answered(before), broker.pending], ['allow rule', [request]]);
    await rules.restore(rule, BY);
    await turns();
    assert.equal(answered(request), 'allow rule');
  });

  it('loses against one that denies, in whatever order they come', async () => {
    for (const order of [0, 1]) {
      const { waits, turns, store, answered } = await brokerOnKeptRules();
      const request = waits();
      const both = [
        ruleFor(request, 'allows'),
        ruleFor(request, 'denies', { effect: 'deny' }),
      ] as const;
      for (const rule of order === 0 ? both : [...both].reverse()) store.kept.set(rule.id, rule);
      store.changed.fire();
      await turns();
      assert.equal(answered(request), 'deny rule');
    }
  });

  it('answers nothing in a workspace that is not trusted', async () => {
    let isTrusted = true;
    const { waits, answer, turns, answered, journal } = await brokerOnKeptRules({
      rules: { isTrusted: () => isTrusted },
    });
    const request = waits();
    await answer(waits(), GLOBAL);
    isTrusted = false;
    await turns();
    assert.equal(answered(request), undefined);
    // Nor is it on record as if a rule had answered.
    assert.equal(journal.entries.filter(({ type }) => type === 'settled').length, 1);
  });

  it('answers nothing once it is revoked again, before the requests had their turn or after', async () => {
    for (const when of ['before', 'after']) {
      const journal = new HeldJournal();
      const { waits, answer, turns, answered, rules, deliveries } = await brokerOnKeptRules({
        journal,
      });
      journal.passes = (entry) =>
        entry.type !== 'settled' || entry.decidedBy.kind !== 'rule' || when === 'before';
      const request = waits();
      await answer(waits(), GLOBAL);
      const [rule] = rules.all;
      assert.ok(rule);
      if (when === 'before') await rules.remove(rule.id, BY);
      await turns();
      if (when === 'after') {
        await journal.holds();
        await rules.remove(rule.id, BY);
        await journal.release();
      }
      await turns();
      assert.equal(answered(request), undefined, when);
      assert.equal(deliveries.length, 1);
      assert.equal(journal.entries.at(-1)?.type, when === 'after' ? 'raised' : 'settled');
    }
  });

  it('answers nothing once it has expired', async () => {
    const { waits, answer, turns, answered, clock } = await brokerOnKeptRules();
    const request = waits();
    const choice: RuleChoice = { ...GLOBAL.rule, expiresAt: clock.now() + 1000 };
    await answer(waits(), { rule: choice });
    clock.advance(1000);
    await turns();
    assert.equal(answered(request), undefined);
  });

  it('answers nothing when it could not be kept', async () => {
    const { waits, answer, turns, answered, store } = await brokerOnKeptRules();
    const request = waits();
    store.failure = new Error('full');
    await answer(waits(), GLOBAL);
    await turns();
    assert.equal(answered(request), undefined);
  });
});
