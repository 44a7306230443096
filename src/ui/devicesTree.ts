import * as vscode from 'vscode';
import { age } from '../protocol/words.ts';
import { type Coalesced, coalesce } from './coalesce.ts';
import { views } from './names.ts';
import type { PairedDevice, Phones } from './phones.ts';

/** The paired phones of this window: how each is reached, and when it was last seen. */
export class DevicesTree implements vscode.TreeDataProvider<PairedDevice>, vscode.Disposable {
  readonly #phones: Phones;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<PairedDevice>;
  readonly #refresh: Coalesced;
  readonly #disposables: readonly vscode.Disposable[];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(phones: Phones) {
    this.#phones = phones;
    this.#view = vscode.window.createTreeView(views.devices, { treeDataProvider: this });
    this.#refresh = coalesce(() => this.#changed.fire(undefined));
    this.#disposables = [
      this.#view,
      this.#changed,
      this.#refresh,
      phones.onDidChange(this.#refresh.run),
      // "seen 3 min ago" grows old while nothing happens.
      this.#view.onDidChangeVisibility(({ visible }) => visible && this.#refresh.run()),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  getTreeItem(device: PairedDevice): vscode.TreeItem {
    const { id, name } = device;
    const item = new vscode.TreeItem(name);
    item.id = id;
    item.description = `${reachWords(device)} · seen ${ageWords(device.lastSeenAt)}`;
    item.iconPath = isReached(device)
      ? new vscode.ThemeIcon('device-mobile')
      : new vscode.ThemeIcon('debug-disconnect', new vscode.ThemeColor('list.warningForeground'));
    item.contextValue = 'device';
    item.tooltip = tooltip(device);
    item.accessibilityInformation = { label: `${name}. ${item.tooltip.replaceAll('\n', ' ')}` };
    return item;
  }

  getChildren(device?: PairedDevice): PairedDevice[] {
    return device ? [] : [...this.#phones.devices];
  }
}

function isReached({ reach }: PairedDevice): boolean {
  return reach.transport === 'up' || reach.push === 'on';
}

/** Which way a card goes to it now, in a few words. */
function reachWords({ kind, reach }: PairedDevice): string {
  const way = kind === 'lan' ? 'local network' : 'relay';
  const push = reach.push === 'on' ? ' and push' : '';
  switch (reach.transport) {
    case 'up':
      return `${way}${push}`;
    case 'connecting':
      return reach.push === 'on' ? 'push, connecting…' : 'connecting…';
    case 'down':
      return reach.push === 'on' ? `push only, ${way} down` : 'not reached';
    case 'off':
      return 'switched off';
  }
}

function tooltip(device: PairedDevice): string {
  const { addedAt, lastSeenAt, reach, whyDown } = device;
  const lines = [
    `Reached over: ${reachWords(device)}.`,
    PUSH_WORDS[reach.push],
    `Added ${new Date(addedAt).toLocaleString()}, last seen ${new Date(lastSeenAt).toLocaleString()}.`,
  ];
  if (reach.transport === 'off') lines.push('Its way is switched off in the settings.');
  if (whyDown) lines.push(whyDown.message, whyDown.next);
  return lines.join('\n');
}

const PUSH_WORDS = {
  on: 'Push notifications are on.',
  off: 'Push notifications are off.',
  failing: 'The last push notification did not arrive; requests go the other way.',
} as const;

function ageWords(at: number): string {
  const words = age(Date.now() - at);
  return words === 'now' ? words : `${words} ago`;
}
