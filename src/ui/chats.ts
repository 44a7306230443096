import type * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import type { CardKey } from '../protocol/messages.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { CardMessages } from './cardMessages.ts';
import { ChatPanel } from './chatPanel.ts';

/** The open chat panels, at most one for each session. */
export class Chats implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #broker: Broker;
  readonly #messages: CardMessages;
  readonly #panels = new Map<string, ChatPanel>();
  readonly #closing: vscode.Disposable;

  constructor(
    extensionUri: vscode.Uri,
    broker: Broker,
    messages: CardMessages,
    sessions: Sessions,
  ) {
    this.#extensionUri = extensionUri;
    this.#broker = broker;
    this.#messages = messages;
    this.#closing = sessions.onDidChange((session) => {
      if (!sessions.get(session.key)) this.#panels.get(session.key)?.dispose();
    });
  }

  /** Opens the chat of a session, or brings it to the front; `focus` moves the keyboard there. */
  open(session: Session, focus = true): ChatPanel {
    const open = this.#panels.get(session.key);
    if (open) {
      if (focus) open.reveal();
      return open;
    }
    const panel = new ChatPanel(
      { extensionUri: this.#extensionUri, session, broker: this.#broker, messages: this.#messages },
      () => this.#panels.delete(session.key),
    );
    this.#panels.set(session.key, panel);
    if (focus) panel.reveal();
    return panel;
  }

  isFocused(sessionKey: string): boolean {
    return this.#panels.get(sessionKey)?.isFocused ?? false;
  }

  sendKey(key: CardKey): void {
    for (const panel of this.#panels.values()) if (panel.isFocused) panel.sendKey(key);
  }

  dispose(): void {
    this.#closing.dispose();
    for (const panel of [...this.#panels.values()]) panel.dispose();
  }
}
