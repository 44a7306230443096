import type { Change } from './database.ts';
import {
  type CardRecord,
  type Notice,
  type Preferences,
  parseCardRecord,
  parseNotice,
  parsePreferences,
  parseWorkspace,
  type Workspace,
} from './records.ts';
import { cardKey } from './rows.ts';

/** All that the page shows. */
export interface Snapshot {
  readonly workspaces: readonly Workspace[];
  readonly cards: readonly CardRecord[];
  readonly preferences: Preferences;
  readonly notice: Notice | undefined;
}

/** What was read of the database, followed by what this page has written since; a record that stays is the same object. */
export class Kept {
  readonly #workspaces: Map<string, Workspace>;
  readonly #cards: Map<string, CardRecord>;
  #preferences: Preferences;
  #notice: Notice | undefined;

  constructor({ workspaces, cards, preferences, notice }: Snapshot) {
    this.#workspaces = new Map(workspaces.map((each) => [each.id, each]));
    this.#cards = new Map(cards.map((each) => [cardKey(each.workspace, each.id), each]));
    this.#preferences = preferences;
    this.#notice = notice;
  }

  get snapshot(): Snapshot {
    return {
      workspaces: [...this.#workspaces.values()],
      cards: [...this.#cards.values()],
      preferences: this.#preferences,
      notice: this.#notice,
    };
  }

  workspace(id: string): Workspace | undefined {
    return this.#workspaces.get(id);
  }

  card(key: string): CardRecord | undefined {
    return this.#cards.get(key);
  }

  /** Changes of one transaction, once it is through. */
  follow(changes: readonly Change[]): void {
    for (const { store, key, value } of changes)
      switch (store) {
        case 'workspaces':
          set(this.#workspaces, key, parseWorkspace(value));
          break;
        case 'cards':
          set(this.#cards, key, parseCardRecord(value));
          break;
        case 'settings':
          if (key === 'preferences') this.#preferences = parsePreferences(value);
          if (key === 'notice') this.#notice = parseNotice(value);
      }
  }
}

function set<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
