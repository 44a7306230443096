import * as vscode from 'vscode';
import { err, type Result } from '../base/result.ts';
import type { AnswerError, Broker, Settled } from '../permission/broker.ts';
import type { ProposedAnswer, Surface } from '../permission/decision.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { alreadyAnswered, unfitAnswer } from '../protocol/words.ts';

/** A click this soon after the request, or the window, came to the front was aimed at something else. Milliseconds. */
const INERT = 500;

export type AnswerChoice = Omit<ProposedAnswer, 'requestId' | 'argsHash' | 'by'>;

/** The one way from VS Code's surfaces to the broker. Surfaces propose; this says what became of it. */
export class Answering implements vscode.Disposable {
  readonly #broker: Broker;
  readonly #window: vscode.Disposable;
  #focusedAt = 0;

  constructor(broker: Broker) {
    this.#broker = broker;
    this.#window = vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) this.#focusedAt = Date.now();
    });
  }

  dispose(): void {
    this.#window.dispose();
  }

  /** Proposes an answer and shows the person when it did not count. */
  async answer(request: PermissionRequest, surface: Surface, choice: AnswerChoice): Promise<void> {
    const result = await this.propose(request.id, request.argsHash, surface, choice);
    if (!result.ok) void vscode.window.showWarningMessage(`Countersign: ${result.error}`);
  }

  /** Proposes an answer; an error is a sentence for the person. */
  async propose(
    requestId: string,
    argsHash: string,
    surface: Surface,
    choice: AnswerChoice,
  ): Promise<Result<Settled, string>> {
    const request = this.#broker.find(requestId);
    const shownAt = Math.max(request?.raisedAt ?? 0, this.#focusedAt);
    if (choice.outcome === 'allow' && Date.now() - shownAt < INERT) {
      return err('This request has only just come up, so the click did not count. Answer again.');
    }
    const result = await this.#broker.answer({
      ...choice,
      requestId,
      argsHash,
      by: { kind: 'person', surface },
    });
    return result.ok ? result : err(describe(result.error));
  }
}

function describe(error: AnswerError): string {
  switch (error.kind) {
    case 'alreadySettled':
      return alreadyAnswered(error.settled.decision.by);
    case 'unknownRequest':
      return 'This request is over. Nothing was allowed.';
    case 'changed':
      return 'The request is not the one that was shown. Nothing was allowed. Open it again.';
    case 'unknownOption':
      return 'The agent does not offer this answer. Nothing was allowed. Choose another.';
    case 'onlyWiderAllow':
      return 'The agent offers no way to allow only this call. Nothing was allowed.';
    case 'ruleRefused':
      return `${error.reason} Nothing was allowed. Use Allow once, or choose another rule.`;
    case 'answersMissing':
      return 'Answer every question first.';
    case 'answerUnfit':
      return unfitAnswer(error);
    case 'journalFailed':
      return 'The answer could not be recorded, so nothing was allowed. Make sure that the disk works and has space, then answer again.';
  }
}
