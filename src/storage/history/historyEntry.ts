import * as v from 'valibot';
import { parseJson } from '../../base/json.ts';
import type { HistoryRow } from '../../protocol/historyView.ts';

const text = v.fallback(v.string(), '');
const number = v.fallback(v.number(), 0);
const decider = v.object({ kind: text, surface: text, id: text, scope: text });
const ruleRef = v.object({ id: text, scope: text, label: text });

/** What is read of an entry, whichever version wrote it: what is missing is empty. */
const settled = v.object({
  type: v.literal('settled'),
  requestId: text,
  agentId: text,
  sessionKey: text,
  sessionTitle: text,
  tool: text,
  toolName: text,
  decision: v.picklist(['allow', 'deny']),
  decidedBy: decider,
  decidedAt: v.number(),
  decisionLatencyMs: number,
  target: text,
  rule: v.fallback(v.optional(ruleRef), undefined),
});

const ruleChange = v.object({
  type: v.literal('rule'),
  change: text,
  rule: ruleRef,
  by: decider,
  at: v.number(),
});
const raised = v.object({ type: v.literal('raised'), requestId: text, target: text });
const entries = v.variant('type', [settled, ruleChange, raised]);

/** What a row has in common with many others. */
export type RowShape = Omit<HistoryRow, 'id' | 'at' | 'latencyMs' | 'target'>;

/** A row before the index gives it a number. */
export interface HistoryEntryRow extends Pick<HistoryRow, 'at' | 'latencyMs' | 'target'> {
  readonly shape: RowShape;
}

/** A line of the record, as the history reads it. */
export type HistoryEntry =
  | { readonly kind: 'settled'; readonly requestId: string; readonly row: HistoryEntryRow }
  /** A rule was revoked, restored or not kept. */
  | { readonly kind: 'rule'; readonly row: HistoryEntryRow }
  | { readonly kind: 'raised'; readonly requestId: string; readonly target: string }
  /** Of another type. */
  | { readonly kind: 'other' };

/** Reads a line of the journal without its newline. `undefined` when it is no line of one; whether it is true is not asked. */
export function historyEntry(line: string): HistoryEntry | undefined {
  const parsed = parseJson(line);
  if (typeof parsed !== 'object' || parsed === null || !('entry' in parsed)) return undefined;
  const { success, output } = v.safeParse(entries, parsed.entry);
  if (!success) return { kind: 'other' };
  switch (output.type) {
    case 'settled':
      return { kind: 'settled', requestId: output.requestId, row: rowOf(output) };
    case 'rule':
      return { kind: 'rule', row: changeOf(output) };
    case 'raised':
      return { kind: 'raised', requestId: output.requestId, target: output.target };
  }
}

function rowOf(entry: v.InferOutput<typeof settled>): HistoryEntryRow {
  const { agentId, sessionKey, sessionTitle, tool, toolName } = entry;
  const { decidedBy, decision, rule } = entry;
  const shape: RowShape = {
    agentId,
    sessionKey,
    sessionTitle,
    tool,
    toolName,
    answer: decision === 'allow' ? 'allowed' : answerOfDeny(decidedBy.kind),
    by: decidedBy.kind,
    surface: decidedBy.surface,
    ruleId: decidedBy.kind === 'rule' ? decidedBy.id : (rule?.id ?? ''),
    ruleLabel: rule?.label ?? '',
    scope: decidedBy.kind === 'rule' ? decidedBy.scope : (rule?.scope ?? ''),
  };
  return { at: entry.decidedAt, latencyMs: entry.decisionLatencyMs, target: entry.target, shape };
}

function changeOf({ change, rule, by, at }: v.InferOutput<typeof ruleChange>): HistoryEntryRow {
  const shape: RowShape = {
    agentId: '',
    sessionKey: '',
    sessionTitle: '',
    tool: 'rule',
    toolName: change,
    answer: 'changed',
    by: by.kind,
    surface: by.surface,
    ruleId: rule.id,
    ruleLabel: rule.label,
    scope: rule.scope,
  };
  return { at, latencyMs: 0, target: rule.label, shape };
}

/** Only a person, a rule and the time limit deny; otherwise nothing ran. */
function answerOfDeny(by: string): HistoryRow['answer'] {
  return by === 'person' || by === 'rule' || by === 'ttl' ? 'denied' : 'nothing';
}
