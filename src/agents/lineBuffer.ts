const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const FIRST_CAPACITY = 4096;

/**
 * Cuts a stream of bytes into UTF-8 lines. Works on bytes, so a character that chunks cut in two stays whole, and holds
 * at most `maxBytes` of an unfinished line. Cost is linear however small the chunks are.
 */
export class LineBuffer {
  readonly #maxBytes: number;
  #partial: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Calls `onLine` with each line that `chunk` completes, without `\n` or `\r\n`; empty lines are dropped. Returns false
   * when a line is longer than allowed; then this buffer is empty and its stream must not be read any further.
   */
  push(chunk: Buffer, onLine: (line: string) => void): boolean {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      const piece = chunk.subarray(start, end === -1 ? chunk.length : end);
      if (this.#length + piece.length > this.#maxBytes) {
        this.#clear();
        return false;
      }
      if (end === -1) {
        this.#append(piece);
        return true;
      }
      const line = this.#complete(piece);
      if (line !== '') onLine(line);
      start = end + 1;
    }
  }

  /** The last line, when its stream ended without a newline; empty when there is none. */
  end(): string {
    return this.#complete(Buffer.alloc(0));
  }

  #append(piece: Buffer): void {
    const needed = this.#length + piece.length;
    if (needed > this.#partial.length) {
      const doubled = Math.max(FIRST_CAPACITY, 2 * this.#partial.length);
      const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(doubled, this.#maxBytes)));
      this.#partial.copy(grown, 0, 0, this.#length);
      this.#partial = grown;
    }
    piece.copy(this.#partial, this.#length);
    this.#length = needed;
  }

  #complete(last: Buffer): string {
    let bytes = last;
    if (this.#length > 0) {
      this.#append(last);
      bytes = this.#partial.subarray(0, this.#length);
    }
    const length = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    const line = bytes.toString('utf8', 0, length);
    this.#clear();
    return line;
  }

  #clear(): void {
    this.#length = 0;
    // One long line must not keep its megabytes for the rest of the session.
    if (this.#partial.length > FIRST_CAPACITY) this.#partial = Buffer.alloc(0);
  }
}
