import assert from 'node:assert/strict';
import { ulidSource } from '../../../src/base/ulid.ts';
import type { RuleChoice } from '../../../src/permission/decision.ts';
import { buildRequest } from '../../../src/permission/newRequest.ts';
import type { RequestDraft } from '../../../src/permission/request.ts';
import type { Rule } from '../../../src/permission/rule.ts';
import type { StoredRulesOptions } from '../../../src/permission/storedRules.ts';
import { draft, draftOf, execute, inSession } from '../../support/builders.ts';
import { ManualClock, MemoryJournal } from '../../support/fakes.ts';
import { BY } from '../../support/fakesBroker.ts';
import { FakeStore, rulesOnFakes } from '../../support/rules.ts';
import { waitFor } from '../../support/waitFor.ts';

const newId = ulidSource(Date.now);
const requestOf = (of: RequestDraft = draft()) => buildRequest(of, newId(), 0).request;
const EXACT: RuleChoice = { scope: 'session', match: 'exact' };

async function setUp(options: Partial<StoredRulesOptions> = {}) {
  const clock = new ManualClock();
  const store = new FakeStore();
  const journal = new MemoryJournal();
  const rules = rulesOnFakes(newId, {
    clock,
    journal,
    stores: new Map([
      ['workspace', store],
      ['global', store],
    ]),
    ...options,
  });
  await rules.ready();
  const make = async (of: RequestDraft, choice = EXACT, effect: Rule['effect'] = 'allow') => {
    const createdAt = clock.now();
    const drafted = await rules.draft(requestOf(of), { effect, choice, createdAt, createdBy: BY });
    assert.ok(drafted.ok, drafted.ok ? '' : drafted.error);
    await rules.add(drafted.value);
    return drafted.value;
  };
  const says = async (of: RequestDraft = draft()) => (await rules.judge(requestOf(of))).verdict;
  return { rules, clock, store, journal, make, says };
}

const elsewhere = (folder: string): RequestDraft => {
  const of = draft();
  return {
    ...of,
    session: { ...of.session, key: 'session-9', workspaceFolder: folder, cwd: folder },
  };
};

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

describe('Rules', () => {
  it('of a session match exactly the call, in that session', async () => {
    const { make, says } = await setUp();
    await make(draft());
    assert.deepEqual(
      [
        await says(),
        await says(draftOf(execute('git  status'))),
        await says(draftOf(execute('git status', { cwd: '..' }))),
        await says(inSession('session-2')),
      ],
      ['allow', 'ask', 'ask', 'ask'],
    );
  });

  it('of a workspace hold in its folder only, global ones everywhere', async () => {
    const { make, says } = await setUp();
    await make(draft(), { scope: 'workspace', match: 'exact' });
    assert.deepEqual(
      [await says(inSession('session-2')), await says(elsewhere('/home/dev/other'))],
      ['allow', 'ask'],
    );
    await make(draft(), { scope: 'global', match: 'exact' });
    assert.equal(await says(elsewhere('/home/dev/other')), 'allow');
  });

  it('answer every agent', async () => {
    const { make, says } = await setUp();
    await make(draft(), { scope: 'global', match: 'exact' });
    for (const id of ['codex', 'gemini', 'opencode', 'agent-of-tomorrow'])
      assert.equal(await says(draft({ agent: { id, name: id, version: '' } })), 'allow');
  });

  it('that deny beat those that allow, whichever came first and however far they reach', async () => {
    for (const order of [0, 1]) {
      const { make, says } = await setUp();
      const both = [
        () => make(draft(), { scope: 'global', match: 'exact' }, 'deny'),
        () => make(draft(), EXACT, 'allow'),
      ];
      for (const each of order === 0 ? both : both.reverse()) await each();
      assert.equal(await says(), 'deny');
    }
  });

  it('with a pattern cover what was suggested, and never a pattern of the surface’s own', async () => {
    const { rules, make, says, clock } = await setUp();
    const of = draftOf(execute('pnpm test'));
    const [suggestion] = await rules.suggestions(requestOf(of));
    assert.ok(suggestion);
    await make(of, { scope: 'global', match: suggestion.id });
    assert.deepEqual(
      [
        await says(draftOf(execute('pnpm test --watch'))),
        await says(draftOf(execute('pnpm add x'))),
      ],
      ['allow', 'ask'],
    );
    for (const match of ['command:rm', 'command:*', '*', '', 'constructor']) {
      const choice = { scope: 'global', match } as const;
      const wish = { effect: 'allow', choice, createdAt: clock.now(), createdBy: BY } as const;
      const made = await rules.draft(requestOf(of), wish);
      assert.equal(made.ok, false, match);
    }
  });

  it('for a call of an MCP server are bound to that server, the exact one and the pattern', async () => {
    const call = (mcpServerHash?: string) => ({
      ...draftOf({
        tool: 'mcp',
        server: 'tracker',
        toolName: 'get_issue',
        arguments: { repo: 'x/y', query: 'open' },
      }),
      ...(mcpServerHash !== undefined && { mcpServerHash }),
    });
    const [known, other] = ['a', 'b'].map((letter) => letter.repeat(64));
    for (const match of ['exact', 'mcp:tracker get_issue repo']) {
      const { make, says } = await setUp();
      await make(call(known), { scope: 'global', match });
      assert.deepEqual(
        [await says(call(known)), await says(call(other)), await says(call())],
        ['allow', 'ask', 'ask'],
        match,
      );
    }
    const { make, rules, says } = await setUp();
    assert.deepEqual(await rules.suggestions(requestOf(call())), []);
    await make(call(), { scope: 'global', match: 'exact' });
    assert.deepEqual([await says(call()), await says(call(known))], ['allow', 'ask']);
  });

  it('answer until they expire, and cannot be made expired', async () => {
    const { rules, make, says, clock } = await setUp();
    const expiresAt = clock.now() + 60_000;
    await make(draft(), { ...EXACT, expiresAt });
    clock.advance(59_999);
    assert.equal(await says(), 'allow');
    clock.advance(1);
    assert.equal(await says(), 'ask');
    const late = {
      effect: 'allow',
      choice: { ...EXACT, expiresAt },
      createdAt: clock.now(),
    } as const;
    assert.equal((await rules.draft(requestOf(), { ...late, createdBy: BY })).ok, false);
  });

  it('ask again once they are revoked, and answer again when that is taken back; both are on record', async () => {
    const { rules, make, says, journal, store } = await setUp();
    const rule = await make(draft(), { scope: 'global', match: 'exact' });
    assert.equal((await rules.remove(rule.id, BY))?.id, rule.id);
    assert.equal(await says(), 'ask');
    assert.deepEqual([...store.kept.keys()], []);
    await rules.restore(rule, BY);
    assert.equal(await says(), 'allow');
    assert.deepEqual(
      journal.entries.map(
        (entry) => entry.type === 'rule' && [entry.change, entry.rule.label, entry.by],
      ),
      [
        ['revoked', 'git status', BY],
        ['restored', 'git status', BY],
      ],
    );
  });

  it('stay revoked here though the store could not forget them, and whoever revoked hears of it', async () => {
    const { rules, make, says, store } = await setUp();
    const rule = await make(draft(), { scope: 'global', match: 'exact' });
    store.failure = new Error('read-only');
    await assert.rejects(rules.remove(rule.id, BY), /read-only/);
    store.changed.fire();
    assert.equal(await says(), 'ask');
  });

  it('are not restored when that cannot be put on record', async () => {
    const { rules, make, says } = await setUp({
      journal: {
        append: async (entry) => {
          if (entry.type === 'rule' && entry.change === 'restored') throw new Error('full');
        },
      },
    });
    const rule = await make(draft());
    await rules.remove(rule.id, BY);
    await assert.rejects(rules.restore(rule, BY), /full/);
    assert.equal(await says(), 'ask');
  });

  it('end with their session', async () => {
    const { rules, make, says } = await setUp();
    await make(draft());
    await make(draft(), { scope: 'global', match: 'exact' });
    await make(inSession('session-2', draftOf(execute('ls'))));
    rules.endSession('session-1');
    assert.deepEqual(
      rules.all.map(({ scope, sessionKey }) => [scope, sessionKey]),
      [
        ['global', undefined],
        ['session', 'session-2'],
      ],
    );
    assert.equal(await says(), 'allow');
  });

  it('answer nothing that the store could not keep', async () => {
    const { rules, make, says, store } = await setUp();
    store.failure = new Error('full');
    await assert.rejects(make(draft(), { scope: 'global', match: 'exact' }), /full/);
    assert.equal(await says(), 'ask');
    assert.deepEqual(rules.all, []);
  });

  it('are not lost when they are made while the rules are read once more', async () => {
    const { rules, store, make, says } = await setUp();
    const [put, load] = [gate(), gate()];
    store.slowPut = put.opened;
    const made = make(draft(), { scope: 'global', match: 'exact' }, 'deny');
    await waitFor(() => rules.all.length === 1, 'the rule');
    store.changed.fire();
    await rules.ready();
    assert.equal(await says(), 'deny');
    // Read before it is kept, and told of afterwards.
    store.slowLoad = load.opened;
    store.changed.fire();
    put.open();
    await made;
    load.open();
    await rules.ready();
    assert.equal(await says(), 'deny');
  });

  it('that are revoked while they are on their way to the store are not there after a restart', async () => {
    const { rules, store, make } = await setUp();
    const put = gate();
    store.slowPut = put.opened;
    const made = make(draft(), { scope: 'global', match: 'exact' });
    await waitFor(() => rules.all.length === 1, 'the rule');
    const [rule] = rules.all;
    const removed = rules.remove(rule?.id ?? '', BY);
    put.open();
    await Promise.all([made, removed]);
    assert.deepEqual([...store.kept], []);
  });

  it('that are not known to be kept do not come back, though they are there', async () => {
    const { rules, store, make, says } = await setUp();
    const put = store.put.bind(store);
    store.put = async (rule) => {
      await put(rule);
      throw new Error('The folder cannot be synced');
    };
    const choice = { scope: 'global', match: 'exact' } as const;
    await assert.rejects(make(draft(), choice), /synced/);
    assert.deepEqual([await says(), rules.all, [...store.kept]], ['ask', [], []]);
    // Nor where they cannot be taken out again.
    store.delete = () => Promise.reject(new Error('full'));
    await assert.rejects(make(draft(), choice), /synced/);
    store.changed.fire();
    await rules.ready();
    assert.deepEqual([await says(), store.kept.size], ['ask', 1]);
  });

  it('that another window made or revoked count from the next request on', async () => {
    const { make, says, store, rules } = await setUp();
    const rule = await make(draft(), { scope: 'global', match: 'exact' });
    store.kept.delete(rule.id);
    store.changed.fire();
    assert.equal(await says(), 'ask');
    store.kept.set(rule.id, rule);
    store.changed.fire();
    assert.equal(await says(), 'allow');
    // Before this window hears of it: the store no longer confirms the rule.
    const request = requestOf();
    const verdict = await rules.judge(request);
    assert.ok(await rules.stands(request, verdict));
    store.kept.delete(rule.id);
    assert.equal(await rules.stands(request, verdict), false);
  });

  it('of a session answer only while the stores hold no news: that could be a rule that denies', async () => {
    const { rules, make, store } = await setUp();
    await make(draft());
    const request = requestOf();
    const verdict = await rules.judge(request);
    assert.equal(await rules.stands(request, verdict), true);
    store.isNews = true;
    assert.equal(await rules.stands(request, verdict), false);
  });

  it('are waited for while they are read: one of them may deny', async () => {
    const store = new FakeStore();
    const { make } = await setUp({ stores: new Map([['global', store]]) });
    await make(draft(), { scope: 'global', match: 'exact' }, 'deny');
    const rules = rulesOnFakes(newId, { stores: new Map([['global', store]]) });
    const verdict = rules.judge(requestOf());
    assert.ok(verdict instanceof Promise);
    assert.equal((await verdict).verdict, 'deny');
  });

  it('do not apply, and cannot be made, in a workspace that is not trusted', async () => {
    let isTrusted = true;
    const { rules, make, clock } = await setUp({ isTrusted: () => isTrusted });
    await make(draft());
    const request = requestOf();
    const verdict = await rules.judge(request);
    isTrusted = false;
    const distrusted = await rules.judge(requestOf());
    assert.deepEqual([distrusted.verdict, distrusted.why.includes('not trusted')], ['ask', true]);
    assert.equal(await rules.stands(request, verdict), false);
    const wish = { effect: 'allow', choice: EXACT, createdAt: clock.now(), createdBy: BY } as const;
    assert.equal((await rules.draft(request, wish)).ok, false);
  });

  it('that take too long to look up ask', async () => {
    const calls: (() => void)[] = [];
    const { rules, says } = await setUp({
      timers: {
        after: (_, call) => {
          calls.push(call);
          return { dispose: () => {} };
        },
      },
      engine: {
        quick: () => undefined,
        judge: () => new Promise(() => {}),
        suggestions: async () => [],
        bound: async (match) => ({ ok: true, value: match }),
      },
    });
    const said = says();
    for (const call of calls) call();
    assert.equal(await said, 'ask');
    rules.dispose();
  });
});
