import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { notKeptWords, setAsideWords } from '../protocol/ruleWords.ts';

/** Tells the person of rules that could not be kept, and of records that are no rules, each once. */
export class RuleHealth implements vscode.Disposable {
  readonly #rules: StoredRules;
  readonly #subscriptions: readonly vscode.Disposable[];
  readonly #told = new Set<string>();

  constructor(broker: Broker, rules: StoredRules) {
    this.#rules = rules;
    this.#subscriptions = [
      broker.onDidNotKeepRule(({ rule, cause }) => {
        void vscode.window.showErrorMessage(`Countersign: ${notKeptWords(rule, cause)}`);
      }),
      rules.onDidChange(() => this.#tellProblems()),
    ];
    this.#tellProblems();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #tellProblems(): void {
    for (const problem of this.#rules.problems) {
      const words = setAsideWords(problem);
      if (this.#told.has(words)) continue;
      this.#told.add(words);
      void vscode.window.showWarningMessage(`Countersign: ${words}`);
    }
  }
}
