import { plainSpan } from './spanText.tsx';
import type { Span, Spans } from './types.ts';

/** A span, and whether a risk points at it. */
export interface Piece {
  readonly span: Span;
  readonly hot: boolean;
}

/** One row of a payload; `glued` when it goes on in the line of the row before. */
export interface Row {
  readonly pieces: readonly Piece[];
  readonly glued: boolean;
}

/** A line above this many characters counts as several rows, so that one endless line cannot push the buttons away. */
const LONG_LINE = 600;
const ROW_CHARS = 200;

/** Marks every place where one of the risky words stands as a word of its own. */
export function markRisk(spans: Spans, tokens: readonly string[]): Piece[] {
  const hot = hotRanges(spans.map(plainSpan).join(''), tokens);
  if (hot.length === 0) return spans.map((span) => ({ span, hot: false }));
  const pieces: Piece[] = [];
  let at = 0;
  for (const span of spans) {
    const end = at + plainSpan(span).length;
    if (typeof span === 'string') pieces.push(...cutAt(span, at, hot));
    else pieces.push({ span, hot: hot.some((range) => range.from < end && at < range.to) });
    at = end;
  }
  return pieces;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function hotRanges(text: string, tokens: readonly string[]): Range[] {
  return tokens
    .filter((token) => token !== '')
    .flatMap((token) => {
      const found: Range[] = [];
      for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + token.length)) {
        const range = { from: at, to: at + token.length };
        if (isWord(text, range)) found.push(range);
      }
      return found;
    })
    .sort((a, b) => a.from - b.from);
}

function isWord(text: string, { from, to }: Range): boolean {
  const ends = /^$|^[\s;&|()<>"'`=]$/;
  return ends.test(text.charAt(from - 1)) && ends.test(text.charAt(to));
}

function cutAt(text: string, offset: number, ranges: readonly Range[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const range of ranges) {
    const from = Math.max(range.from - offset, at);
    const to = Math.min(range.to - offset, text.length);
    if (from >= to) continue;
    if (from > at) pieces.push({ span: text.slice(at, from), hot: false });
    pieces.push({ span: text.slice(from, to), hot: true });
    at = to;
  }
  if (at < text.length) pieces.push({ span: text.slice(at), hot: false });
  return pieces;
}

/** The rows of a payload: its lines, and very long lines in parts. */
export function toRows(pieces: readonly Piece[]): Row[] {
  return toLines(pieces).flatMap((line) =>
    lengthOf(line) > LONG_LINE ? splitLong(line) : [{ pieces: line, glued: false }],
  );
}

function toLines(pieces: readonly Piece[]): Piece[][] {
  const lines: Piece[][] = [[]];
  for (const { span, hot } of pieces) {
    if (typeof span !== 'string') {
      lines.at(-1)?.push({ span, hot });
      continue;
    }
    for (const [index, text] of span.split('\n').entries()) {
      if (index > 0) lines.push([]);
      if (text !== '') lines.at(-1)?.push({ span: text, hot });
    }
  }
  return lines;
}

function lengthOf(line: readonly Piece[]): number {
  return line.reduce((sum, { span }) => sum + plainSpan(span).length, 0);
}

function splitLong(line: readonly Piece[]): Row[] {
  const rows: Piece[][] = [[]];
  let room = ROW_CHARS;
  for (const piece of line.flatMap(chunks)) {
    const length = plainSpan(piece.span).length;
    if (length > room) {
      rows.push([]);
      room = ROW_CHARS;
    }
    rows.at(-1)?.push(piece);
    room -= length;
  }
  return rows.map((pieces, index) => ({ pieces, glued: index > 0 }));
}

/** Risky words and chips stay whole; characters outside the basic plane are never cut in two. */
function chunks(piece: Piece): Piece[] {
  const { span, hot } = piece;
  if (typeof span !== 'string' || hot) return [piece];
  const parts = span.match(/.{1,100}/gsu) ?? [];
  return parts.map((part) => ({ span: part, hot }));
}

/** What must stay in sight: a risky word, a secret that was taken out, an invisible character, what is left out. */
export function mustShow(row: Row): boolean {
  return row.pieces.some(({ span, hot }) => hot || typeof span !== 'string') || isCutMark(row);
}

/** The line that the extension puts where a very long payload goes on elsewhere. */
export function isCutMark({ pieces }: Row): boolean {
  const [first] = pieces;
  return (
    pieces.length === 1 &&
    typeof first?.span === 'string' &&
    /^… \d+ characters are not shown here\./.test(first.span)
  );
}
