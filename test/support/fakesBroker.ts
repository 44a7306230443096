import type { Timers } from '../../src/base/timers.ts';
import { ulidSource } from '../../src/base/ulid.ts';
import { Broker } from '../../src/permission/broker.ts';
import type { Decision, NativeAnswer } from '../../src/permission/decision.ts';
import type { JournalPort } from '../../src/permission/journalPort.ts';
import type { RequestDraft } from '../../src/permission/request.ts';
import type { RuleBook } from '../../src/permission/ruleBook.ts';
import type { StoredRules } from '../../src/permission/storedRules.ts';
import { draft } from './builders.ts';
import { ManualClock, MemoryJournal } from './fakes.ts';
import { rulesOnFakes } from './rules.ts';

/** What the agent was sent. */
export interface Delivery {
  readonly decision: Decision;
  readonly native: NativeAnswer;
}

/** A real broker on fakes of its ports, with everything it says written down. */
export function brokerOnFakes<
  J extends JournalPort = MemoryJournal,
  R extends RuleBook = StoredRules,
>(given: { journal?: J; rules?: R; clock?: ManualClock; timers?: Timers } = {}) {
  const clock = given.clock ?? new ManualClock();
  const newId = ulidSource(() => clock.now());
  const journal = given.journal ?? (new MemoryJournal() as JournalPort as J);
  const rules = given.rules ?? (rulesOnFakes(newId, { clock }) as RuleBook as R);
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const { timers } = given;
  const broker = new Broker({ clock, newId, journal, rules, onError, ...(timers && { timers }) });
  const news: string[] = [];
  const deliveries: Delivery[] = [];
  broker.onDidRaise((request) => news.push(`raised ${request.id}`));
  broker.onDidSettle(({ request }) => news.push(`settled ${request.id}`));
  broker.onDidFailJournal(() => news.push('journal failed'));
  const raise = (of: RequestDraft = draft()) =>
    broker.raise(of, (decision, native) => deliveries.push({ decision, native }));
  return { broker, journal, rules, clock, errors, news, deliveries, raise };
}

/** Who revokes a rule in a test. */
export const BY = { kind: 'person', surface: 'inbox' } as const;

/** The rest of an answer that wants to be remembered. */
export const ALWAYS = { rule: { scope: 'session', match: 'exact' } } as const;

/** `allow person allow_once`: outcome, who decided, and the native option. */
export function outcomes(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ decision, native }) =>
    [
      decision.outcome,
      decision.by.kind,
      native.kind === 'option' ? native.option.id : native.kind,
    ].join(' '),
  );
}
