import type {
  FromHistory,
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
  #state: HistoryState = { filter: { days: 14 }, rows: [], isRead: false };
  readonly #post: (message: FromHistory) => void;
  readonly #draw: () => void;
  /** The number of the last question: answers to earlier ones come too late. */
  #request = 0;
  #isAsking = false;

  constructor(post: (message: FromHistory) => void, draw: () => void) {
    this.#post = post;
    this.#draw = draw;
  }

  get state(): HistoryState {
    return this.#state;
  }

  receive(message: ToHistory): void {
    switch (message.type) {
      case 'progress':
        this.#set({ progress: message.progress, isRead: this.#state.isRead || message.isComplete });
        if (message.isComplete) this.#ask();
        return;
      case 'page':
        if (message.request !== this.#request) return;
        this.#isAsking = false;
        this.#set({
          rows: message.isMore ? [...this.#state.rows, ...message.page.rows] : message.page.rows,
          next: message.page.next,
        });
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

  #set(part: { readonly [Key in keyof HistoryState]?: HistoryState[Key] | undefined }): void {
    // What is set to `undefined` is gone; a problem is over with the next news.
    const { problem: _, ...before } = this.#state;
    this.#state = withoutUndefined({ ...before, ...part });
    this.#draw();
  }
}

function withoutUndefined(state: { [Key in keyof HistoryState]: HistoryState[Key] | undefined }) {
  const {
    filter = {},
    rows = [],
    isRead = false,
    next,
    totals,
    progress,
    verifying,
    verdict,
    problem,
  } = state;
  return {
    ...{ filter, rows, isRead },
    ...(next && { next }),
    ...(totals && { totals }),
    ...(progress && { progress }),
    ...(verifying !== undefined && { verifying }),
    ...(verdict && { verdict }),
    ...(problem !== undefined && { problem }),
  };
}
