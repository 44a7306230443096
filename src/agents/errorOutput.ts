import { safeText } from '../permission/spans.ts';

const TAIL = 8 * 1024;
/** More than the tail is kept, so that a secret whose beginning was cut off is not in what is shown. */
const KEPT = 2 * TAIL;
const MAX_LOG_LINE = 2000;

/** What an agent writes to its error output: the end of it is kept, and each line is logged. Both are redacted. */
export class ErrorOutput {
  readonly #log: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #kept = '';
  #cut = false;
  #line = '';

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  push(chunk: Buffer): void {
    this.#take(this.#decoder.decode(chunk, { stream: true }));
  }

  end(): void {
    this.#take(this.#decoder.decode());
    this.#logLine();
  }

  /** At most 8 KiB of UTF-16, whole lines where there are any. */
  tail(): string {
    const text = safeText(this.#cut ? fromLineStart(this.#kept) : this.#kept).trim();
    return text.length > TAIL ? fromLineStart(text.slice(-TAIL)) : text;
  }

  #take(text: string): void {
    const all = this.#kept + text;
    this.#cut ||= all.length > KEPT;
    this.#kept = all.slice(-KEPT);
    const [first = '', ...rest] = text.split('\n');
    this.#line = (this.#line + first).slice(0, MAX_LOG_LINE);
    for (const next of rest) {
      this.#logLine();
      this.#line = next.slice(0, MAX_LOG_LINE);
    }
  }

  #logLine(): void {
    const line = this.#line.trimEnd();
    this.#line = '';
    if (line !== '') this.#log(safeText(line));
  }
}

function fromLineStart(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}
