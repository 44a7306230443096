import type { VNode } from 'preact';
import type { HistoryTotals } from '../../src/protocol/historyView.ts';
import { dayLabel, digits, wait } from './rowWords.ts';
import { RuleName } from './ruleName.tsx';

const HEIGHT = 74;
/** More bars than this are thinner than a line. */
const MAX_BARS = 90;

export interface SummaryProps {
  readonly totals: HistoryTotals;
  /** The last so many days; from the first request on when absent. */
  readonly range: number | undefined;
}

/** How many requests there were each day, and how many of them a rule answered. */
export function Summary({ totals, range }: SummaryProps): VNode {
  const { byPerson, byRule, denied, medianWaitMs, busiestRule } = totals;
  const answered = byPerson + byRule;
  const share = answered === 0 ? 0 : Math.round((100 * byRule) / answered);
  return (
    <div class="cs-sum">
      <Days totals={totals} range={range} />
      <div>
        <h3>Answered by a rule</h3>
        <div class="cs-big">{share} %</div>
        <div
          class="cs-share"
          role="img"
          aria-label={`${share} percent by rule, ${100 - share} percent asked you`}
        >
          <i class="r" style={{ width: `${share}%` }} />
          <i style={{ width: `${answered === 0 ? 0 : 100 - share}%` }} />
        </div>
        <dl class="cs-facts">
          <dt>Asked you</dt>
          <dd class="cs-num">{`${digits(byPerson)}, of which ${digits(denied)} denied`}</dd>
          {medianWaitMs !== undefined && <dt>Median wait</dt>}
          {medianWaitMs !== undefined && <dd class="cs-num">{wait(medianWaitMs)}</dd>}
          {busiestRule && <dt>Busiest rule</dt>}
          {busiestRule && (
            <dd class="cs-num">
              <RuleName id={busiestRule.id} label={busiestRule.label} />{' '}
              {busiestRule.times === 1 ? '1 time' : `${digits(busiestRule.times)} times`}
            </dd>
          )}
        </dl>
      </div>
    </div>
  );
}

function Days({ totals, range }: SummaryProps): VNode {
  const { all, byPerson, byRule } = totals;
  const bars = everyDay(totals.days, range);
  const most = Math.max(1, ...bars.map(({ person, rule }) => person + rule));
  const label = `Requests per day. ${byPerson} asked you, ${byRule} answered by a rule.`;
  return (
    <div>
      <h3>
        Requests per day <span class="cs-num">{`· ${digits(all)} ${rangeWords(range)}`}</span>
      </h3>
      <ul class="cs-bars" role="img" aria-label={label}>
        {bars.map(({ day, person, rule }) => (
          <li key={day} title={`${dayLabel(day)}: ${person} asked, ${rule} by rule`}>
            <i class="r" style={{ height: `${(HEIGHT * rule) / most}px` }} />
            <i style={{ height: `${(HEIGHT * person) / most}px` }} />
          </li>
        ))}
      </ul>
      <div class="cs-ax cs-num">
        <span>{bars[0] ? dayLabel(bars[0].day) : ''}</span>
        <span>{bars.length > 1 ? dayLabel(bars.at(-1)?.day ?? 0) : ''}</span>
      </div>
      <div class="cs-ax">
        <span>
          <span class="cs-key">Asked you</span>
          <span class="cs-key r">Answered by a rule</span>
        </span>
      </div>
    </div>
  );
}

/** The newest days, with those on which nothing was asked. */
function everyDay(days: HistoryTotals['days'], range?: number): HistoryTotals['days'] {
  if (days.length === 0) return [];
  const last = range === undefined ? (days.at(-1)?.day ?? 0) : today();
  const first = range === undefined ? (days[0]?.day ?? 0) : last - range + 1;
  const known = new Map(days.map((each) => [each.day, each]));
  const from = Math.max(first, last - MAX_BARS + 1);
  return Array.from({ length: last - from + 1 }, (_, index) => {
    const day = from + index;
    return known.get(day) ?? { day, person: 0, rule: 0 };
  });
}

/** Days since 1970, local time. */
function today(): number {
  const now = new Date();
  return Math.floor((now.getTime() - now.getTimezoneOffset() * 60_000) / 86_400_000);
}

function rangeWords(range: number | undefined): string {
  if (range === undefined) return 'in all';
  return range === 1 ? 'today' : `in ${range} days`;
}
