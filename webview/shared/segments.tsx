import type { VNode } from 'preact';

/** One choice of a row of choices. */
export interface Segment<T extends string> {
  readonly value: T;
  readonly text: string;
  /** Where there is little room. */
  readonly short?: string;
}

export interface SegmentsProps<T extends string> {
  readonly label: string;
  /** Unique in the page. */
  readonly name: string;
  readonly options: readonly Segment<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** A field with a few choices in a row, of which one is chosen. */
export function Segments<T extends string>(props: SegmentsProps<T>): VNode {
  const { label, name, options, value, onChange } = props;
  const id = `${name}-label`;
  return (
    <div class="cs-field">
      <span class="lab" id={id}>
        {label}
      </span>
      <div class="cs-seg" role="radiogroup" aria-labelledby={id}>
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.short === undefined ? (
              option.text
            ) : (
              <>
                <span class="w">{option.text}</span>
                <span class="n">{option.short}</span>
              </>
            )}
          </label>
        ))}
      </div>
    </div>
  );
}
