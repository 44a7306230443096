import type { Action } from '../action.ts';
import type { Rule } from '../rule.ts';

/** A call that is judged; every `PermissionRequest` is one. */
export interface JudgedCall {
  readonly action: Action;
  readonly argsHash: string;
  /** As in `RequestDraft`. */
  readonly mcpServerHash?: string;
}

/** What a call is judged in. */
export interface MatchContext {
  /** Absolute. */
  readonly workspaceFolder: string;
  readonly agentId: string;
  readonly sessionKey: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What runs the commands; `bash` stands for every POSIX shell. Only those have patterns. */
  readonly shell: 'bash' | 'powershell' | 'cmd';
  /** Leaves out rules that do not reach this call, such as those of another workspace; all reach it when absent. */
  readonly reaches?: (rule: Rule) => boolean;
}

/** What matching has to know of the disk. Both answer `undefined` for what is not there or cannot be read. */
export interface FilesPort {
  /** The absolute path with all links followed. */
  realPath(path: string): Promise<string | undefined>;
  /** SHA-256 of the content, in lower-case hex. */
  hash(path: string): Promise<string | undefined>;
}

/** The two WebAssembly modules of `@vscode/tree-sitter-wasm`. */
export interface GrammarBytes {
  readonly runtime: Uint8Array;
  readonly bash: Uint8Array;
}
