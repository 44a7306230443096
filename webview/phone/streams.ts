import type { Connection, ConnectionState } from './connection.ts';
import type { Workspace } from './records.ts';

/** Whether a desktop can be reached, as far as this page knows. */
export type StreamState =
  | ConnectionState
  /** Nobody listens to it: its server carries a few streams at once only, and other desktops have them. */
  | { readonly kind: 'unheard' };

export interface StreamsOptions {
  readonly connectionTo: (workspace: Workspace) => Connection;
  /** When the desktop was last heard, or wanted, in milliseconds since the epoch: who comes first. */
  readonly lastHeard: (workspace: Workspace) => number;
  readonly watchServer: WatchServer;
  readonly onChange: () => void;
}

/** Tells, once it is known, whether many requests go to the page's own server at once. */
export type WatchServer = (onKnown: (many: boolean) => void) => void;

/**
 * Of the six requests that a browser has under way at once without HTTP/2. One more is left for a pairing, and one for
 * answers: with six streams none would ever leave this page.
 */
export const FEW_STREAMS = 4;

/** One stream from each desktop; where the server carries a few only, from those that were heard last. */
export class Streams {
  readonly #options: StreamsOptions;
  readonly #connections = new Map<string, Connection>();
  readonly #wanted = new Map<string, number>();
  #workspaces: readonly Workspace[] = [];
  /** Undefined until the first request has come back. */
  #carriesMany: boolean | undefined;
  #isPaused = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
    options.watchServer((many) => {
      this.#carriesMany = many;
      this.#share();
      options.onChange();
    });
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  state(workspace: string): StreamState {
    const connection = this.#connections.get(workspace);
    if (connection) return connection.state;
    return { kind: this.#carriesMany === false ? 'unheard' : 'connecting' };
  }

  /** When a desktop was last heard on its stream. */
  lastHeard(workspace: string): number | undefined {
    return this.#connections.get(workspace)?.lastHeard;
  }

  /** Listens to these desktops, and to no other. */
  listenTo(workspaces: readonly Workspace[]): void {
    this.#workspaces = workspaces;
    this.#share();
  }

  /** Listens to this one in any case, in place of the one that was not heard for longest. */
  want(workspace: string, now: number): void {
    this.#wanted.set(workspace, now);
    this.#share();
  }

  wake(): void {
    this.#isPaused = false;
    for (const connection of this.#connections.values()) connection.wake();
  }

  /** Another page listens for this one, until {@link wake}. */
  pause(): void {
    this.#isPaused = true;
    for (const connection of this.#connections.values()) connection.pause();
  }

  offline(): void {
    for (const connection of this.#connections.values()) connection.offline();
  }

  stop(workspace: string): void {
    this.#connections.get(workspace)?.stop();
    this.#connections.delete(workspace);
  }

  #share(): void {
    const chosen = new Map(this.#chosen().map((workspace) => [workspace.id, workspace]));
    for (const id of [...this.#connections.keys()]) if (!chosen.has(id)) this.stop(id);
    for (const workspace of chosen.values()) {
      if (this.#connections.has(workspace.id)) continue;
      const connection = this.#options.connectionTo(workspace);
      this.#connections.set(workspace.id, connection);
      if (!this.#isPaused) connection.start();
    }
  }

  #chosen(): readonly Workspace[] {
    if (this.#carriesMany || this.#workspaces.length <= FEW_STREAMS) return this.#workspaces;
    const { lastHeard } = this.#options;
    const rank = (workspace: Workspace) =>
      Math.max(lastHeard(workspace), workspace.pairedAt, this.#wanted.get(workspace.id) ?? 0);
    return [...this.#workspaces].sort((a, b) => rank(b) - rank(a)).slice(0, FEW_STREAMS);
  }
}
