/** Conditions that all hold, with their values. */
export class Where {
  readonly #parts: string[] = [];
  readonly #values: (number | Uint8Array)[] = [];

  add(part: string, ...values: readonly number[]): void {
    this.#parts.push(part);
    this.#values.push(...values);
  }

  /**
   * `place` is one at which the bytes are 1. However many places there are, a row looks its own up in a moment; a list of
   * them would be a search for each row.
   */
  addMarked(place: string, marks: Uint8Array): void {
    if (marks.every((mark) => mark === 1)) return;
    const isAny = marks.includes(1);
    this.#parts.push(isAny ? `substr(?, ${place} + 1, 1) = x'01'` : '0');
    if (isAny) this.#values.push(marks);
  }

  get sql(): string {
    return this.#parts.length === 0 ? '' : `WHERE ${this.#parts.join(' AND ')}`;
  }

  get values(): (number | Uint8Array)[] {
    return this.#values;
  }
}
