import type { VNode } from 'preact';
import { dayOf, dayProblem, type RuleExpiry } from '../../src/protocol/ruleExpiry.ts';
import { type Segment, Segments } from './segments.tsx';

const CHOICES: readonly Segment<RuleExpiry['kind']>[] = [
  { value: 'never', text: 'Revoked' },
  { value: 'today', text: 'Tonight' },
  { value: 'week', text: 'In a week', short: 'A week' },
  { value: 'date', text: 'A date' },
];

export interface UntilFieldProps {
  readonly cardId: string;
  readonly value: RuleExpiry;
  readonly onChange: (value: RuleExpiry) => void;
}

/** Until when: a choice, and a day where that is the choice. */
export function UntilField({ cardId, value, onChange }: UntilFieldProps): VNode {
  const choose = (kind: RuleExpiry['kind']) =>
    onChange(kind === 'date' ? { kind, day: '' } : { kind });
  return (
    <>
      <Segments
        label="Until"
        name={`until-${cardId}`}
        options={CHOICES}
        value={value.kind}
        onChange={choose}
      />
      {value.kind === 'date' && (
        <div class="cs-field">
          <span class="lab" />
          <input
            type="date"
            class="cs-date"
            aria-label="The last day on which the rule holds"
            value={value.day}
            min={dayOf(new Date())}
            onInput={(event) => onChange({ kind: 'date', day: event.currentTarget.value })}
          />
        </div>
      )}
    </>
  );
}

/** Whether nothing is missing. */
export function isWhole(expiry: RuleExpiry): boolean {
  return expiry.kind !== 'date' || dayProblem(expiry.day, Date.now()) === undefined;
}
