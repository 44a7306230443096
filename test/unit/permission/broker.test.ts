import assert from 'node:assert/strict';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker } from '../../../src/permission/broker.ts';
import {
  allow,
  deny,
  draft,
  draftOf,
  execute,
  inSession,
  ONCE,
  option,
} from '../../support/builders.ts';
import { ManualClock, MemoryJournal, settle } from '../../support/fakes.ts';
import { outcomes, brokerOnFakes as setUp } from '../../support/fakesBroker.ts';
import { rulesOnFakes } from '../../support/rules.ts';

describe('Broker', () => {
  it('asks, and sends the allow that a person gave once it is on record', async () => {
    const { broker, journal, raise, deliveries, news } = setUp();
    const { request } = raise();
    assert.deepEqual(broker.pending, [request]);
    const result = await broker.answer(allow(request));
    assert.ok(result.ok);
    assert.deepEqual(outcomes(deliveries), ['allow person allow_once']);
    assert.deepEqual(
      journal.entries.map((entry) => entry.type),
      ['raised', 'settled'],
    );
    assert.deepEqual(news, [`raised ${request.id}`, `settled ${request.id}`]);
    assert.deepEqual(broker.pending, []);
  });

  it('waits for ever without an answer', async () => {
    const { broker, clock, raise, deliveries } = setUp();
    const { request } = raise();
    clock.advance(365 * 24 * 3_600_000);
    await settle();
    assert.deepEqual(deliveries, []);
    assert.deepEqual(broker.pending, [request]);
  });

  it('tells a second answer who was first', async () => {
    const { broker, journal, raise, deliveries } = setUp();
    const { request } = raise();
    const [first, second] = await Promise.all([
      broker.answer(allow(request, { by: { kind: 'person', surface: 'phone', device: 'Pixel' } })),
      broker.answer(deny(request)),
    ]);
    assert.ok(first.ok);
    assert.ok(!second.ok && second.error.kind === 'alreadySettled');
    assert.deepEqual(second.error.settled.decision.by, {
      kind: 'person',
      surface: 'phone',
      device: 'Pixel',
    });
    assert.deepEqual(
      journal.entries.map((entry) => entry.type === 'settled' && entry.decision),
      [false, 'allow'],
    );
    assert.equal(deliveries.length, 1);
  });

  it('refuses an answer to what is not shown any more, not asked, or not offered', async () => {
    const { broker, raise, deliveries } = setUp();
    const other = raise(
      draftOf(execute('ls'), { options: [option('allow_once', { id: 'theirs' })] }),
    );
    const { request } = raise();
    const refused = [
      allow({ ...request, argsHash: other.request.argsHash }),
      allow({ ...request, argsHash: '' }),
      allow({ ...request, id: 'unknown' }),
      allow({ ...request, id: '__proto__' }),
      allow(request, { optionId: 'theirs' }),
      allow(request, { optionId: 'reject_once' }),
      deny(request, { optionId: 'allow_once' }),
      allow(request, { optionId: '' }),
    ];
    const kinds: string[] = [];
    for (const answer of refused) {
      const result = await broker.answer(answer);
      kinds.push(result.ok ? 'ok' : result.error.kind);
    }
    assert.deepEqual(kinds, [
      'changed',
      'changed',
      'unknownRequest',
      'unknownRequest',
      'unknownOption',
      'unknownOption',
      'unknownOption',
      'unknownOption',
    ]);
    assert.deepEqual(deliveries, []);
    assert.equal(broker.pending.length, 2);
  });

  it('sends "once" for an "always" that reaches further, and says so', async () => {
    const { broker, raise, deliveries } = setUp();
    const wide = option('allow_always', { bound: 'wider' });
    const { request } = raise(draft({ options: [wide, ...ONCE] }));
    const result = await broker.answer(allow(request, { optionId: wide.id }));
    assert.ok(result.ok && result.value.narrowed);
    assert.deepEqual(outcomes(deliveries), ['allow person allow_once']);
  });

  it('cannot allow when only wider options are offered', async () => {
    const { broker, raise, deliveries } = setUp();
    const { request } = raise(
      draft({ options: [option('allow_always', { bound: 'unknown' }), option('reject_once')] }),
    );
    const result = await broker.answer(allow(request));
    assert.ok(!result.ok && result.error.kind === 'onlyWiderAllow');
    assert.ok((await broker.answer(deny(request))).ok);
    assert.deepEqual(outcomes(deliveries), ['deny person reject_once']);
  });

  it('cancels on deny when no reject option is offered, and never takes the first option', async () => {
    const { broker, raise, deliveries } = setUp();
    const { request } = raise(draft({ options: [option('allow_once'), option('allow_always')] }));
    await broker.answer(deny(request));
    assert.deepEqual(outcomes(deliveries), ['deny person cancel']);
  });

  describe('questions', () => {
    const questions = [
      { id: 'constructor', text: 'Which?', multiSelect: false, choices: [choice('A\u200d')] },
      {
        id: '__proto__',
        text: 'More?',
        multiSelect: true,
        choices: [choice('B'), choice('C\ufe0f')],
      },
    ];
    const asked = () =>
      draft({
        source: 'agent_question',
        questions,
        action: { tool: 'other', toolName: 'AskUserQuestion', input: {} },
      });
    const answers = (object: string): Readonly<Record<string, string>> => JSON.parse(object);

    it('need an answer of their own each', async () => {
      const { broker, raise, deliveries } = setUp();
      const { request } = raise(asked());
      const missing = [
        undefined,
        {},
        answers('{"constructor":"A"}'),
        answers('{"constructor":"A","__proto__":" "}'),
      ];
      for (const given of missing) {
        const result = await broker.answer(allow(request, given && { answers: given }));
        assert.ok(!result.ok && result.error.kind === 'answersMissing');
      }
      assert.deepEqual(deliveries, []);
    });

    it("go back in the agent's own words, and nothing that was not asked goes with them", async () => {
      const { broker, raise, deliveries } = setUp();
      const { request } = raise(asked());
      const shown = request.display.questions?.map(({ choices }) =>
        choices.map(({ label }) => label),
      );
      assert.deepEqual(shown, [['A[U+200D]'], ['B', 'C[U+FE0F]']]);
      const given = answers(
        '{"constructor":"A[U+200D]","__proto__":"B, C[U+FE0F]","command":"rm -rf /"}',
      );
      assert.ok((await broker.answer(allow(request, { answers: given }))).ok);
      assert.deepEqual(
        Object.entries(deliveries[0]?.decision.answers ?? {}),
        Object.entries(answers('{"constructor":"A\u200d","__proto__":"B, C\ufe0f"}')),
      );
    });

    it('have no answers when a tool asks, whatever a surface sends', async () => {
      const { broker, raise, deliveries } = setUp();
      const { request } = raise();
      const smuggled = { ...allow(request), answers: { command: 'rm -rf /' }, updatedInput: 1 };
      assert.ok((await broker.answer(smuggled)).ok);
      assert.deepEqual(Object.keys(deliveries[0]?.decision ?? {}), [
        'requestId',
        'argsHash',
        'outcome',
        'by',
        'at',
      ]);
    });
  });

  describe('reentrancy', () => {
    it('finds a request settled from inside deliver, which is called once', async () => {
      const { broker } = setUp();
      const seen: string[] = [];
      let delivered = 0;
      const raised = broker.raise(draft(), () => {
        delivered++;
        raised.withdraw();
        broker.agentGone('session-1', 'gone');
        broker.dispose();
        seen.push(String(broker.settledAs(raised.request.id)?.decision.outcome));
        void broker
          .answer(deny(raised.request))
          .then((result) => seen.push(result.ok ? 'ok' : result.error.kind));
      });
      assert.ok((await broker.answer(allow(raised.request))).ok);
      await settle();
      assert.equal(delivered, 1);
      assert.deepEqual(seen, ['allow', 'alreadySettled']);
    });

    it('tells every listener of the raise before the settle, though the first one ends it', async () => {
      const { broker, raise } = setUp();
      const news: string[] = [];
      const first = new Broker({ ...optionsOf(), onError: () => {} });
      first.onDidRaise(() => first.dispose());
      first.onDidRaise(({ id }) => news.push(`raised ${id}`));
      first.onDidSettle(({ request }) => news.push(`settled ${request.id}`));
      const { request } = first.raise(draft(), () => {});
      assert.deepEqual(news, [`raised ${request.id}`, `settled ${request.id}`]);
      raise();
      broker.dispose();
    });

    it('goes on when a listener throws', async () => {
      const { broker, raise, errors, deliveries } = setUp();
      broker.onDidRaise(() => {
        throw new Error('broken surface');
      });
      broker.onDidSettle(() => {
        throw new Error('broken surface');
      });
      assert.ok((await broker.answer(allow(raise().request))).ok);
      assert.equal(deliveries.length, 1);
      assert.equal(errors.length, 2);
    });

    it('says that the answer did not arrive when deliver throws', async () => {
      const { broker } = setUp();
      const { request } = broker.raise(draft(), () => {
        throw new Error('EPIPE');
      });
      const result = await broker.answer(allow(request));
      assert.ok(result.ok);
      assert.equal(result.value.delivery, 'failed');
      assert.equal(broker.settledAs(request.id)?.delivery, 'failed');
    });
  });

  describe('ends', () => {
    it('only what the session that is gone asked', () => {
      const { broker, raise, deliveries } = setUp();
      raise();
      const { request } = raise(inSession('session-2'));
      broker.agentGone('session-1', 'exit 1 \u202e password=hunter2');
      assert.deepEqual(broker.pending, [request]);
      assert.deepEqual(deliveries[0]?.decision.by, {
        kind: 'agentGone',
        reason: 'exit 1 [U+202E] password=[redacted: secret value]',
      });
    });

    it('nothing twice: a withdrawal after the answer changes nothing', async () => {
      const { broker, raise, deliveries } = setUp();
      const { request, withdraw } = raise();
      const result = await broker.answer(allow(request));
      withdraw();
      broker.dispose();
      assert.ok(result.ok);
      assert.equal(broker.settledAs(request.id), result.value);
      assert.equal(deliveries.length, 1);
    });

    it('what is raised after the window closed, at once and denied', async () => {
      const { broker, raise, deliveries, news } = setUp();
      broker.dispose();
      const { request } = raise();
      assert.deepEqual(outcomes(deliveries), ['deny shutdown reject_once']);
      const result = await broker.answer(allow(request));
      assert.ok(!result.ok && result.error.kind === 'alreadySettled');
      assert.deepEqual(news, [`settled ${request.id}`]);
    });
  });

  it('raises nothing for arguments that cannot be read', () => {
    const { broker, journal, raise, deliveries } = setUp();
    const input = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`);
    assert.throws(() => raise(draftOf({ tool: 'other', toolName: 't', input })), RangeError);
    assert.deepEqual([broker.pending, journal.entries, deliveries], [[], [], []]);
  });

  it('gives surfaces no raw text: names, titles, labels and the journal are made safe', async () => {
    const { broker, journal, raise } = setUp();
    const raw = 'a\u202eb\nghp_abcdefghijklmnopqrstuvwxyz';
    const safe = 'a[U+202E]b [redacted: GitHub token]';
    const { request } = raise(
      draft({
        agent: { id: 'x', name: raw, version: raw },
        session: { ...draft().session, title: raw },
        native: { method: 'm', requestId: 1, toolName: raw },
        options: [option('allow_once', { label: raw, nativeScope: raw, nativeDecision: raw })],
        action: execute(raw),
      }),
    );
    const device = { kind: 'person', surface: 'phone', device: raw } as const;
    await broker.answer(deny(request, { by: device, feedback: raw }));
    const [offered] = request.options;
    assert.deepEqual(
      [request.agent.name, request.agent.version, request.session.title, offered?.label],
      [safe, safe, safe, safe],
    );
    assert.deepEqual([offered?.nativeScope, offered?.nativeDecision], [safe, raw]);
    assert.doesNotMatch(JSON.stringify(journal.entries), /ghp_|\u202e/);
  });

  it('remembers who answered, but no large arguments', async () => {
    const { broker, raise } = setUp();
    const edit = draftOf({
      tool: 'edit',
      path: '/home/dev/project/a.txt',
      change: { kind: 'write', newText: 'x\n'.repeat(100_000) },
    });
    const { request } = raise(edit);
    await broker.answer(allow(request));
    const found = broker.find(request.id);
    assert.ok(found && JSON.stringify(found).length < 100_000);
    assert.equal(broker.settledAs(request.id)?.decision.outcome, 'allow');
    assert.deepEqual(found.action, {
      tool: 'edit',
      path: '/home/dev/project/a.txt',
      change: { kind: 'unseen' },
    });
  });
});

function choice(label: string) {
  return { label, description: '' };
}

function optionsOf() {
  const clock = new ManualClock();
  const newId = ulidSource(() => clock.now());
  return { clock, newId, journal: new MemoryJournal(), rules: rulesOnFakes(newId) };
}
