import type { HistoryTotals } from '../../protocol/historyView.ts';
import { dayOf } from './historyDays.ts';
import type { RowShape } from './historyEntry.ts';
import type { Columns } from './rowColumns.ts';

/** Which rows are meant. */
export interface Wanted {
  /** By shape: 1 when it is. */
  readonly shapes: Uint8Array;
  /** By target: 1 when it is; all of them when absent. */
  readonly targets: Uint8Array | undefined;
  /** Not before this time, in milliseconds since the epoch. */
  readonly since: number;
}

const REQUEST = 1;
const PERSON = 2;
const RULE = 4;
const DENIED = 8;

interface Day {
  readonly day: number;
  person: number;
  rule: number;
}

/** Sums of the requests among the rows that are wanted. The busiest rule is without its label. */
export function totalsOf(
  rows: Columns,
  shapes: readonly RowShape[],
  wanted: Wanted,
): HistoryTotals {
  const kinds = wanted.shapes.map((mark, shape) => mark && kindOf(shapes[shape]));
  const { at, target, shape } = rows;
  const times = new Float64Array(shapes.length);
  const waits = new Float64Array(at.length);
  const days = new Map<number, Day>();
  let day: Day | undefined;
  let persons = 0;
  for (let row = 0; row < at.length; row++) {
    const number = shape[row] ?? 0;
    const kind = kinds[number] ?? 0;
    const time = at[row] ?? 0;
    if (kind === 0 || time < wanted.since || wanted.targets?.[target[row] ?? 0] === 0) continue;
    times[number] = (times[number] ?? 0) + 1;
    const which = dayOf(time);
    if (day?.day !== which) day = dayIn(days, which);
    if (kind & RULE) day.rule++;
    if ((kind & PERSON) === 0) continue;
    day.person++;
    waits[persons++] = rows.latencyMs[row] ?? 0;
  }
  const busiestRule = busiest(times, kinds, shapes);
  const medianWaitMs = waits.subarray(0, persons).sort()[persons >> 1];
  return {
    all: sum(times),
    byPerson: persons,
    byRule: sum(times.filter((_, number) => (kinds[number] ?? 0) & RULE)),
    denied: sum(times.filter((_, number) => (kinds[number] ?? 0) & DENIED)),
    days: [...days.values()].sort((a, b) => a.day - b.day),
    ...(busiestRule && { busiestRule }),
    ...(medianWaitMs !== undefined && { medianWaitMs }),
  };
}

function dayIn(days: Map<number, Day>, day: number): Day {
  const found = days.get(day) ?? { day, person: 0, rule: 0 };
  days.set(day, found);
  return found;
}

function busiest(
  times: Float64Array,
  kinds: Uint8Array,
  shapes: readonly RowShape[],
): HistoryTotals['busiestRule'] {
  const byRule = new Map<string, number>();
  for (const [number, { ruleId }] of shapes.entries()) {
    if ((kinds[number] ?? 0) & RULE && times[number])
      byRule.set(ruleId, (byRule.get(ruleId) ?? 0) + times[number]);
  }
  const [first] = [...byRule].sort(([, a], [, b]) => b - a);
  return first && { id: first[0], label: '', times: first[1] };
}

/** 0 for what is no request. */
function kindOf(shape: RowShape | undefined): number {
  if (!shape || shape.answer === 'changed') return 0;
  if (shape.by === 'rule') return REQUEST | RULE;
  if (shape.by !== 'person') return REQUEST;
  return REQUEST | PERSON | (shape.answer === 'denied' ? DENIED : 0);
}

function sum(numbers: Float64Array): number {
  return numbers.reduce((total, each) => total + each, 0);
}
