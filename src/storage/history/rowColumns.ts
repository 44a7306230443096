/** Rows in columns, in the order of their numbers; the first row is number 1. */
export interface Columns {
  /** Milliseconds since the epoch. */
  readonly at: Float64Array<ArrayBuffer>;
  readonly latencyMs: Float64Array<ArrayBuffer>;
  /** The number of what it is about. */
  readonly target: Uint32Array<ArrayBuffer>;
  readonly shape: Uint32Array<ArrayBuffer>;
}

/** All that is known of rows, as numbers: going through a million of them is a matter of milliseconds. */
export class RowColumns {
  /** Longer than there are rows. */
  #columns: Columns;
  #count: number;

  constructor(saved?: Columns) {
    this.#columns = saved ?? columnsOf(1024);
    this.#count = saved?.at.length ?? 0;
  }

  get count(): number {
    return this.#count;
  }

  /** As many places as there are rows. */
  get all(): Columns {
    const { at, latencyMs, target, shape } = this.#columns;
    const count = this.#count;
    return {
      at: at.subarray(0, count),
      latencyMs: latencyMs.subarray(0, count),
      target: target.subarray(0, count),
      shape: shape.subarray(0, count),
    };
  }

  row(id: number): { at: number; latencyMs: number; target: number; shape: number } {
    const { at, latencyMs, target, shape } = this.#columns;
    const place = id - 1;
    return {
      at: at[place] ?? 0,
      latencyMs: latencyMs[place] ?? 0,
      target: target[place] ?? 0,
      shape: shape[place] ?? 0,
    };
  }

  /** Returns the number of the row. */
  add(at: number, latencyMs: number, target: number, shape: number): number {
    if (this.#count === this.#columns.at.length) this.#widen();
    const columns = this.#columns;
    const place = this.#count++;
    columns.at[place] = at;
    columns.latencyMs[place] = latencyMs;
    columns.target[place] = target;
    columns.shape[place] = shape;
    return this.#count;
  }

  #widen(): void {
    const { at, latencyMs, target, shape } = this.#columns;
    this.#columns = columnsOf(2 * at.length + 1024);
    this.#columns.at.set(at);
    this.#columns.latencyMs.set(latencyMs);
    this.#columns.target.set(target);
    this.#columns.shape.set(shape);
  }
}

function columnsOf(length: number): Columns {
  return {
    at: new Float64Array(length),
    latencyMs: new Float64Array(length),
    target: new Uint32Array(length),
    shape: new Uint32Array(length),
  };
}
