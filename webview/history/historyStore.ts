import type {
  FromHistory,
  HistoryCursor,
  HistoryFilter,
  HistoryPage,
  HistoryProgress,
  HistoryRow,
  HistoryTotals,
  HistoryVerdict,
  ToHistory,
} from '../../src/protocol/historyView.ts';

export interface HistoryState {
  readonly filter: HistoryFilter;
  readonly rows: readonly HistoryRow[];
  /** Of agents, by their ids. */
  readonly names: ReadonlyMap<string, string>;
  readonly next?: HistoryPage['next'];
  readonly totals?: HistoryTotals;
  readonly progress?: HistoryProgress;
  /** Everything was read at least once: filters apply, totals are true. */
  readonly isRead: boolean;
  readonly verifying?: number;
  readonly verdict?: HistoryVerdict;
  readonly problem?: string;
}

/** What the page shows, and what it asks the extension for. */
export class HistoryStore {
  #state: HistoryState = { filter: { days: 14 }, rows: [], names: new Map(), isRead: false };
  readonly #post: (message: FromHistory) => void;
  readonly #draw: () => void;
  /** The number of the last question: answers to earlier ones come too late. */
  #request = 0;
  #isAsking = false;
  /** The last row that the extension looked at for the rows that are shown. */
  #upTo = 0;

  constructor(post: (message: FromHistory) => void, draw: () => void) {
    this.#post = post;
    this.#draw = draw;
  }

  get state(): HistoryState {
    return this.#state;
  }

  receive(message: ToHistory): void {
    switch (message.type) {
      case 'agents':
        this.#set({ names: new Map(message.names) });
        return;
      case 'progress':
        this.#receiveProgress(message);
        return;
      case 'page':
        if (message.request === this.#request) this.#receivePage(message);
        return;
      case 'totals':
        if (message.request === this.#request) this.#set({ totals: message.totals });
        return;
      case 'verifying':
        this.#set({ verifying: message.records });
        return;
      case 'verdict':
        this.#set({ verifying: undefined, verdict: message.verdict });
        return;
      case 'problem':
        this.#isAsking = false;
        this.#set({ problem: message.text, verifying: undefined });
    }
  }

  #receiveProgress({ progress, isComplete }: Extract<ToHistory, { type: 'progress' }>): void {
    const { isRead, progress: before } = this.#state;
    this.#set({ progress, isRead: isRead || isComplete });
    if (!isComplete) return;
    if (isRead && before?.reading === progress.reading) this.#askAdded();
    else this.#ask();
  }

  #receivePage({ page, part }: Extract<ToHistory, { type: 'page' }>): void {
    const { rows, next } = this.#state;
    switch (part) {
      case 'all':
        this.#isAsking = false;
        this.#upTo = page.upTo;
        this.#set({ rows: page.rows, next: page.next });
        return;
      case 'more':
        this.#isAsking = false;
        this.#set({ rows: [...rows, ...page.rows], next: page.next });
        return;
      case 'added':
        this.#upTo = page.upTo;
        this.#set({ rows: withAdded(rows, page.rows, next) });
    }
  }

  /** Changes a part of the filter; `undefined` takes it out. */
  choose(part: { readonly [Key in keyof HistoryFilter]: HistoryFilter[Key] | undefined }): void {
    const all = Object.entries({ ...this.#state.filter, ...part });
    const filter: HistoryFilter = Object.fromEntries(
      all.filter(([, value]) => value !== undefined),
    );
    this.#set({ filter });
    this.#ask();
  }

  more(): void {
    const { next: before, filter } = this.#state;
    if (!before || this.#isAsking) return;
    this.#isAsking = true;
    this.#post({ type: 'more', request: this.#request, filter, before });
  }

  verify(): void {
    this.#set({ verifying: 0 });
    this.#post({ type: 'verify' });
  }

  export(): void {
    this.#post({ type: 'export', filter: this.#state.filter });
  }

  /** While the record is read for the first time only its newest requests are there; the question is asked after it. */
  #ask(): void {
    if (!this.#state.isRead) return;
    this.#request++;
    this.#isAsking = true;
    this.#post({ type: 'filter', request: this.#request, filter: this.#state.filter });
  }

  /** What is shown stays as it is: only what came since is asked for. */
  #askAdded(): void {
    const { filter } = this.#state;
    this.#post({ type: 'added', request: this.#request, filter, after: this.#upTo });
  }

  #set(part: { readonly [Key in keyof HistoryState]?: HistoryState[Key] | undefined }): void {
    // What is set to `undefined` is gone; a problem is over with the next news.
    const { problem: _, ...before } = this.#state;
    this.#state = withoutUndefined({ ...before, ...part });
    this.#draw();
  }
}

/** Newest first; what belongs below the last row comes with the next page. */
function withAdded(
  rows: readonly HistoryRow[],
  added: readonly HistoryRow[],
  next: HistoryPage['next'],
): readonly HistoryRow[] {
  const known = new Set(rows.map(({ id }) => id));
  const fresh = added.filter((row) => !known.has(row.id) && (!next || isNewer(row, next)));
  if (fresh.length === 0) return rows;
  return [...rows, ...fresh].sort((a, b) => (isNewer(a, b) ? -1 : 1));
}

function isNewer(one: HistoryCursor, other: HistoryCursor): boolean {
  return one.at > other.at || (one.at === other.at && one.id > other.id);
}

function withoutUndefined(state: { [Key in keyof HistoryState]: HistoryState[Key] | undefined }) {
  const {
    filter = {},
    rows = [],
    isRead = false,
    names = new Map(),
    next,
    totals,
    progress,
    verifying,
    verdict,
    problem,
  } = state;
  return {
    ...{ filter, rows, isRead, names },
    ...(next && { next }),
    ...(totals && { totals }),
    ...(progress && { progress }),
    ...(verifying !== undefined && { verifying }),
    ...(verdict && { verdict }),
    ...(problem !== undefined && { problem }),
  };
}
