import type { Json } from '../base/json.ts';
import type { ToolKind } from './action.ts';
import type { DecidedBy, RuleScope } from './decision.ts';

/** A standing answer that a person gave. It never names a tool alone: the match always holds arguments. */
export interface Rule {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  readonly scope: RuleScope;
  readonly match: RuleMatch;
  /** Ids of the agents that it answers; all when absent. */
  readonly agents?: readonly string[];
  /** The session that a session rule belongs to. */
  readonly sessionKey?: string;
  /** The folder that a workspace rule belongs to, as in `SessionRef.workspaceFolder`. */
  readonly workspaceFolder?: string;
  /** Milliseconds since the epoch, as are the other times. */
  readonly createdAt: number;
  readonly createdBy: DecidedBy;
  /** Id of the request that the rule was made from; absent when it was written by hand. */
  readonly fromRequest?: string;
  /** From then on it answers nothing. */
  readonly expiresAt?: number;
}

export type RuleMatch = ExactMatch | CommandMatch | PathMatch | UrlMatch | McpMatch;

/** Exactly this call: the canonical action, whichever agent asks. `label` is the redacted call, for people. */
export interface ExactMatch {
  readonly kind: 'exact';
  readonly tool: ToolKind;
  readonly argsHash: string;
  readonly label: string;
  readonly files?: BoundFiles;
  /**
   * Of the MCP server that the rule was made for, where it was known; see `RequestDraft.mcpServerHash`. An allow holds for
   * that server alone, and without it only where the server is not known either. A deny holds for any.
   */
  readonly serverHash?: string;
}

/**
 * SHA-256, in hex, of the script files that the call runs, by absolute path, as they were when the rule was made. A call
 * that runs a script which is not here, or has changed, asks.
 */
export type BoundFiles = Readonly<Record<string, string>>;

/** Commands that begin with these words. */
export interface CommandMatch {
  readonly kind: 'command';
  /** At least one; compared as whole words after the shell's own unquoting. */
  readonly tokens: readonly string[];
  readonly files?: BoundFiles;
}

/** Files inside the workspace folder, links resolved. */
export interface PathMatch {
  readonly kind: 'path';
  readonly tool: 'edit' | 'write' | 'delete' | 'read';
  /** Relative to the workspace folder, `/` between its parts. */
  readonly glob: string;
}

export interface UrlMatch {
  readonly kind: 'url';
  /** `https://example.org`, with the port when it is not the usual one. */
  readonly origin: string;
  /** Whole segments; `/docs` is not `/docs2`. */
  readonly pathPrefix?: string;
}

export interface McpMatch {
  readonly kind: 'mcp';
  readonly server: string;
  readonly toolName: string;
  /** As in {@link ExactMatch}; an allow without it holds for no server. */
  readonly serverHash?: string;
  /** Arguments that must have exactly this value; at least one. */
  readonly where: Readonly<Record<string, Json>>;
}

/** What the rules say of one call: deny beats ask beats allow. */
export interface Verdict {
  readonly verdict: 'allow' | 'deny' | 'ask';
  /** The rule that answers; for a compound command the one of its first part. */
  readonly rule?: Rule;
  /** One sentence for the person: which rule answers, or the nearest one and what it does not cover. Redacted. */
  readonly why: string;
  /** The parts of a compound command, in its order; one part for everything else. Texts are redacted. */
  readonly parts: readonly VerdictPart[];
}

export interface VerdictPart {
  readonly text: string;
  readonly verdict: 'allow' | 'deny' | 'ask';
  readonly rule?: Rule;
}

/** A rule that can be offered for a call beside the exact one: narrower than its tool, never a wrapper or a shell. */
export interface RuleSuggestion {
  /** Stable for a request, so that a surface can name it: `command:pnpm test`. */
  readonly id: string;
  readonly match: Exclude<RuleMatch, ExactMatch>;
  /** In words: `commands that begin with "pnpm test"`. Redacted. */
  readonly label: string;
}
