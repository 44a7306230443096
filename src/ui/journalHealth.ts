import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import { safeText } from '../permission/spans.ts';
import { commands } from './names.ts';

const SHOW_OUTPUT = 'Show Output';

/** Tells the person, once until it is read, that decisions cannot be recorded. */
export class JournalHealth implements vscode.Disposable {
  readonly #subscription: vscode.Disposable;
  #telling = false;

  constructor(broker: Broker) {
    this.#subscription = broker.onDidFailJournal((cause) => void this.#tell(cause));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #tell(cause: unknown): Promise<void> {
    if (this.#telling) return;
    this.#telling = true;
    const reason = safeText(cause instanceof Error ? cause.message : String(cause));
    const choice = await vscode.window.showErrorMessage(
      `Countersign cannot write its record (${reason}). Until it can, nothing is allowed. Make sure that the disk works and has space, then answer again.`,
      SHOW_OUTPUT,
    );
    this.#telling = false;
    if (choice) await vscode.commands.executeCommand(commands.showOutput);
  }
}
