import * as vscode from 'vscode';
import { safeText } from '../permission/spans.ts';
import { mendedWords } from '../protocol/recordWords.ts';
import type { MissedRequest, OnMended } from '../storage/missedRequests.ts';
import { commands } from './names.ts';

const SHOW_HISTORY = 'Show History';

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
    find: (onMended: OnMended) => Promise<readonly MissedRequest[]>,
    output: vscode.LogOutputChannel,
  ): Promise<void> {
    const mended: number[] = [];
    const onMended: OnMended = (file, bytes) => {
      mended.push(bytes);
      output.warn(`${safeText(file)}: ${mendedWords([bytes])}`);
    };
    try {
      this.#requests = [...this.#requests, ...(await find(onMended))];
      if (this.#requests.length > 0) this.#changed.fire();
    } catch (error) {
      output.warn(`Missed requests could not be looked for: ${safeText(String(error))}`);
    }
    if (mended.length > 0) void tellMended(mended);
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

/** Once: a line that was cut off is not found again. */
async function tellMended(mended: readonly number[]): Promise<void> {
  const words = `Countersign: ${mendedWords(mended)}`;
  const chosen = await vscode.window.showWarningMessage(words, SHOW_HISTORY);
  if (chosen) await vscode.commands.executeCommand(commands.showHistory);
}
