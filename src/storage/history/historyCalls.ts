import type {
  HistoryCursor,
  HistoryFilter,
  HistoryPage,
  HistoryProgress,
  HistoryTotals,
  HistoryVerdict,
} from '../../protocol/historyView.ts';

/** What the worker can be asked for; both ends are ours and of one build. */
export type HistoryCall =
  | { readonly kind: 'newest'; readonly limit: number }
  /** Reads what was added to the record since the last time. */
  | { readonly kind: 'update' }
  | {
      readonly kind: 'page';
      readonly filter: HistoryFilter;
      readonly limit: number;
      readonly before?: HistoryCursor;
    }
  /** What was read after row `after`, and fits. */
  | {
      readonly kind: 'added';
      readonly filter: HistoryFilter;
      readonly limit: number;
      readonly after: number;
    }
  | { readonly kind: 'totals'; readonly filter: HistoryFilter }
  | { readonly kind: 'verify' }
  | { readonly kind: 'export'; readonly filter: HistoryFilter; readonly file: string };

export interface HistoryResults {
  readonly newest: HistoryPage;
  readonly update: HistoryProgress;
  readonly page: HistoryPage;
  readonly added: HistoryPage;
  readonly totals: HistoryTotals;
  readonly verify: HistoryVerdict;
  /** How many requests were written. */
  readonly export: number;
}

export interface HistoryQuestion {
  readonly id: number;
  readonly call: HistoryCall;
}

export type HistoryReply =
  | { readonly id: number; readonly result: HistoryResults[HistoryCall['kind']] }
  | { readonly id: number; readonly error: string }
  | { readonly progress: HistoryProgress }
  /** The record was read on because it has changed. */
  | { readonly grown: HistoryProgress }
  /** So many records were checked so far. */
  | { readonly verified: number };
