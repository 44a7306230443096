import { diffArrays } from 'diff';
import type { FileChange } from './action.ts';
import { shortened } from './cut.ts';
import { Redacted } from './redacted.ts';
import type { Spans } from './spans.ts';

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

const MAX_ROWS = 1000;
const MAX_COLUMNS = 2000;
const MAX_PATH = 1000;
/** Beyond this the search for a small diff is given up: everything is shown as replaced. */
const MAX_EDITS = 600;
const MAX_COMPARED_LINES = 10_000;
const CONTEXT = 3;

/**
 * The change as rows. Bounded in time and size, since a hostile agent can send megabytes; `max` is how many characters
 * of it are shown, and without a limit all rows are there.
 */
export function diffPreview(path: string, change: FileChange, max: number): DiffPreview {
  const rows = new Rows(max);
  addRows(rows, change);
  return {
    kind: 'diff',
    path: shortened(path, MAX_PATH),
    created: change.kind === 'write' && change.oldText === undefined,
    added: rows.added,
    removed: rows.removed,
    rows: rows.shown,
    omitted: rows.total - rows.shown.length,
  };
}

function addRows(rows: Rows, change: FileChange): void {
  switch (change.kind) {
    case 'replace':
      addBetween(rows, change.oldText, change.newText, false);
      break;
    case 'write':
      addBetween(rows, change.oldText ?? '', change.newText, true);
      break;
    case 'patch':
      addPatch(rows, change.diff);
      break;
    case 'unseen':
      break;
  }
}

/** One side of a change, as lines whose secrets are known from the whole of it. */
interface Side {
  readonly redacted: Redacted;
  readonly text: string;
}

/** Collects rows; counts all, keeps those that fit. */
class Rows {
  readonly shown: DiffRow[] = [];
  added = 0;
  removed = 0;
  total = 0;
  readonly #maxRows: number;
  #left: number;

  constructor(maxCharacters: number) {
    this.#left = maxCharacters;
    this.#maxRows = Number.isFinite(maxCharacters) ? MAX_ROWS : Number.POSITIVE_INFINITY;
  }

  add(sign: DiffRow['sign'], side: Side, from: number, to: number, line?: number): void {
    this.total++;
    if (sign === '+') this.added++;
    if (sign === '-') this.removed++;
    if (this.shown.length >= this.#maxRows || this.#left <= 0) {
      this.#left = 0;
      return;
    }
    const columns = Number.isFinite(this.#left) ? MAX_COLUMNS : Number.POSITIVE_INFINITY;
    this.#left -= Math.min(to - from, columns);
    const text = side.redacted.line(from, to, columns);
    this.shown.push(line === undefined ? { sign, text } : { sign, line, text });
  }
}

function addBetween(rows: Rows, oldText: string, newText: string, numbered: boolean): void {
  const hidesCr = isCrlf(newText) && (oldText === '' || isCrlf(oldText));
  const before: Side = { redacted: new Redacted(oldText, hidesCr), text: oldText };
  const after: Side = { redacted: new Redacted(newText, hidesCr), text: newText };
  const start = commonStart(oldText, newText);
  const end = commonEnd(oldText, newText, start);
  const oldEnd = oldText.length - end;
  const newEnd = newText.length - end;
  const contextStart = back(newText, start, CONTEXT);
  const walk = new Walk(rows, before, after, {
    oldLine: numbered ? newlinesIn(oldText, start) + 1 : undefined,
    newLine: numbered ? newlinesIn(newText, start) + 1 : undefined,
  });
  if (oldEnd === start && newEnd === start) return;
  walk.context(linesOf(newText, contextStart, start));
  walk.changed([start, oldEnd], [start, newEnd]);
  walk.trailing(linesOf(newText, newEnd, newText.length, CONTEXT));
}

/** Where a line lies in its text, without its newline. */
interface Line {
  readonly from: number;
  readonly to: number;
}

interface Numbers {
  oldLine: number | undefined;
  newLine: number | undefined;
}

/** Goes through both sides together. */
class Walk {
  readonly #rows: Rows;
  readonly #before: Side;
  readonly #after: Side;
  readonly #at: Numbers;

  constructor(rows: Rows, before: Side, after: Side, at: Numbers) {
    this.#rows = rows;
    this.#before = before;
    this.#after = after;
    this.#at = at;
  }

  /** Equal lines before the change. */
  context(lines: readonly Line[]): void {
    const first = this.#at.newLine === undefined ? undefined : this.#at.newLine - lines.length;
    for (const [index, { from, to }] of lines.entries())
      this.#rows.add(' ', this.#after, from, to, first === undefined ? undefined : first + index);
  }

  trailing(lines: readonly Line[]): void {
    for (const line of lines) this.#same(line);
  }

  changed(oldPart: readonly [number, number], newPart: readonly [number, number]): void {
    const oldLines = linesOf(this.#before.text, ...oldPart, MAX_COMPARED_LINES + 1);
    const newLines = linesOf(this.#after.text, ...newPart, MAX_COMPARED_LINES + 1);
    const chunks =
      Math.max(oldLines.length, newLines.length) <= MAX_COMPARED_LINES
        ? diffArrays(texts(oldLines, this.#before.text), texts(newLines, this.#after.text), {
            maxEditLength: MAX_EDITS,
          })
        : undefined;
    if (!chunks) {
      for (const line of eachLine(this.#before.text, ...oldPart)) this.#old(line);
      for (const line of eachLine(this.#after.text, ...newPart)) this.#new(line);
      return;
    }
    let oldIndex = 0;
    let newIndex = 0;
    for (const { count, added, removed } of chunks) {
      if (removed) {
        for (const line of oldLines.slice(oldIndex, oldIndex + count)) this.#old(line);
      } else if (added) {
        for (const line of newLines.slice(newIndex, newIndex + count)) this.#new(line);
      } else {
        this.#between(newLines.slice(newIndex, newIndex + count));
      }
      if (!added) oldIndex += count;
      if (!removed) newIndex += count;
    }
  }

  /** Equal lines between two changes: only those near a change are shown. */
  #between(lines: readonly Line[]): void {
    for (const [index, line] of lines.entries()) {
      if (index < CONTEXT || index >= lines.length - CONTEXT) this.#same(line);
      else this.#step(true, true);
    }
  }

  #old({ from, to }: Line): void {
    this.#rows.add('-', this.#before, from, to, this.#at.oldLine);
    this.#step(true, false);
  }

  #new({ from, to }: Line): void {
    this.#rows.add('+', this.#after, from, to, this.#at.newLine);
    this.#step(false, true);
  }

  #same({ from, to }: Line): void {
    this.#rows.add(' ', this.#after, from, to, this.#at.newLine);
    this.#step(true, true);
  }

  #step(old: boolean, next: boolean): void {
    if (old && this.#at.oldLine !== undefined) this.#at.oldLine++;
    if (next && this.#at.newLine !== undefined) this.#at.newLine++;
  }
}

function texts(lines: readonly Line[], text: string): string[] {
  return lines.map(({ from, to }) => text.slice(from, to));
}

function isCrlf(text: string): boolean {
  return text.includes('\r\n') && !/(?<!\r)\n/.test(text);
}

const PATCH_HEADER = /^(?:diff --git |index |Index: |={3,}$|--- |\+\+\+ |new file |deleted file )/;

/** Only what stands before the first hunk is left out: further down `--- x` is a removed line `-- x`. */
function addPatch(rows: Rows, diff: string): void {
  const all = linesOf(diff, 0, diff.length).map(({ from, to }) => diff.slice(from, to));
  const firstHunk = all.findIndex((line) => line.startsWith('@@'));
  const isHeader = all.slice(0, Math.max(0, firstHunk)).every((line) => PATCH_HEADER.test(line));
  const lines = isHeader ? all.slice(Math.max(0, firstHunk)) : all;
  // Without the signs, so that a key of many lines is seen as one.
  const text = lines.map((line) => (isSign(line[0]) ? line.slice(1) : line)).join('\n');
  const side: Side = { redacted: new Redacted(text), text };
  let from = 0;
  for (const line of lines) {
    const sign = isSign(line[0]) ? line[0] : undefined;
    const to = from + line.length - (sign ? 1 : 0);
    rows.add(sign ?? ' ', side, from, to);
    from = to + 1;
  }
}

function isSign(char: string | undefined): char is DiffRow['sign'] {
  return char === '+' || char === '-' || char === ' ';
}

function linesOf(text: string, from: number, to: number, max = Number.POSITIVE_INFINITY): Line[] {
  const lines: Line[] = [];
  for (const line of eachLine(text, from, to)) {
    if (lines.length >= max) break;
    lines.push(line);
  }
  return lines;
}

function* eachLine(text: string, from: number, to: number): Generator<Line> {
  for (let at = from; at < to; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 || newline >= to ? to : newline;
    yield { from: at, to: end };
    at = end + 1;
  }
}

/** Length of the equal lines that both begin with. */
function commonStart(a: string, b: string): number {
  const max = Math.min(a.length, b.length);
  let at = 0;
  while (at < max && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === a.length && at === b.length) return at;
  return at === 0 ? 0 : a.lastIndexOf('\n', at - 1) + 1;
}

/** Length of the equal lines that both end with, after `start`. */
function commonEnd(a: string, b: string, start: number): number {
  const max = Math.min(a.length, b.length) - start;
  let length = 0;
  while (
    length < max &&
    a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)
  )
    length++;
  const startsLine = (text: string) => {
    const at = text.length - length;
    return at === start || text.charAt(at - 1) === '\n';
  };
  if (startsLine(a) && startsLine(b)) return length;
  const newline = a.indexOf('\n', a.length - length);
  return newline < 0 ? 0 : a.length - newline - 1;
}

/** The start of the line that is `lines` above the one that starts at `index`. */
function back(text: string, index: number, lines: number): number {
  let at = index;
  for (let i = 0; i < lines && at > 0; i++) at = at < 2 ? 0 : text.lastIndexOf('\n', at - 2) + 1;
  return at;
}

function newlinesIn(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
