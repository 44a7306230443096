/** An index outside of its database's memory. */
export interface SavedIndex {
  readonly database: Uint8Array;
  readonly words: readonly string[];
  readonly targets: readonly number[];
  readonly agents: readonly string[];
  readonly count: number;
  readonly changes: number;
  readonly sessions: Names;
  readonly rules: Names;
}

/** What things are called, by their key. */
type Names = readonly (readonly [string, string])[];
