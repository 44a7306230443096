import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import { SURFACES, type Surface } from '../permission/decision.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { whyNoRule } from '../permission/rules.ts';
import { safeText } from '../permission/spans.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { nextPromptWords, wish } from '../protocol/words.ts';
import type { AnswerChoice, Answering } from './answering.ts';
import type { CardPanel } from './cardPanel.ts';
import type { DiffEditor } from './diffEditor.ts';
import type { InboxNode } from './inboxTree.ts';
import { requestAsText } from './requestText.ts';

/** What fits in VS Code's dialog; a longer request is shown as its card instead. */
const MAX_DIALOG = 1200;
const SHOW = 'Show card';
const ALLOW = 'Allow once';
const ALWAYS = 'Always allow…';

export interface RequestCommandsOptions {
  readonly broker: Broker;
  readonly answering: Answering;
  readonly cards: CardPanel;
  readonly diff: DiffEditor;
  readonly rules: StoredRules;
}

/** The commands that act on one request, wherever they were called from. */
export class RequestCommands {
  readonly #options: RequestCommandsOptions;

  constructor(options: RequestCommandsOptions) {
    this.#options = options;
  }

  async allowOnce(target: unknown, surface?: unknown): Promise<void> {
    await this.#allow(target, surface, ALLOW, async () => ({ outcome: 'allow' }));
  }

  async alwaysAllow(target: unknown, surface?: unknown): Promise<void> {
    await this.#allow(target, surface, ALWAYS, (request) => this.#withRule(request, 'allow'));
  }

  async alwaysDeny(target: unknown): Promise<void> {
    const found = await this.#resolve(target);
    const choice = found && (await this.#withRule(found.request, 'deny'));
    if (choice) await this.#options.answering.answer(found.request, found.surface, choice);
  }

  async deny(target: unknown, surface?: unknown): Promise<void> {
    const found = await this.#resolve(target, surface);
    if (found)
      await this.#options.answering.answer(found.request, found.surface, { outcome: 'deny' });
  }

  async denyWithFeedback(target: unknown): Promise<void> {
    const found = await this.#resolve(target);
    if (!found) return;
    const feedback = await vscode.window.showInputBox({
      title: `Deny, and tell ${safeText(found.request.agent.name)} what to do differently`,
      prompt:
        found.request.feedback === 'nextPrompt'
          ? nextPromptWords(safeText(found.request.agent.name))
          : found.request.display.oneLine,
      ignoreFocusOut: true,
    });
    if (feedback === undefined) return;
    const choice: AnswerChoice = { outcome: 'deny', ...(feedback && { feedback }) };
    await this.#options.answering.answer(found.request, found.surface, choice);
  }

  async show(target: unknown): Promise<void> {
    const found = await this.#resolve(target);
    if (found) await this.#options.cards.reveal(found.request.id);
  }

  async openDiff(target: unknown): Promise<void> {
    const found = await this.#resolve(target);
    if (found) await this.#options.diff.open(found.request);
  }

  async openWhole(target: unknown): Promise<void> {
    const found = await this.#resolve(target);
    if (found) await this.#options.diff.openWhole(found.request);
  }

  async #allow(
    target: unknown,
    from: unknown,
    button: typeof ALLOW | typeof ALWAYS,
    choose: (request: PermissionRequest) => Promise<AnswerChoice | undefined>,
  ): Promise<void> {
    const found = await this.#resolve(target, from);
    if (!found) return;
    const { request, surface } = found;
    const seen =
      surface === 'diff' || (surface === 'inbox' && fitsInTree(request) && button === ALLOW);
    const isRefused = button === ALWAYS && whyNoRule(request) !== undefined;
    const mayGoOn = seen || isRefused || (await this.#confirm(request, button));
    if (request.questions || !mayGoOn) return;
    const choice = await choose(request);
    if (choice) await this.#options.answering.answer(request, surface, choice);
  }

  async #withRule(
    request: PermissionRequest,
    outcome: 'allow' | 'deny',
  ): Promise<AnswerChoice | undefined> {
    const { chooseRule } = await import('./ruleChoice.ts');
    const rule = await chooseRule(request, outcome, this.#options.rules);
    return rule && { outcome, rule };
  }

  /** Shows the whole request before it can be allowed from a place that shows only its first words. */
  async #confirm(request: PermissionRequest, button: string): Promise<boolean> {
    const text = requestAsText(request);
    if (text.length > MAX_DIALOG || request.questions) {
      await this.#options.cards.reveal(request.id);
      return false;
    }
    const heading = `${safeText(request.agent.name)} wants to ${wish(request.display)}`;
    const options = { modal: true, detail: text };
    // The dialog puts the focus on its first button, and that must never be one that allows.
    const choice = await vscode.window.showWarningMessage(heading, options, SHOW, button);
    if (choice === SHOW) await this.#options.cards.reveal(request.id);
    return choice === button;
  }

  /** Menus pass a tree node, code lenses an id and a surface, the palette nothing at all. */
  async #resolve(
    target: unknown,
    from?: unknown,
  ): Promise<{ request: PermissionRequest; surface: Surface } | undefined> {
    const { broker, diff } = this.#options;
    if (isRequestNode(target)) return { request: target.request, surface: 'inbox' };
    if (typeof target === 'string') {
      const request = broker.find(target);
      return request && { request, surface: isSurface(from) ? from : 'palette' };
    }
    const active = diff.activeRequest();
    if (active) return { request: active, surface: 'diff' };
    const request = await pick(broker.pending);
    return request && { request, surface: 'palette' };
  }
}

function isRequestNode(target: unknown): target is Extract<InboxNode, { kind: 'request' }> {
  return (
    typeof target === 'object' && target !== null && 'kind' in target && target.kind === 'request'
  );
}

function isSurface(value: unknown): value is Surface {
  return typeof value === 'string' && (SURFACES as readonly string[]).includes(value);
}

function fitsInTree({ display }: PermissionRequest): boolean {
  return (
    display.oneLineIsAll &&
    display.oneLine.length <= 60 &&
    !display.risk &&
    display.secrets.length === 0 &&
    display.hidden === 0
  );
}

async function pick(pending: readonly PermissionRequest[]): Promise<PermissionRequest | undefined> {
  if (pending.length <= 1) {
    if (pending.length === 0) void vscode.window.showInformationMessage('Nothing is waiting.');
    return pending[0];
  }
  const items = pending.map((request) => ({
    label: request.display.oneLine.replaceAll('$(', '$\u200B('),
    description: safeText(request.agent.name),
    request,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Which request?' });
  return picked?.request;
}
