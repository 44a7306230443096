/** What is worth trying on a text only if that holds one of its hints. */
export interface Hinted {
  /** Lower case, of ASCII characters; not empty. */
  readonly hints: readonly string[];
}

/** Character codes that a hint can have. */
const CODES = 128;

/**
 * All hints, letter by letter: each of their beginnings is a state, the empty one is 0. From state `s` the character `c`
 * leads to `next[s * CODES + c]`; 0 when no hint goes on like that.
 */
interface Trie {
  readonly next: Uint16Array;
  /** For each state the items whose hint ends there, by index; few states have any. */
  readonly ends: readonly (readonly number[] | undefined)[];
}

/**
 * Tells which of many things are worth trying on a text, in one walk through it: to look for each of some hundred hints
 * by itself takes longer than all that is tried then.
 */
export class HintScan<T extends Hinted> {
  readonly #items: readonly T[];
  /** Made when first needed: not while VS Code starts. */
  #trie: Trie | undefined;

  constructor(items: readonly T[]) {
    this.#items = items;
  }

  /** Those of which a hint is in the text, in their order. */
  in(lower: string): readonly T[] {
    this.#trie ??= trieOf(this.#items);
    const { next, ends } = this.#trie;
    let isFound: Uint8Array | undefined;
    for (let start = 0; start < lower.length; start++) {
      let state = follow(next, 0, lower.charCodeAt(start));
      for (let at = start + 1; state !== 0; at++) {
        const ending = ends[state];
        if (ending) {
          isFound ??= new Uint8Array(this.#items.length);
          for (const index of ending) isFound[index] = 1;
        }
        state = follow(next, state, lower.charCodeAt(at));
      }
    }
    return isFound ? this.#items.filter((_, index) => isFound[index] === 1) : [];
  }
}

/** The code is NaN behind the end of the text. */
function follow(next: Uint16Array, state: number, code: number): number {
  return code < CODES ? (next[state * CODES + code] ?? 0) : 0;
}

function trieOf(items: readonly Hinted[]): Trie {
  const letters = items.flatMap(({ hints }) => hints).join('').length;
  const next = new Uint16Array((letters + 1) * CODES);
  const ends: (number[] | undefined)[] = [undefined];
  for (const [index, { hints }] of items.entries())
    for (const hint of hints) {
      let state = 0;
      for (let at = 0; at < hint.length; at++) {
        const step = state * CODES + hint.charCodeAt(at);
        if (next[step] === 0) next[step] = ends.push(undefined) - 1;
        state = next[step] ?? 0;
      }
      ends[state] = [...(ends[state] ?? []), index];
    }
  return { next: next.slice(0, ends.length * CODES), ends };
}
