import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker, type RaisedRequest, type Settled } from '../../../src/permission/broker.ts';
import type { Decision, NativeAnswer, ProposedAnswer } from '../../../src/permission/decision.ts';
import type { PermissionOption } from '../../../src/permission/request.ts';
import type { Rule } from '../../../src/permission/rule.ts';
import { decisionByRules } from '../../../src/permission/ruleDecision.ts';
import type { StoredRules } from '../../../src/permission/storedRules.ts';
import { allow, draft, execute, inSession, ONCE, option } from '../../support/builders.ts';
import { ManualClock, settle } from '../../support/fakes.ts';
import { rulesOnFakes } from '../../support/rules.ts';
import { type JournalMode, ScheduledJournal, scheduledTimers } from '../../support/scheduled.ts';

/**
 * Any interleaving of raises, answers, withdrawals, deaths, rules, revocations, journal failures and shutdown, with
 * listeners and agents that interfere from inside their callbacks, against what must always hold. The scheduler decides
 * when each journal write ends, whether that is too late, and when those that wait are judged again.
 */

type Step =
  | {
      readonly do: 'raise';
      readonly command: number;
      readonly session: number;
      readonly options: number;
    }
  | {
      readonly do: 'answer';
      readonly request: number;
      readonly outcome: 'allow' | 'deny';
      readonly hash: 'right' | 'stale';
      readonly option: 'none' | 'allow_once' | 'allow_always' | 'reject_once' | 'other';
      readonly always: boolean;
    }
  | { readonly do: 'withdraw'; readonly request: number }
  | { readonly do: 'gone'; readonly session: number }
  | { readonly do: 'revoke'; readonly rule: number }
  | { readonly do: 'journal'; readonly now: JournalMode }
  | { readonly do: 'tick' }
  | { readonly do: 'dispose' };

/** What an agent or a surface does from inside a callback. */
type Meddling = 'nothing' | 'throws' | 'withdraws' | 'answers' | 'kills' | 'raises';

const small = fc.constantFrom(0, 0, 0, 1, 2);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('raise'),
      command: small,
      session: small,
      options: fc.constantFrom(0, 0, 0, 1, 2, 3, 4),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('answer'),
      request: fc.constantFrom(0, 0, 1, 2, 3),
      outcome: fc.constantFrom('allow', 'allow', 'deny'),
      hash: fc.constantFrom(...Array<'right'>(9).fill('right'), 'stale'),
      option: fc.constantFrom(
        'none',
        'none',
        'none',
        'none',
        'none',
        'none',
        'allow_once',
        'allow_always',
        'reject_once',
        'other',
      ),
      always: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('withdraw'), request: fc.constantFrom(0, 0, 1, 2, 3) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('gone'), session: small }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke'), rule: small }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('journal'),
      now: fc.constantFrom('writes', 'writes', 'writes', 'rejects', 'throws'),
    }),
  },
  { weight: 16, arbitrary: fc.record({ do: fc.constant('tick') }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('dispose', ...Array<'tick'>(9).fill('tick')) }),
  },
) as fc.Arbitrary<Step>;

const meddling = fc.constantFrom<Meddling[]>(
  ...Array<'nothing'>(6).fill('nothing'),
  'throws',
  'withdraws',
  'answers',
  'kills',
  'raises',
);

const OPTIONS: readonly (readonly PermissionOption[])[] = [
  ONCE,
  [option('allow_always', { bound: 'wider' }), ...ONCE],
  [option('reject_once'), option('allow_always', { bound: 'exact' }), option('allow_once')],
  [option('allow_always', { bound: 'unknown' }), option('reject_always', { bound: 'wider' })],
  // One id for two meanings.
  [option('allow_once', { id: 'other' }), option('reject_once', { id: 'other' })],
];

interface Seen {
  readonly raised: RaisedRequest;
  readonly deliveries: {
    readonly decision: Decision;
    readonly native: NativeAnswer;
    readonly allowOnRecord: boolean;
  }[];
  readonly news: string[];
}

class World {
  readonly seen: Seen[] = [];
  readonly proposals: ProposedAnswer[] = [];
  readonly results: Promise<unknown>[] = [];
  readonly ruleIds: string[] = [];
  readonly journal: ScheduledJournal;
  readonly #rules: StoredRules;
  readonly #broker: Broker;
  readonly #onDeliver: Meddling;
  readonly #onNews: Meddling;
  readonly #scheduler: fc.Scheduler;
  #depth = 0;
  /** The disk may take longer than anybody waits for it. */
  #isDiskSlow = true;
  /** Answers that nobody knows the end of yet. */
  #answering = 0;

  constructor(scheduler: fc.Scheduler, onDeliver: Meddling, onNews: Meddling) {
    const clock = new ManualClock();
    const newId = ulidSource(() => clock.now());
    this.#scheduler = scheduler;
    this.journal = new ScheduledJournal(scheduler);
    this.#rules = rulesOnFakes(newId);
    this.#onDeliver = onDeliver;
    this.#onNews = onNews;
    const { journal } = this;
    const timers = scheduledTimers(scheduler, () => this.#isDiskSlow);
    const onError = () => {};
    this.#broker = new Broker({ clock, newId, journal, rules: this.#rules, timers, onError });
    // Two of each: one that meddles first, and one that must still hear everything in order.
    this.#broker.onDidRaise(({ id }) => this.#meddle(this.#onNews, id));
    this.#broker.onDidSettle(({ request }) => this.#meddle(this.#onNews, request.id));
    this.#broker.onDidRaise(({ id }) => this.#newsOf(id).push('raised'));
    this.#broker.onDidSettle((settled) => this.#newsOf(settled.request.id).push('settled'));
  }

  readonly #news = new Map<string, string[]>();

  #newsOf(id: string): string[] {
    const news = this.#news.get(id) ?? [];
    this.#news.set(id, news);
    return news;
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const each of steps) await this.#run(each);
  }

  async #run(each: Step): Promise<void> {
    switch (each.do) {
      case 'raise':
        return this.#raise(each.command, each.session, each.options);
      case 'answer':
        return this.#answer(each);
      case 'withdraw':
        return this.seen.at(-1 - each.request)?.raised.withdraw();
      case 'gone':
        return this.#broker.agentGone(`session-${each.session}`, 'exit 1');
      case 'revoke':
        void this.#rules.remove(this.ruleIds[each.rule] ?? '', {
          kind: 'person',
          surface: 'inbox',
        });
        return;
      case 'journal':
        this.journal.mode = each.now;
        return;
      case 'tick':
        if (this.#scheduler.count() > 0) await this.#scheduler.waitOne();
        return;
      case 'dispose':
        return this.#broker.dispose();
    }
  }

  #raise(command: number, session: number, options: number): void {
    const { seen, journal } = this;
    const deliveries: Seen['deliveries'] = [];
    const of = inSession(
      `session-${session}`,
      draft({ action: execute(`command ${command}`), options: OPTIONS[options] ?? ONCE }),
    );
    let id = '';
    const raised = this.#broker.raise(of, (decision, native) => {
      const allowOnRecord = journal.onRecord.some(
        (entry) =>
          entry.type === 'settled' &&
          entry.requestId === decision.requestId &&
          entry.argsHash === decision.argsHash &&
          entry.decision === 'allow',
      );
      deliveries.push({ decision, native, allowOnRecord });
      this.#meddle(this.#onDeliver, id);
    });
    id = raised.request.id;
    seen.push({ raised, deliveries, news: this.#newsOf(id) });
  }

  #answer(each: Extract<Step, { do: 'answer' }>): void {
    const request = this.seen.at(-1 - each.request)?.raised.request;
    if (!request) return;
    const proposed = allow(
      { id: request.id, argsHash: each.hash === 'right' ? request.argsHash : '0'.repeat(64) },
      {
        outcome: each.outcome,
        ...(each.option !== 'none' && { optionId: each.option }),
        ...(each.always && { rule: { scope: 'session', match: 'exact' } }),
      },
    );
    this.#propose(proposed);
  }

  #propose(proposed: ProposedAnswer): void {
    this.proposals.push(proposed);
    this.#answering++;
    this.results.push(
      this.#broker.answer(proposed).then((result) => {
        this.#answering--;
        if (result.ok && result.value.decision.rule)
          this.ruleIds.push(result.value.decision.rule.id);
        return result;
      }),
    );
  }

  #meddle(how: Meddling, id: string): void {
    if (this.#depth > 2) return;
    this.#depth++;
    try {
      const raised = this.seen.find(({ raised: { request } }) => request.id === id)?.raised;
      if (how === 'throws') throw new Error('meddling');
      if (how === 'withdraws') raised?.withdraw();
      if (how === 'kills') this.#broker.agentGone('session-1', 'killed');
      if (how === 'answers' && raised) this.#propose(allow(raised.request, { outcome: 'deny' }));
      if (how === 'raises' && this.seen.length < 30) this.#raise(0, 0, 0);
    } finally {
      this.#depth--;
    }
  }

  /** Lets everything be written, and the rules be asked once more: nothing waits that they answer. */
  async comeToRest(): Promise<void> {
    this.journal.mode = 'writes';
    this.#isDiskSlow = false;
    await this.#writeAll();
    await this.#rules.add(OTHER_RULE);
    await this.#writeAll();
    for (const request of this.#broker.pending)
      assert.equal(decisionByRules(request, await this.#rules.judge(request), 0), undefined);
  }

  async #writeAll(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      // What was scheduled has ended; what comes of it is scheduled only now, or when a module is there.
      await (this.#answering > 0 ? nextTurn() : settle());
      if (this.#answering > 0 || this.#scheduler.count() > 0) quiet = 0;
      await this.#scheduler.waitAll();
    }
  }

  /** Shuts down, and checks what must hold the moment that is done, while writes are still under way. */
  shutDown(): void {
    this.#broker.dispose();
    assert.deepEqual(this.#broker.pending, []);
    for (const { deliveries } of this.seen) assert.equal(deliveries.length, 1);
  }

  async finish(): Promise<readonly { ok: boolean; value?: Settled }[]> {
    await this.#scheduler.waitAll();
    // Answers that wait for a write that was scheduled meanwhile.
    const all = Promise.all(this.results);
    for (let i = 0; i < 50 && this.#scheduler.count() > 0; i++) await this.#scheduler.waitAll();
    return (await all) as readonly { ok: boolean; value?: Settled }[];
  }

  check(results: readonly { ok: boolean; value?: Settled }[]): void {
    for (const { raised, deliveries, news } of this.seen) {
      const { request } = raised;
      const [delivery] = deliveries;
      assert.ok(delivery && deliveries.length === 1, 'delivered exactly once');
      assert.ok(['settled', 'raised,settled'].includes(news.join()), `news: ${news.join()}`);
      assert.equal(delivery.decision.requestId, request.id);
      assert.equal(delivery.decision.argsHash, request.argsHash);
      this.#checkNative(delivery, request.options);
      if (delivery.decision.outcome === 'allow') this.#checkAllow(delivery, request.session.key);
      const wins = results.filter(({ ok, value }) => ok && value?.request.id === request.id);
      const isPersons = delivery.decision.by.kind === 'person';
      assert.equal(wins.length, isPersons ? 1 : 0, 'one answer won, or none');
    }
  }

  #checkNative(
    { decision, native }: Seen['deliveries'][number],
    offered: readonly PermissionOption[],
  ): void {
    if (native.kind === 'cancel') {
      assert.equal(decision.outcome, 'deny');
      return;
    }
    const { option: sent } = native;
    assert.ok(sent.kind.startsWith(decision.outcome === 'allow' ? 'allow' : 'reject'));
    assert.ok(!sent.kind.endsWith('always') || sent.bound === 'exact', 'never wider than the call');
    assert.ok(offered.filter(({ id }) => id === sent.id).length === 1, 'an id with one meaning');
  }

  #checkAllow({ decision, allowOnRecord }: Seen['deliveries'][number], sessionKey: string): void {
    const { by } = decision;
    assert.ok(allowOnRecord, 'on record before the agent was told');
    assert.ok(by.kind === 'person' || by.kind === 'rule');
    const allowed = (wanted: (proposed: ProposedAnswer) => boolean) =>
      this.proposals.some(
        (proposed) =>
          proposed.outcome === 'allow' &&
          proposed.argsHash === decision.argsHash &&
          wanted(proposed),
      );
    if (by.kind === 'person') {
      assert.ok(
        allowed(({ requestId }) => requestId === decision.requestId),
        'a person allowed it',
      );
      return;
    }
    const sessionOf = (id: string) =>
      this.seen.find(({ raised: { request } }) => request.id === id)?.raised.request.session.key;
    assert.ok(
      allowed(({ rule, requestId }) => rule !== undefined && sessionOf(requestId) === sessionKey),
      'a person made a rule for exactly this call in this session',
    );
  }
}

/** Answers nothing that is asked here. */
const OTHER_RULE: Rule = {
  id: 'other',
  effect: 'deny',
  scope: 'session',
  sessionKey: 'session-1',
  match: { kind: 'exact', tool: 'execute', argsHash: '0'.repeat(64), label: '' },
  createdAt: 0,
  createdBy: { kind: 'shutdown' },
};

describe('Broker, whatever happens in whatever order', () => {
  it('settles each request once, and allows only what a person or a rule allowed, on record first; leaves none waiting that a rule answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
        meddling,
        meddling,
        fc.boolean(),
        async (scheduler, steps, onDeliver, onNews, rests) => {
          const world = new World(scheduler, onDeliver, onNews);
          await world.run(steps);
          if (rests) await world.comeToRest();
          world.shutDown();
          world.check(await world.finish());
        },
      ),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 4000) },
    );
  }).timeout(120_000);
});
