import { ByteTexts, viewOf } from './byteTexts.ts';
import {
  type HistoryEntry,
  type HistoryEntryRow,
  historyEntry,
  type RowShape,
} from './historyEntry.ts';
import { LineScanner, type Span } from './lineScanner.ts';

const NEWLINE = 0x0a;
/** Targets of requests that wait; those of windows that were closed stay there. */
const MAX_OPEN = 10_000;
/** Agents, sessions, tools and deciders that are remembered; they differ more seldom than requests. */
const MAX_KNOWN = 20_000;

/** Takes rows in. */
export interface RowSink {
  /** What rows are about. */
  readonly targets: ByteTexts;
  /** `target` is a number in {@link targets}. */
  add(at: number, latencyMs: number, target: number, shape: RowShape): void;
}

/**
 * Makes rows of the lines of the journal. What most lines look like is recognised without parsing it; everything else goes
 * to {@link historyEntry}, and so does the first line of each agent, session, tool and decider: what a line means is always
 * what that says.
 */
export class LineReader {
  readonly #rows: RowSink;
  readonly #scanner = new LineScanner();
  #whos = new ByteTexts();
  #answers = new ByteTexts();
  /** By the numbers of who and answer. */
  readonly #shapes = new Map<number, RowShape>();
  /** What a request is about, by its id, where only the line of its beginning says so. */
  readonly #open: Map<string, string>;
  /** The lines at hand. */
  #bytes: Buffer = Buffer.alloc(0);
  #view = viewOf(this.#bytes);
  /** The last request that began in them: most end in the next line. */
  #last: { readonly id: Span; readonly target: Span; readonly isEscaped: boolean } | undefined;
  #unreadable: number;

  constructor(rows: RowSink, open: Iterable<readonly [string, string]> = [], unreadable = 0) {
    this.#rows = rows;
    this.#open = new Map(open);
    this.#unreadable = unreadable;
  }

  /** What requests are about that have begun and not ended, by their ids. */
  get open(): [string, string][] {
    return [...this.#open];
  }

  /** Lines that are none of a journal. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** `bytes` are whole lines. */
  read(bytes: Buffer): void {
    const scanner = this.#scanner;
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    for (let at = 0; at < bytes.length; ) {
      const isOurs = scanner.scan(this.#view, at);
      if (isOurs && (scanner.isRaised ? this.#raised() : this.#settled())) {
        at = scanner.end;
        continue;
      }
      const end = bytes.indexOf(NEWLINE, at);
      const entry = historyEntry(bytes.toString('utf8', at, end));
      if (isOurs && entry?.kind === 'settled') this.#remember(entry.row.shape);
      this.#keepLast();
      this.#add(entry);
      at = end + 1;
    }
    this.#keepLast();
  }

  #raised(): true {
    this.#keepLast();
    const { requestId, target, isEscaped } = this.#scanner;
    this.#last = {
      id: { start: requestId.start, end: requestId.end },
      target: { start: target.start, end: target.end },
      isEscaped,
    };
    return true;
  }

  /** `false` when a line of its shape was not seen before. */
  #settled(): boolean {
    const { who, answer, target, isEscaped, at, latencyMs } = this.#scanner;
    const asked = this.#whos.find(this.#view, who.start, who.end);
    const answered = this.#answers.find(this.#view, answer.start, answer.end);
    const shape = this.#shapes.get(keyOf(asked, answered));
    if (!shape) return false;
    const begun = this.#end();
    const own = target.end > target.start ? this.#targetNumber(target, isEscaped) : undefined;
    this.#rows.add(at, latencyMs, own ?? begun ?? this.#rows.targets.numberOfText(''), shape);
    return true;
  }

  /** The request of the line at hand has ended; the number of what it was about, where only its beginning says so. */
  #end(): number | undefined {
    const { requestId: id, target } = this.#scanner;
    const isOld = target.end === target.start;
    let begun: number | undefined;
    const last = this.#last;
    if (last && isSame(this.#view, last.id, id)) {
      this.#last = undefined;
      if (isOld) begun = this.#targetNumber(last.target, last.isEscaped);
    }
    if (this.#open.size === 0) return begun;
    const key = this.#bytes.toString('utf8', id.start, id.end);
    const text = this.#open.get(key);
    this.#open.delete(key);
    return (
      begun ?? (text !== undefined && isOld ? this.#rows.targets.numberOfText(text) : undefined)
    );
  }

  #targetNumber(span: Span, isEscaped: boolean): number {
    const { targets } = this.#rows;
    if (!isEscaped) return targets.numberOf(this.#view, span.start, span.end);
    return targets.numberOfText(textOf(this.#bytes, span, isEscaped));
  }

  #remember(shape: RowShape): void {
    const { who, answer } = this.#scanner;
    if (this.#whos.count === MAX_KNOWN || this.#answers.count === MAX_KNOWN) {
      this.#whos = new ByteTexts();
      this.#answers = new ByteTexts();
      this.#shapes.clear();
    }
    const asked = this.#whos.numberOf(this.#view, who.start, who.end);
    this.#shapes.set(
      keyOf(asked, this.#answers.numberOf(this.#view, answer.start, answer.end)),
      shape,
    );
  }

  /** The last request that began waits for longer than a line. */
  #keepLast(): void {
    const last = this.#last;
    this.#last = undefined;
    if (last && this.#open.size < MAX_OPEN)
      this.#open.set(
        textOf(this.#bytes, last.id, false),
        textOf(this.#bytes, last.target, last.isEscaped),
      );
  }

  #add(entry: HistoryEntry | undefined): void {
    switch (entry?.kind) {
      case undefined:
        this.#unreadable++;
        return;
      case 'raised':
        if (this.#open.size < MAX_OPEN) this.#open.set(entry.requestId, entry.target);
        return;
      case 'rule':
        this.#addRow(entry.row);
        return;
      case 'settled': {
        const { requestId, row } = entry;
        const target = row.target || (this.#open.get(requestId) ?? '');
        this.#open.delete(requestId);
        this.#addRow({ ...row, target });
        return;
      }
      case 'other':
    }
  }

  #addRow({ at, latencyMs, target, shape }: HistoryEntryRow): void {
    this.#rows.add(at, latencyMs, this.#rows.targets.numberOfText(target), shape);
  }
}

function keyOf(who: number, answer: number): number {
  return who < 0 || answer < 0 ? -1 : who * MAX_KNOWN + answer;
}

function isSame(view: DataView, one: Span, other: Span): boolean {
  const length = one.end - one.start;
  if (other.end - other.start !== length) return false;
  for (let i = 0; i < length; i++)
    if (view.getUint8(one.start + i) !== view.getUint8(other.start + i)) return false;
  return true;
}

function textOf(bytes: Buffer, { start, end }: Span, isEscaped: boolean): string {
  const text = bytes.toString('utf8', start, end);
  return isEscaped ? String(JSON.parse(`"${text}"`)) : text;
}
