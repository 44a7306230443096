/** What the mocha run inside the extension host writes, one JSON object on a line. */
export type HostResult =
  | { readonly event: 'pass'; readonly title: string; readonly milliseconds: number }
  | { readonly event: 'pending'; readonly title: string }
  | { readonly event: 'fail' | 'retry'; readonly title: string; readonly error: string }
  | {
      readonly event: 'end';
      readonly passed: number;
      readonly failed: number;
      readonly skipped: number;
      readonly retried: number;
    };

/** The environment variable that names the file for these lines. */
export const HOST_RESULTS = 'COUNTERSIGN_HOST_RESULTS';

/** The environment variable with a regular expression for the titles to run; empty runs all. */
export const HOST_GREP = 'COUNTERSIGN_HOST_GREP';

/** Everything one in-host run needs, made new and removed again. */
export interface HostRun {
  readonly workspace: string;
  /** Folder for the state of VS Code. */
  readonly state: string;
  /** The bundled test/host/runner.ts. */
  readonly runner: string;
  /** Added to the environment of the extension host. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}
