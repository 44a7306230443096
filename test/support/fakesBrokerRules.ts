import assert from 'node:assert/strict';
import { ulidSource } from '../../src/base/ulid.ts';
import type { ProposedAnswer } from '../../src/permission/decision.ts';
import type { JournalPort } from '../../src/permission/journalPort.ts';
import type { PermissionRequest, RequestDraft } from '../../src/permission/request.ts';
import type { Rule } from '../../src/permission/rule.ts';
import type { StoredRulesOptions } from '../../src/permission/storedRules.ts';
import { allow, draft } from './builders.ts';
import { ManualClock, ManualTimers, MemoryJournal, settle } from './fakes.ts';
import { BY, brokerOnFakes } from './fakesBroker.ts';
import { FakeStore, rulesOnFakes } from './rules.ts';

/** The rest of an answer that holds everywhere. */
export const GLOBAL = { rule: { scope: 'global', match: 'exact' } } as const;
/** The rest of an answer that holds in the workspace. */
export const WORKSPACE = { rule: { scope: 'workspace', match: 'exact' } } as const;

/** A broker on rules that are kept, whose turns the test gives. */
export async function brokerOnKeptRules<J extends JournalPort = MemoryJournal>(
  given: { journal?: J; rules?: Partial<StoredRulesOptions> } = {},
) {
  const clock = new ManualClock();
  const timers = new ManualTimers(clock);
  const store = new FakeStore();
  const newId = ulidSource(() => clock.now());
  const journal = given.journal ?? (new MemoryJournal() as JournalPort as J);
  const rules = rulesOnFakes(newId, {
    clock,
    stores: new Map([
      ['workspace', store],
      ['global', store],
    ]),
    ...given.rules,
  });
  await rules.ready();
  const fakes = brokerOnFakes({ clock, timers, journal, rules });
  const { broker } = fakes;
  /** A request that waits: no rule answers it yet. */
  const waits = (of: RequestDraft = draft()): PermissionRequest => {
    const { request } = fakes.raise(of);
    assert.ok(broker.pending.includes(request), 'it waits');
    return request;
  };
  /** The next turn, and what can be done in it without the disk. */
  const turn = async () => {
    await settle();
    timers.pass(0);
    await settle();
  };
  /** All turns that are wanted. */
  const turns = async () => {
    for (let i = 0; i < 5; i++) await turn();
  };
  const answer = async (
    request: PermissionRequest,
    rest: Partial<ProposedAnswer> = {},
    of = allow,
  ) => assert.ok((await broker.answer(of(request, rest))).ok);
  const answered = (request: PermissionRequest) => {
    const settled = broker.settledAs(request.id);
    return settled && `${settled.decision.outcome} ${settled.decision.by.kind}`;
  };
  return { ...fakes, timers, store, newId, waits, turn, turns, answer, answered };
}

/** A rule as another window would keep it, for what a request asks. */
export function ruleFor(request: PermissionRequest, id: string, rest: Partial<Rule> = {}): Rule {
  return {
    id,
    effect: 'allow',
    scope: 'global',
    match: { kind: 'exact', tool: 'execute', argsHash: request.argsHash, label: 'git status' },
    createdAt: 0,
    createdBy: BY,
    ...rest,
  };
}
