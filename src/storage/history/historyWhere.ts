import type { BindParams } from 'sql.js';

/** Conditions that all hold, with their values. */
export class Where {
  readonly #parts: string[] = [];
  readonly #values: number[] = [];

  add(part: string, ...values: readonly number[]): void {
    this.#parts.push(part);
    this.#values.push(...values);
  }

  get sql(): string {
    return this.#parts.length === 0 ? '' : `WHERE ${this.#parts.join(' AND ')}`;
  }

  get values(): BindParams {
    return this.#values;
  }
}
