import { Fragment, type VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { planFold } from './fold.ts';
import { FoldBar } from './foldBar.tsx';
import { plainText, SpanText } from './spanText.tsx';
import type { DiffPreview } from './types.ts';

type DiffRow = DiffPreview['rows'][number];

export interface DiffPayloadProps {
  readonly id: string;
  readonly diff: DiffPreview;
  /** Opens the diff editor, where there is one. */
  readonly showWhole?: () => void;
}

/** The change of a file as rows with signs, folded in the middle. */
export function DiffPayload({ id, diff, showWhole }: DiffPayloadProps): VNode {
  const [open, setOpen] = useState<readonly number[]>([]);
  const { rows } = diff;
  const segments = useMemo(() => segmentsOf(diff), [diff]);
  const toggle = (from: number) =>
    setOpen(open.includes(from) ? open.filter((at) => at !== from) : [...open, from]);
  return (
    <div id={id} class="cs-payload" data-payload>
      <div class="cs-diff-h">
        <span class="path" title={plainText(diff.path)}>
          <bdi>
            <SpanText spans={diff.path} />
          </bdi>
        </span>
        <DiffStat added={diff.added} removed={diff.removed} />
        {showWhole && (
          <button type="button" class="cs-link" onClick={showWhole}>
            Open diff
          </button>
        )}
      </div>
      {segments.map(({ folded, from, to }) => {
        const isOpen = open.includes(from);
        return (
          <Fragment key={from}>
            {folded && (
              <FoldBar
                open={isOpen}
                label={foldLabel(diff, rows.slice(from, to))}
                onToggle={() => toggle(from)}
              />
            )}
            {(!folded || isOpen) &&
              rows.slice(from, to).map((row, index) => <Row key={index} row={row} />)}
          </Fragment>
        );
      })}
      {diff.omitted > 0 && (
        <p class="cs-cut">
          {`${diff.omitted} more lines are not shown here.${showWhole ? ' Open diff shows them.' : ''}`}
        </p>
      )}
    </div>
  );
}

/** `+14 −3`. */
function DiffStat(props: { readonly added: number; readonly removed: number }): VNode {
  return (
    <span class="cs-stat">
      <span class="a">{`+${props.added}`}</span> <span class="d">{`−${props.removed}`}</span>
    </span>
  );
}

function segmentsOf({ rows, created }: DiffPreview) {
  return planFold({
    count: rows.length,
    head: created ? 3 : 7,
    tail: 2,
    keep: (index) => rows[index]?.text.some((span) => typeof span !== 'string') === true,
  });
}

function foldLabel(diff: DiffPreview, rows: readonly DiffRow[]): string {
  const label = `Show ${rows.length} lines in between`;
  if (diff.created) return label;
  const count = (sign: DiffRow['sign']) => rows.filter((row) => row.sign === sign).length;
  return `${label} (+${count('+')} −${count('-')})`;
}

const LOOKS = { '+': 'cs-row add', '-': 'cs-row del', ' ': 'cs-row' } as const;
const SIGNS = { '+': '+', '-': '−', ' ': '' } as const;
const SPOKEN = { '+': 'added line', '-': 'removed line', ' ': 'line' } as const;

function Row({ row }: { readonly row: DiffRow }): VNode {
  return (
    <div class={LOOKS[row.sign]}>
      <span class="n" aria-hidden="true">
        {row.line}
      </span>
      <span class="g">
        <span aria-hidden="true">{SIGNS[row.sign]}</span>
        <span class="cs-sr">{`${SPOKEN[row.sign]} ${row.line ?? ''}: `}</span>
      </span>
      <span class="t">
        <SpanText spans={row.text} />
      </span>
    </div>
  );
}
