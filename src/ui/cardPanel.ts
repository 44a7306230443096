import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import { type CardKey, parseFromWebview, type ToCards } from '../protocol/messages.ts';
import { waitingCard, watchCards } from './cardChanges.ts';
import type { CardMessages } from './cardMessages.ts';
import { commands, views } from './names.ts';
import { webviewHtml, webviewOptions } from './webviewHtml.ts';

/** The card panel: every waiting request as a card, in the side bar and, on request, as an editor. */
export class CardPanel implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #broker: Broker;
  readonly #messages: CardMessages;
  readonly #disposables: vscode.Disposable[];
  readonly #hosts = new Set<CardsHost>();
  #editor: vscode.WebviewPanel | undefined;

  constructor(extensionUri: vscode.Uri, broker: Broker, messages: CardMessages) {
    this.#extensionUri = extensionUri;
    this.#broker = broker;
    this.#messages = messages;
    this.#disposables = [
      vscode.window.registerWebviewViewProvider(views.cards, this),
      watchCards(
        broker,
        () => true,
        (cards) => this.#post({ type: 'changed', cards }),
      ),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.#post({ type: 'windowFocused' });
      }),
    ];
  }

  get isVisible(): boolean {
    return [...this.#hosts].some((host) => host.isVisible());
  }

  /** Whether the person's keyboard is in the panel. */
  get isFocused(): boolean {
    return [...this.#hosts].some((host) => host.focused && host.isVisible());
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#attach(view.webview, () => view.visible, view.onDidDispose);
  }

  /** Opens the panel as an editor. */
  openEditor(): void {
    if (this.#editor) {
      this.#editor.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      views.cardsPanel,
      'Waiting requests',
      vscode.ViewColumn.Active,
      {
        ...webviewOptions(this.#extensionUri),
      },
    );
    panel.iconPath = vscode.Uri.joinPath(this.#extensionUri, 'media', 'panel.svg');
    this.#editor = panel;
    panel.onDidDispose(() => {
      this.#editor = undefined;
    });
    this.#attach(panel.webview, () => panel.visible, panel.onDidDispose);
  }

  /** Shows a card and puts the focus on it. */
  async reveal(requestId: string): Promise<void> {
    await vscode.commands.executeCommand(`${views.cards}.focus`);
    for (const host of this.#hosts) host.reveal(requestId);
  }

  sendKey(key: CardKey): void {
    for (const host of this.#hosts) if (host.focused) host.post({ type: 'key', key });
  }

  dispose(): void {
    this.#editor?.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #post(message: ToCards): void {
    for (const host of this.#hosts) host.post(message);
  }

  #attach(
    webview: vscode.Webview,
    isVisible: () => boolean,
    onDidDispose: vscode.Event<void>,
  ): void {
    const host = new CardsHost(webview, isVisible, this.#broker);
    this.#hosts.add(host);
    const listening = webview.onDidReceiveMessage((raw: unknown) => this.#receive(host, raw));
    onDidDispose(() => {
      listening.dispose();
      this.#hosts.delete(host);
    });
    webview.options = webviewOptions(this.#extensionUri);
    webview.html = webviewHtml(webview, this.#extensionUri, 'cards');
  }

  async #receive(host: CardsHost, raw: unknown): Promise<void> {
    const parsed = parseFromWebview(raw);
    if (!parsed.ok) return;
    const message = parsed.value;
    if (message.type === 'ready') host.ready();
    else if (message.type === 'focus') host.focused = message.focused;
    else if (message.type === 'startAgain')
      await vscode.commands.executeCommand(commands.startAgain, message.sessionKey);
    else await this.#messages.handle(message, 'cards', (reply) => host.post(reply));
  }
}

/** One page that shows the cards. Messages are sent only once it listens; it gets everything when it does. */
class CardsHost {
  focused = false;
  readonly isVisible: () => boolean;
  readonly #webview: vscode.Webview;
  readonly #broker: Broker;
  #listening = false;
  #toReveal: string | undefined;

  constructor(webview: vscode.Webview, isVisible: () => boolean, broker: Broker) {
    this.#webview = webview;
    this.isVisible = isVisible;
    this.#broker = broker;
  }

  ready(): void {
    this.#listening = true;
    const cards = this.#broker.pending.map((request) => waitingCard(this.#broker, request));
    this.post({ type: 'cards', cards });
    if (this.#toReveal !== undefined) this.reveal(this.#toReveal);
  }

  reveal(requestId: string): void {
    this.#toReveal = this.#listening ? undefined : requestId;
    this.post({ type: 'reveal', requestId });
  }

  post(message: ToCards): void {
    if (this.#listening) void this.#webview.postMessage(message);
  }
}
