import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { PartView } from '../../src/protocol/ruleView.ts';
import { CommandParts, cutIntoParts } from './commandParts.tsx';
import { DiffPayload } from './diff.tsx';
import { planFold, type Segment } from './fold.ts';
import { FoldBar } from './foldBar.tsx';
import { isCutMark, markRisk, mustShow, type Piece, type Row, toRows } from './pieces.ts';
import { SpanText } from './spanText.tsx';
import type { Display, Preview, Spans, UrlPreview } from './types.ts';
import { type LookedPiece, Pieces, Words } from './words.tsx';

export interface PayloadProps {
  readonly id: string;
  readonly display: Display;
  /** Which parts of a command have a rule. */
  readonly parts?: readonly PartView[];
  /** Shows all of it elsewhere; absent where there is no such place. */
  readonly open?: (what: 'openDiff' | 'openWhole') => void;
}

/** What would be sent or run, all of it: it wraps, and folds in the middle only. */
export function Payload({ id, display, parts, open }: PayloadProps): VNode | null {
  const { preview } = display;
  const riskTokens = display.risk?.tokens ?? NOTHING;
  const cut = useMemo(() => parts && cutIntoParts(preview, parts), [preview, parts]);
  if (cut) return <CommandParts id={id} parts={cut} riskTokens={riskTokens} />;
  switch (preview.kind) {
    case 'none':
      return null;
    case 'diff':
      return (
        <DiffPayload id={id} diff={preview} {...(open && { showWhole: () => open('openDiff') })} />
      );
    case 'url':
      return <UrlPayload id={id} preview={preview} />;
    case 'command':
    case 'json':
    case 'text':
      return (
        <TextPayload
          id={id}
          text={preview.text}
          kind={preview.kind}
          riskTokens={riskTokens}
          {...(open && { showWhole: () => open('openWhole') })}
        />
      );
  }
}

const NOTHING: readonly string[] = [];

function UrlPayload({ id, preview }: { readonly id: string; readonly preview: UrlPreview }): VNode {
  return (
    <div id={id} class="cs-payload" data-payload>
      <pre>
        <span class="dim">
          <SpanText spans={preview.before} />
        </span>
        <b>
          <SpanText spans={preview.host} />
        </b>
        <span class="dim">
          <SpanText spans={preview.after} />
        </span>
      </pre>
    </div>
  );
}

interface TextPayloadProps {
  readonly id: string;
  readonly text: Spans;
  readonly kind: Exclude<Preview['kind'], 'diff' | 'url' | 'none'>;
  readonly riskTokens: readonly string[];
  readonly showWhole?: () => void;
}

const HEAD = 6;
const TAIL = 2;

function TextPayload({ id, text, kind, riskTokens, showWhole }: TextPayloadProps): VNode {
  const [open, setOpen] = useState<readonly number[]>([]);
  const rows = useMemo(() => toRows(markRisk(text, riskTokens)), [text, riskTokens]);
  const segments = useMemo(() => planFold({ ...rowRules(rows), head: HEAD, tail: TAIL }), [rows]);
  const toggle = (from: number) =>
    setOpen(open.includes(from) ? open.filter((at) => at !== from) : [...open, from]);
  return (
    <div id={id} class="cs-payload" data-payload>
      {segments.map((segment) => (
        <TextSegment
          key={segment.from}
          segment={segment}
          rows={rows}
          kind={kind}
          open={open.includes(segment.from)}
          onToggle={() => toggle(segment.from)}
        />
      ))}
      {rows.some(isCutMark) && (
        <p class="cs-cut">
          {'Not all of it is shown here. '}
          {showWhole && (
            <button type="button" class="cs-link" onClick={showWhole}>
              Open the whole request
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function rowRules(rows: readonly Row[]): { count: number; keep: (row: number) => boolean } {
  return {
    count: rows.length,
    keep: (index) => {
      const row = rows[index];
      return row !== undefined && mustShow(row);
    },
  };
}

interface TextSegmentProps {
  readonly segment: Segment;
  readonly rows: readonly Row[];
  readonly kind: TextPayloadProps['kind'];
  readonly open: boolean;
  readonly onToggle: () => void;
}

function TextSegment({ segment, rows, kind, open, onToggle }: TextSegmentProps): VNode {
  const { from, to, folded } = segment;
  const shown = folded && !open ? [] : rows.slice(from, to);
  const isOneCommand = kind === 'command' && rows.length === 1;
  return (
    <>
      {folded && (
        <FoldBar open={open} label={`Show ${to - from} lines in between`} onToggle={onToggle} />
      )}
      {shown.length > 0 && (
        <pre class={isOneCommand ? 'cs-cmd' : undefined}>
          {shown.map((row, index) => (
            <TextRow
              key={index}
              row={row}
              first={index === 0}
              look={isOneCommand ? 'words' : kind === 'json' ? 'json' : 'plain'}
            />
          ))}
        </pre>
      )}
    </>
  );
}

interface TextRowProps {
  readonly row: Row;
  readonly first: boolean;
  readonly look: 'words' | 'json' | 'plain';
}

function TextRow({ row, first, look }: TextRowProps): VNode {
  const content =
    look === 'words' ? (
      <Words pieces={row.pieces} />
    ) : (
      <Pieces pieces={look === 'json' ? dimJson(row.pieces) : row.pieces} />
    );
  return (
    <>
      {!first && !row.glued && '\n'}
      {content}
    </>
  );
}

/** Names and punctuation step back behind the values. Only for the eye: a value that looks like JSON stays as it is. */
function dimJson(pieces: readonly Piece[]): LookedPiece[] {
  return pieces.flatMap((piece, index): LookedPiece[] => {
    const { span, hot } = piece;
    if (typeof span !== 'string' || hot) return [piece];
    const key =
      index === 0 ? (/^\s*(?:"(?:[^"\\]|\\.)*":(?= )|[{}[\]]+,?$)/.exec(span)?.[0] ?? '') : '';
    const rest = span.slice(key.length);
    const end = index === pieces.length - 1 ? (/(?:[{[]|,)$/.exec(rest)?.[0] ?? '') : '';
    const value = rest.slice(0, rest.length - end.length);
    return [
      { span: key, hot, dim: true },
      { span: value, hot },
      { span: end, hot, dim: true },
    ].filter((part) => part.span !== '');
  });
}
