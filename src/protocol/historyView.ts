import * as v from 'valibot';
import { err, ok, type Result } from '../base/result.ts';

/** What the history shows only. Everything that is not given is not asked for. */
export const historyFilter = v.object({
  /** The last so many days, today included. */
  days: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(36_500))),
  agentId: v.optional(v.string()),
  tool: v.optional(v.string()),
  answer: v.optional(v.picklist(['allowed', 'denied', 'nothing'])),
  /** Who answered: a person, any rule, a rule of one scope. */
  by: v.optional(v.picklist(['person', 'rule', 'session', 'workspace', 'global'])),
  /** Part of the request's line, in any case of letters. */
  text: v.optional(v.pipe(v.string(), v.maxLength(500))),
});

export type HistoryFilter = v.InferOutput<typeof historyFilter>;

/** `changed` is of a rule, other than by an answer: `target` names the rule, `toolName` what became of it. */
export type HistoryAnswer = NonNullable<HistoryFilter['answer']> | 'changed';

/** One request that has ended. Its texts are redacted and escaped as they were written. */
export interface HistoryRow {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly agentId: string;
  readonly sessionKey: string;
  /** As it is called now; empty where no record says so. */
  readonly sessionTitle: string;
  readonly tool: string;
  readonly toolName: string;
  readonly target: string;
  readonly answer: HistoryAnswer;
  /** `person`, `rule`, `ttl`, `agentWithdrew`, `agentGone`, `shutdown`. */
  readonly by: string;
  /** The surface of a person, else empty. */
  readonly surface: string;
  /** The rule that answered, was made or changed; else empty. */
  readonly ruleId: string;
  /** What the rule is called; empty where no record says so. */
  readonly ruleLabel: string;
  readonly scope: string;
  /** How long it waited, in milliseconds. */
  readonly latencyMs: number;
}

/** Where the next page begins: below this row. */
export interface HistoryCursor {
  readonly at: number;
  readonly id: number;
}

export interface HistoryPage {
  readonly rows: readonly HistoryRow[];
  /** The number of the last row that was looked at; 0 before they have numbers. */
  readonly upTo: number;
  /** Absent on the last page. */
  readonly next?: HistoryCursor;
}

export interface HistoryTotals {
  readonly all: number;
  readonly byPerson: number;
  readonly byRule: number;
  readonly denied: number;
  /** Of what persons answered, in milliseconds. */
  readonly medianWaitMs?: number;
  readonly busiestRule?: { readonly id: string; readonly label: string; readonly times: number };
  /** Oldest first; days without a request are left out. `day` counts from 1970, local time. */
  readonly days: readonly {
    readonly day: number;
    readonly person: number;
    readonly rule: number;
  }[];
}

/** How much of the record has been read. */
export interface HistoryProgress {
  /** Rows keep their numbers as long as this is the same. */
  readonly reading: number;
  readonly bytes: number;
  readonly ofBytes: number;
  readonly requests: number;
  readonly agents: readonly string[];
  /** Last lines that were cut off while they were written: left out, not guessed. */
  readonly torn: number;
  /** Lines that are no entry of a record; *Verify* tells more. */
  readonly unreadable: number;
}

export interface HistoryVerdict {
  readonly records: number;
  readonly torn: number;
  readonly checkedAt: number;
  /** The first line that is not as it was written; `record` counts over all files. */
  readonly broken?: {
    readonly file: string;
    readonly line: number;
    readonly record: number;
    readonly reason: string;
  };
}

/** Id and name. */
export type AgentName = readonly [id: string, name: string];

/** From the extension to the history page. */
export type ToHistory =
  /** What agents are called: id and name. A record holds ids only, and an agent that is gone since is shown by its id. */
  | { readonly type: 'agents'; readonly names: readonly AgentName[] }
  | { readonly type: 'progress'; readonly progress: HistoryProgress; readonly isComplete: boolean }
  /** `request` is that of the question: an answer to an older one is dropped. */
  | {
      readonly type: 'page';
      readonly request: number;
      readonly page: HistoryPage;
      /** All that is shown, what comes below it, or what came to it since. */
      readonly part: 'all' | 'more' | 'added';
    }
  | { readonly type: 'totals'; readonly request: number; readonly totals: HistoryTotals }
  | { readonly type: 'verifying'; readonly records: number }
  | { readonly type: 'verdict'; readonly verdict: HistoryVerdict }
  | { readonly type: 'problem'; readonly text: string };

const fromHistory = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('filter'), request: v.number(), filter: historyFilter }),
  v.object({
    type: v.literal('more'),
    request: v.number(),
    filter: historyFilter,
    before: v.object({ at: v.number(), id: v.number() }),
  }),
  v.object({
    type: v.literal('added'),
    request: v.number(),
    filter: historyFilter,
    after: v.number(),
  }),
  v.object({ type: v.literal('verify') }),
  v.object({ type: v.literal('showRule'), ruleId: v.string() }),
  v.object({ type: v.literal('export'), filter: historyFilter }),
]);

export type FromHistory = v.InferOutput<typeof fromHistory>;

/** A message of the history page, which the extension does not trust. */
export function parseFromHistory(raw: unknown): Result<FromHistory, string> {
  const parsed = v.safeParse(fromHistory, raw);
  return parsed.success ? ok(parsed.output) : err('It is not a message of the history page.');
}
