import type { ToolKind } from './action.ts';
import type { DecidedBy, RuleRef, RuleScope, Surface } from './decision.ts';

/** One line of the audit record. Texts are already redacted and escaped. */
export type JournalEntry = RaisedEntry | SettledEntry | RuleEntry;

interface EntryBase {
  readonly requestId: string;
  readonly agentId: string;
  readonly sessionKey: string;
  /** Redacted; absent in the files of older versions. */
  readonly sessionTitle?: string;
  readonly tool: ToolKind;
  /** The agent's own name of the tool. */
  readonly toolName: string;
  readonly argsHash: string;
}

export interface RaisedEntry extends EntryBase {
  readonly type: 'raised';
  readonly raisedAt: number;
  /** What the request is about, one line. */
  readonly target: string;
}

export interface SettledEntry extends EntryBase {
  readonly type: 'settled';
  readonly decision: 'allow' | 'deny';
  readonly decidedBy: DecidedBy;
  readonly decidedAt: number;
  /** The surface of a person's answer, else what decided. */
  readonly channel: Surface | Exclude<DecidedBy['kind'], 'person'>;
  readonly decisionLatencyMs: number;
  readonly feedback?: string;
  /** The same line as in the raised entry, so that one entry tells all; absent in the files of older versions. */
  readonly target?: string;
  /** The rule that the person made along with the answer. */
  readonly rule?: RuleRef & { readonly effect: 'allow' | 'deny' };
}

/** A rule changed other than by an answer to a request. */
export interface RuleEntry {
  readonly type: 'rule';
  readonly change: 'revoked' | 'restored' | 'notKept';
  readonly rule: {
    readonly id: string;
    readonly scope: RuleScope;
    readonly effect: 'allow' | 'deny';
    readonly label: string;
  };
  readonly by: DecidedBy;
  readonly at: number;
}

/** Where decisions are put on record. */
export interface JournalPort {
  /** Resolves when the entry is on disk; rejects when it is not known to be. */
  append(entry: JournalEntry): Promise<void>;
}
