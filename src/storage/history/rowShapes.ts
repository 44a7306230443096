import type { HistoryFilter } from '../../protocol/historyView.ts';
import type { RowShape } from './historyEntry.ts';

/** More objects than this are forgotten, not their shapes. */
const MAX_OBJECTS = 50_000;

/** What rows have in common, once each: a row holds its number, and a filter looks at it once for all of them. */
export class RowShapes {
  readonly #shapes: RowShape[] = [];
  readonly #numbers = new Map<string, number>();
  /** By object: the reader of lines gives the same one again and again. */
  readonly #known = new Map<RowShape, number>();

  constructor(saved: readonly RowShape[]) {
    for (const shape of saved) this.numberOf(shape);
  }

  get all(): readonly RowShape[] {
    return this.#shapes;
  }

  numberOf(shape: RowShape): number {
    const known = this.#known.get(shape);
    if (known !== undefined) return known;
    const key = JSON.stringify(COLUMNS.map((name) => shape[name]));
    const number = this.#numbers.get(key) ?? this.#shapes.push(shape) - 1;
    this.#numbers.set(key, number);
    if (this.#known.size === MAX_OBJECTS) this.#known.clear();
    this.#known.set(shape, number);
    return number;
  }

  /** By number: 1 where rows fit, as far as their shape goes. */
  fitting(filter: HistoryFilter): Uint8Array {
    return Uint8Array.from(this.#shapes, (shape) => Number(fits(shape, filter)));
  }
}

/** Without the names of sessions and rules: the last that was read counts, for all rows. */
const COLUMNS = [
  'agentId',
  'sessionKey',
  'tool',
  'toolName',
  'answer',
  'by',
  'surface',
  'ruleId',
  'scope',
] as const satisfies readonly (keyof RowShape)[];

function fits(shape: RowShape, { agentId, tool, answer, by }: HistoryFilter): boolean {
  return (
    (agentId === undefined || shape.agentId === agentId) &&
    (tool === undefined || shape.tool === tool) &&
    (answer === undefined || shape.answer === answer) &&
    (by === undefined || (by === 'person' || by === 'rule' ? shape.by : shape.scope) === by)
  );
}
