import * as vscode from 'vscode';
import { safeText } from '../permission/spans.ts';
import type { MissedRequest } from '../storage/missedRequests.ts';

/** Requests that waited in a window that is gone, until the person dismisses them. */
export class Missed implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #requests: readonly MissedRequest[] = [];

  get requests(): readonly MissedRequest[] {
    return this.#requests;
  }

  /** Looks for them, after everything else has started; a failure leaves them for the next start. */
  async load(
    find: () => Promise<readonly MissedRequest[]>,
    output: vscode.LogOutputChannel,
  ): Promise<void> {
    try {
      this.#requests = [...this.#requests, ...(await find())];
      if (this.#requests.length > 0) this.#changed.fire();
    } catch (error) {
      output.warn(`Missed requests could not be looked for: ${safeText(String(error))}`);
    }
  }

  /** Takes one off the list, or all of them. */
  dismiss(requestId?: string): void {
    this.#requests =
      requestId === undefined
        ? []
        : this.#requests.filter((request) => request.requestId !== requestId);
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
