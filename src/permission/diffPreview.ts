import { structuredPatch } from 'diff';
import type { FileChange } from './action.ts';
import { type Spans, splitLines, toSpans } from './spans.ts';

export interface DiffRow {
  readonly sign: '+' | '-' | ' ';
  /** Line number in the file, where it is known. */
  readonly line?: number;
  readonly text: Spans;
}

export interface DiffPreview {
  readonly kind: 'diff';
  readonly path: Spans;
  readonly created: boolean;
  readonly added: number;
  readonly removed: number;
  readonly rows: readonly DiffRow[];
  /** Rows that are not in `rows` because there are too many; the diff editor shows them. */
  readonly omitted: number;
}

interface RawRow {
  readonly sign: DiffRow['sign'];
  readonly line?: number;
  readonly text: string;
}

const MAX_ROWS = 1000;
const MAX_COLUMNS = 2000;
/** Beyond this many edits the search for a small diff is given up: everything is shown as replaced. */
const MAX_EDITS = 1500;
const CONTEXT = 3;

/** The change as rows. Bounded in time and size: a hostile agent can send megabytes. */
export function diffPreview(path: string, change: FileChange): DiffPreview {
  const raw = rawRows(change);
  const rows = raw.slice(0, MAX_ROWS);
  return {
    kind: 'diff',
    path: toSpans(path),
    created: change.kind === 'write' && change.oldText === undefined,
    added: raw.filter((row) => row.sign === '+').length,
    removed: raw.filter((row) => row.sign === '-').length,
    rows: withText(rows),
    omitted: raw.length - rows.length,
  };
}

function rawRows(change: FileChange): RawRow[] {
  switch (change.kind) {
    case 'replace':
      return between(change.oldText, change.newText, false);
    case 'write':
      return change.oldText === undefined
        ? lines(change.newText).map((text, index) => ({ sign: '+', line: index + 1, text }))
        : between(change.oldText, change.newText, true);
    case 'patch':
      return lines(change.diff).flatMap(patchRow);
    case 'unseen':
      return [];
  }
}

function between(oldText: string, newText: string, numbered: boolean): RawRow[] {
  const patch = structuredPatch('', '', oldText, newText, undefined, undefined, {
    context: CONTEXT,
    maxEditLength: MAX_EDITS,
  });
  if (!patch) {
    return [
      ...lines(oldText).map((text): RawRow => ({ sign: '-', text })),
      ...lines(newText).map((text): RawRow => ({ sign: '+', text })),
    ];
  }
  return patch.hunks.flatMap((hunk) => {
    let oldLine = hunk.oldStart;
    let newLine = hunk.newStart;
    return hunk.lines.flatMap((line): RawRow[] => {
      const sign = line[0];
      if (sign !== '+' && sign !== '-' && sign !== ' ') return [];
      const at = sign === '-' ? oldLine : newLine;
      if (sign !== '+') oldLine++;
      if (sign !== '-') newLine++;
      return [{ sign, text: line.slice(1), ...(numbered && { line: at }) }];
    });
  });
}

function patchRow(line: string): RawRow[] {
  if (
    /^(?:diff --git|index |Index: |===|--- |\+\+\+ |new file|deleted file|create file)/.test(line)
  )
    return [];
  const sign = line[0];
  if (sign === '+' || sign === '-' || sign === ' ') return [{ sign, text: line.slice(1) }];
  return line === '' ? [] : [{ sign: ' ', text: line }];
}

function lines(text: string): string[] {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  return all;
}

/** Redaction looks at the whole text, not at single rows: a private key has many lines. */
function withText(rows: readonly RawRow[]): DiffRow[] {
  const cut = rows.map(({ text }) =>
    text.length > MAX_COLUMNS
      ? `${text.slice(0, MAX_COLUMNS)} … ${text.length - MAX_COLUMNS} more characters`
      : text,
  );
  const spans = splitLines(toSpans(cut.join('\n')));
  // A redacted block swallows its line breaks, and then the rows no longer line up: redact one by one what is left.
  const aligned = spans.length === rows.length ? spans : cut.map((text) => redactLine(text));
  return rows.map((row, index) => ({
    sign: row.sign,
    text: aligned[index] ?? [],
    ...(row.line !== undefined && { line: row.line }),
  }));
}

const KEY_MATERIAL =
  /^\s*(?:-----(?:BEGIN|END) [A-Z0-9 ]*PRIVATE KEY-----|[A-Za-z0-9+/=]{40,})\s*$/;

function redactLine(text: string): Spans {
  return KEY_MATERIAL.test(text) ? [{ secret: 'private key' }] : toSpans(text);
}
