const NEWLINE = 0x0a;

/** A line of a stream, or the news that one was longer than allowed. */
export type ReadLine = { readonly text: string } | { readonly tooLong: true };

/**
 * Cuts a stream of bytes into UTF-8 lines. Works on bytes, so a character that chunks cut in two stays whole. A line that
 * is too long is reported once and skipped to its end; what follows is read as usual.
 */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: ReadLine) => void;
  #parts: Buffer[] = [];
  #length = 0;
  #skipping = false;

  constructor(maxBytes: number, onLine: (line: ReadLine) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end));
      this.#complete();
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
  }

  /** The stream has ended; what is left is its last line. */
  end(): void {
    if (this.#length > 0) this.#complete();
  }

  #add(piece: Buffer): void {
    if (this.#skipping || piece.length === 0) return;
    this.#length += piece.length;
    if (this.#length <= this.#maxBytes) {
      this.#parts.push(piece);
      return;
    }
    this.#parts = [];
    this.#length = 0;
    this.#skipping = true;
    this.#onLine({ tooLong: true });
  }

  #complete(): void {
    if (!this.#skipping) {
      const text = Buffer.concat(this.#parts).toString('utf8');
      if (text.trim() !== '') this.#onLine({ text });
    }
    this.#skipping = false;
    this.#parts = [];
    this.#length = 0;
  }
}
