import type { SavedTexts } from './byteTexts.ts';
import type { RowShape } from './historyEntry.ts';
import type { Columns } from './rowColumns.ts';

/** An index outside of its database's memory. */
export interface SavedIndex {
  readonly database: Uint8Array;
  readonly targets: SavedTexts;
  readonly rows: Columns;
  readonly shapes: readonly RowShape[];
  readonly sessions: Names;
  readonly rules: Names;
  readonly changes: number;
}

/** What things are called, by their key. */
type Names = readonly (readonly [string, string])[];
