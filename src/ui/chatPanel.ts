import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import { cardView } from '../protocol/cardView.ts';
import {
  type CardKey,
  type FromWebview,
  parseFromWebview,
  type ToChat,
} from '../protocol/messages.ts';
import { describeError } from '../protocol/userError.ts';
import type { Session } from '../sessions/session.ts';
import { waitingCard, watchCards } from './cardChanges.ts';
import type { CardMessages } from './cardMessages.ts';
import { type Coalesced, coalesce } from './coalesce.ts';
import { commands, views } from './names.ts';
import { openLink } from './openLink.ts';
import { webviewHtml, webviewOptions } from './webviewHtml.ts';

export interface ChatPanelOptions {
  readonly extensionUri: vscode.Uri;
  readonly session: Session;
  readonly broker: Broker;
  readonly messages: CardMessages;
}

/** The conversation of one session, as an editor. Closing it ends nothing: the session goes on. */
export class ChatPanel implements vscode.Disposable {
  readonly session: Session;
  readonly #options: ChatPanelOptions;
  readonly #panel: vscode.WebviewPanel;
  readonly #disposables: vscode.Disposable[];
  readonly #flushing: Coalesced;
  readonly #countingElsewhere: Coalesced;
  #listening = false;
  #focused = false;
  #dirtyFrom = 0;
  #toReveal: string | undefined;

  constructor(options: ChatPanelOptions, onDidClose: () => void) {
    const { extensionUri, session, broker } = options;
    this.#options = options;
    this.session = session;
    this.#panel = vscode.window.createWebviewPanel(
      views.chatPanel,
      session.view.title,
      { viewColumn: vscode.ViewColumn.Active, preserveFocus: true },
      { ...webviewOptions(extensionUri), retainContextWhenHidden: false },
    );
    this.#panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'panel.svg');
    this.#flushing = coalesce(() => this.#flush(), 16);
    this.#countingElsewhere = coalesce(() => this.#postElsewhere());
    this.#disposables = [
      this.#flushing,
      this.#countingElsewhere,
      this.#panel,
      this.#panel.webview.onDidReceiveMessage((raw: unknown) => this.#receive(raw)),
      session.transcript.onDidChange((from) => this.#changed(from)),
      session.onDidChange(() => this.#sessionChanged()),
      watchCards(
        broker,
        (request) => request.session.key === session.key,
        (cards) => this.#post({ type: 'changed', cards }),
      ),
      broker.onDidRaise(this.#countingElsewhere.run),
      broker.onDidSettle(this.#countingElsewhere.run),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.#post({ type: 'windowFocused' });
      }),
      this.#panel.onDidDispose(() => {
        onDidClose();
        this.dispose();
      }),
    ];
    this.#panel.webview.html = webviewHtml(this.#panel.webview, extensionUri, 'chat');
  }

  /** Whether the person's keyboard is in this chat. */
  get isFocused(): boolean {
    return this.#focused && this.#panel.active;
  }

  reveal(requestId?: string): void {
    this.#panel.reveal(undefined, false);
    if (requestId === undefined) return;
    this.#toReveal = this.#listening ? undefined : requestId;
    this.#post({ type: 'reveal', requestId });
  }

  sendKey(key: CardKey): void {
    this.#post({ type: 'key', key });
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }

  #changed(from: number): void {
    this.#dirtyFrom = Math.min(this.#dirtyFrom, from);
    this.#flushing.run();
  }

  #flush(): void {
    if (!this.#listening) return;
    const from = this.#dirtyFrom;
    const { entries } = this.session.transcript;
    this.#dirtyFrom = Number.POSITIVE_INFINITY;
    if (from < entries.length) this.#post({ type: 'entries', from, entries: entries.slice(from) });
  }

  #sessionChanged(): void {
    this.#panel.title = this.session.view.title;
    this.#post({ type: 'session', session: this.session.view });
  }

  #postElsewhere(): void {
    if (!this.#listening) return;
    const others = this.#options.broker.pending.filter(
      ({ session }) => session.key !== this.session.key,
    );
    const sessions = [...new Set(others.map(({ session }) => session.title))];
    this.#post({ type: 'elsewhere', requests: others.length, sessions });
  }

  /** A page that has just (re)loaded knows nothing: it gets all there is. */
  #ready(): void {
    this.#listening = true;
    this.#dirtyFrom = 0;
    const { broker } = this.#options;
    this.#post({ type: 'session', session: this.session.view });
    const cards = this.session.transcript.entries.flatMap((entry) => {
      if (entry.kind !== 'card') return [];
      const request = broker.find(entry.requestId);
      if (!request) return [];
      const settled = broker.settledAs(entry.requestId);
      return [settled ? cardView(request, settled) : waitingCard(broker, request)];
    });
    this.#post({ type: 'cards', cards });
    this.#flush();
    this.#postElsewhere();
    if (this.#toReveal !== undefined) this.#post({ type: 'reveal', requestId: this.#toReveal });
    this.#toReveal = undefined;
  }

  async #receive(raw: unknown): Promise<void> {
    const parsed = parseFromWebview(raw);
    if (!parsed.ok) return;
    const message = parsed.value;
    const handled = await this.#options.messages.handle(message, 'chat', (reply) =>
      this.#post(reply),
    );
    if (!handled) await this.#handle(message);
  }

  async #handle(message: FromWebview): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.#ready();
      case 'focus':
        this.#focused = message.focused;
        return;
      case 'prompt':
        return this.#told(this.session.prompt(message.text));
      case 'stop':
        return this.session.interrupt();
      case 'startAgain':
        await vscode.commands.executeCommand(commands.startAgain, this.session.key);
        return;
      case 'resumeSession':
        await vscode.commands.executeCommand(commands.resumeSession, this.session.key);
        return;
      case 'setMode':
        return this.#told(this.session.setMode(message.id));
      case 'setModel':
        return this.#told(this.session.setModel(message.id));
      case 'newSession':
        await vscode.commands.executeCommand(commands.startSession);
        return;
      case 'showInbox':
        await vscode.commands.executeCommand(commands.showInbox);
        return;
      case 'openLink':
        return openLink(message.href);
      case 'openDoor':
        return this.#openDoor(message.path);
      default:
        return;
    }
  }

  async #openDoor(path: string): Promise<void> {
    if (!this.session.view.doors?.some((door) => door.path === path)) return;
    await vscode.window.showTextDocument(vscode.Uri.file(path));
  }

  /** What could not be done is said in the conversation, and the page shows what is still in force. */
  async #told(done: Promise<void>): Promise<void> {
    await done.catch((error: unknown) => {
      this.session.transcript.addNotice('error', describeError(error));
      this.#sessionChanged();
    });
  }

  #post(message: ToChat): void {
    if (this.#listening) void this.#panel.webview.postMessage(message);
  }
}
