import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import type { Surface } from '../permission/decision.ts';
import type { PermissionRequest } from '../permission/request.ts';
import type { AnswerMessage, CardReply, FromWebview } from '../protocol/messages.ts';
import type { Answering } from './answering.ts';
import { commands } from './names.ts';
import { openLink } from './openLink.ts';
import { requestAsText } from './requestText.ts';
import type { RuleOffers } from './ruleOffers.ts';

/** What a card can ask of the extension, the same in every webview. */
export class CardMessages {
  readonly #broker: Broker;
  readonly #answering: Answering;
  readonly #offers: RuleOffers;

  constructor(broker: Broker, answering: Answering, offers: RuleOffers) {
    this.#broker = broker;
    this.#answering = answering;
    this.#offers = offers;
  }

  /** Handles a card's message; false when it is not one. */
  async handle(
    message: FromWebview,
    surface: Surface,
    reply: (message: CardReply) => void,
  ): Promise<boolean> {
    switch (message.type) {
      case 'answer':
        await this.#answer(message, surface, reply);
        return true;
      case 'openDiff':
        await vscode.commands.executeCommand(commands.openDiff, message.requestId);
        return true;
      case 'openWhole':
        await vscode.commands.executeCommand(commands.openWhole, message.requestId);
        return true;
      case 'openPage':
        await this.#openPage(this.#broker.find(message.requestId));
        return true;
      case 'copy':
        await this.#copy(this.#broker.find(message.requestId));
        return true;
      case 'askRules':
        await this.#offer(message.requestId, reply);
        return true;
      case 'showRule':
        await vscode.commands.executeCommand(commands.showRule, message.ruleId);
        return true;
      case 'revokeRule':
        await vscode.commands.executeCommand(commands.revokeRule, message.ruleId);
        return true;
      case 'ready':
      case 'focus':
      case 'dismiss':
      case 'openLink':
      case 'openDoor':
      case 'prompt':
      case 'stop':
      case 'startAgain':
      case 'resumeSession':
      case 'setMode':
      case 'setModel':
      case 'newSession':
      case 'showInbox':
        return false;
    }
  }

  async #offer(requestId: string, reply: (message: CardReply) => void): Promise<void> {
    const request = this.#broker.find(requestId);
    if (!request) return;
    await this.#offers.offer(request, (offer) => reply({ type: 'ruleOffer', requestId, offer }));
  }

  async #answer(
    message: AnswerMessage,
    surface: Surface,
    reply: (message: CardReply) => void,
  ): Promise<void> {
    const { type: _, requestId, argsHash, ...choice } = message;
    const result = await this.#answering.propose(requestId, argsHash, surface, choice);
    if (!result.ok) reply({ type: 'refused', requestId, text: result.error });
  }

  async #openPage(request: PermissionRequest | undefined): Promise<void> {
    const url = request?.elicitation?.url;
    if (url !== undefined) await openLink(url);
  }

  async #copy(request: PermissionRequest | undefined): Promise<void> {
    if (request) await vscode.env.clipboard.writeText(requestAsText(request));
  }
}
