import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { canHaveRule } from '../permission/rules.ts';
import { safeText } from '../permission/spans.ts';
import { KIND_ICONS } from '../protocol/kindIcons.ts';
import { age, wish } from '../protocol/words.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { coalesce } from './coalesce.ts';
import type { Missed } from './missed.ts';
import { MISSED_GROUP, type MissedNode, missedItem } from './missedNodes.ts';
import { commands, contextKeys, views } from './names.ts';

/** A node: a session, a request that waits in it, or what was missed. */
export type InboxNode =
  | MissedNode
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'request'; readonly request: PermissionRequest };

/** The inbox: every request that waits, by session. It survives closing panels and carries the badge. */
export class InboxTree implements vscode.TreeDataProvider<InboxNode>, vscode.Disposable {
  readonly #broker: Broker;
  readonly #sessions: Sessions;
  readonly #missed: Missed;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<InboxNode>;
  readonly #disposables: vscode.Disposable[] = [];
  readonly #nodes = new Map<string, InboxNode>();
  #bySession = new Map<string, PermissionRequest[]>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(broker: Broker, sessions: Sessions, missed: Missed) {
    this.#broker = broker;
    this.#sessions = sessions;
    this.#missed = missed;
    this.#view = vscode.window.createTreeView(views.inbox, { treeDataProvider: this });
    const refresh = coalesce(() => this.#refresh());
    this.#disposables.push(
      this.#view,
      this.#changed,
      refresh,
      broker.onDidRaise(refresh.run),
      broker.onDidSettle(({ request }) => {
        this.#nodes.delete(request.id);
        refresh.run();
      }),
      sessions.onDidChange(refresh.run),
      missed.onDidChange(refresh.run),
    );
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  getTreeItem(node: InboxNode): vscode.TreeItem {
    switch (node.kind) {
      case 'session':
        return sessionItem(node.session, this.#waitingIn(node.session.key).length);
      case 'request':
        return requestItem(node.request);
      case 'missedGroup':
      case 'missed':
        return missedItem(node, this.#missed.requests.length);
    }
  }

  getChildren(node?: InboxNode): InboxNode[] {
    switch (node?.kind) {
      case undefined:
        return [
          ...this.#sessions.all.map((session) =>
            this.#node(session.key, { kind: 'session', session }),
          ),
          ...(this.#missed.requests.length > 0 ? [MISSED_GROUP] : []),
        ];
      case 'session':
        return this.#waitingIn(node.session.key).map((request) =>
          this.#node(request.id, { kind: 'request', request }),
        );
      case 'missedGroup':
        return this.#missed.requests.map((missed) => ({ kind: 'missed', missed }));
      case 'request':
      case 'missed':
        return [];
    }
  }

  getParent(node: InboxNode): InboxNode | undefined {
    if (node.kind === 'missed') return MISSED_GROUP;
    if (node.kind !== 'request') return undefined;
    const session = this.#sessions.get(node.request.session.key);
    return session && this.#node(session.key, { kind: 'session', session });
  }

  /** The same node object for the same thing, so that VS Code keeps selection and focus. */
  #node(id: string, fresh: InboxNode): InboxNode {
    const known = this.#nodes.get(id) ?? fresh;
    this.#nodes.set(id, known);
    return known;
  }

  #waitingIn(sessionKey: string): readonly PermissionRequest[] {
    return this.#bySession.get(sessionKey) ?? [];
  }

  #refresh(): void {
    const pending = this.#broker.pending;
    this.#bySession = new Map();
    for (const request of pending) {
      const list = this.#bySession.get(request.session.key);
      if (list) list.push(request);
      else this.#bySession.set(request.session.key, [request]);
    }
    for (const [id, node] of this.#nodes) {
      if (node.kind === 'session' && !this.#sessions.get(id)) this.#nodes.delete(id);
    }
    const count = pending.length;
    const tooltip = count === 1 ? '1 request is waiting' : `${count} requests are waiting`;
    this.#view.badge = count > 0 ? { value: count, tooltip } : undefined;
    void vscode.commands.executeCommand('setContext', contextKeys.waiting, count > 0);
    this.#changed.fire(undefined);
  }
}

function sessionItem(session: Session, waiting: number): vscode.TreeItem {
  const { view } = session;
  const item = new vscode.TreeItem(view.title, vscode.TreeItemCollapsibleState.Expanded);
  item.id = session.key;
  item.iconPath = new vscode.ThemeIcon('comment-discussion');
  item.description = `${view.agent.name} · ${waiting > 0 ? `${waiting} waiting` : STATE_WORDS[view.state]}`;
  item.contextValue = session.canResume
    ? 'session.over.resumable'
    : session.isOver
      ? 'session.over'
      : 'session.running';
  item.command = { command: commands.openChat, title: 'Open chat', arguments: [session.key] };
  return item;
}

const STATE_WORDS = {
  starting: 'starting',
  ready: 'done',
  running: 'running',
  failed: 'failed',
  ended: 'ended',
} as const;

function requestItem(request: PermissionRequest): vscode.TreeItem {
  const { agent, display } = request;
  const waited = age(Date.now() - request.raisedAt);
  const item = new vscode.TreeItem(cut(display.oneLine));
  item.id = request.id;
  item.description = `${safeText(agent.name)} · ${waited}`;
  item.iconPath = display.risk
    ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'))
    : new vscode.ThemeIcon(KIND_ICONS[display.kind]);
  item.contextValue = contextValue(request);
  const label = `${safeText(agent.name)}, ${safeText(request.session.title)}, wants to ${wish(display)}: ${display.oneLine}`;
  item.accessibilityInformation = {
    label: `${display.risk ? 'High risk. ' : ''}${label}. Waiting ${waited}.`,
  };
  item.tooltip = `${display.oneLine}\n${display.risk?.text ?? ''}`.trim();
  item.command = { command: commands.showRequest, title: 'Show', arguments: [request.id] };
  return item;
}

function contextValue(request: PermissionRequest): string {
  if (request.questions) return 'question';
  const words = ['request'];
  if (request.action.tool === 'edit') words.push('diff');
  if (canHaveRule(request)) words.push('rule');
  return words.join('.');
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
