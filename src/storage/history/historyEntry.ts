import * as v from 'valibot';
import { parseJson } from '../../base/json.ts';
import type { HistoryRow } from '../../protocol/historyView.ts';

const text = v.fallback(v.string(), '');
const number = v.fallback(v.number(), 0);

/** What is read of an entry, whichever version wrote it: what is missing is empty. */
const settled = v.object({
  type: v.literal('settled'),
  requestId: text,
  agentId: text,
  sessionKey: text,
  tool: text,
  toolName: text,
  decision: v.picklist(['allow', 'deny']),
  decidedBy: v.object({ kind: text, surface: text, id: text, scope: text }),
  decidedAt: v.number(),
  decisionLatencyMs: number,
  target: text,
  rule: v.fallback(v.optional(v.object({ id: text, scope: text })), undefined),
});

/** A line of the record, as the history reads it. */
export type HistoryEntry =
  | { readonly kind: 'settled'; readonly requestId: string; readonly row: Omit<HistoryRow, 'id'> }
  | { readonly kind: 'raised'; readonly requestId: string; readonly target: string }
  /** Of another type. */
  | { readonly kind: 'other' };

/** As the journal writes it; half of all lines, and only two of its texts are needed. */
const RAISED =
  /^\{"seq":\d+,"prev":"[0-9a-f]{64}","entry":\{"type":"raised","requestId":"([\w-]{1,64})".{0,4000}"target":("(?:[^"\\]|\\.){0,2000}")\},"hash":"[0-9a-f]{64}"\}$/;

/** Reads a line of the journal without its newline. `undefined` when it is no line of one; whether it is true is not asked. */
export function historyEntry(line: string): HistoryEntry | undefined {
  const begun = RAISED.exec(line);
  if (begun) {
    const target = parseJson(begun[2] ?? '');
    return {
      kind: 'raised',
      requestId: begun[1] ?? '',
      target: typeof target === 'string' ? target : '',
    };
  }
  const parsed = parseJson(line);
  if (typeof parsed !== 'object' || parsed === null || !('entry' in parsed)) return undefined;
  const end = v.safeParse(settled, parsed.entry);
  return end.success
    ? { kind: 'settled', requestId: end.output.requestId, row: rowOf(end.output) }
    : { kind: 'other' };
}

function rowOf(entry: v.InferOutput<typeof settled>): Omit<HistoryRow, 'id'> {
  const { agentId, sessionKey, tool, toolName, target, decidedBy, decision, rule } = entry;
  return {
    at: entry.decidedAt,
    agentId,
    sessionKey,
    tool,
    toolName,
    target,
    answer: decision === 'allow' ? 'allowed' : answerOfDeny(decidedBy.kind),
    by: decidedBy.kind,
    surface: decidedBy.surface,
    ruleId: decidedBy.kind === 'rule' ? decidedBy.id : (rule?.id ?? ''),
    scope: decidedBy.kind === 'rule' ? decidedBy.scope : (rule?.scope ?? ''),
    latencyMs: entry.decisionLatencyMs,
  };
}

/** Only a person, a rule and the time limit deny; otherwise nothing ran. */
function answerOfDeny(by: string): HistoryRow['answer'] {
  return by === 'person' || by === 'rule' || by === 'ttl' ? 'denied' : 'nothing';
}
