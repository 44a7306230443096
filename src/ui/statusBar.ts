import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import { safeText } from '../permission/spans.ts';
import { wish } from '../protocol/words.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { coalesce } from './coalesce.ts';
import { commands } from './names.ts';
import { noIcons } from './noIcons.ts';
import type { Phones } from './phones.ts';

const MAX_LINES = 10;

export interface StatusBarOptions {
  readonly broker: Broker;
  readonly sessions: Sessions;
  readonly phones: Pick<Phones, 'devices' | 'onDidChange'>;
  panelIsVisible(): boolean;
}

/** The count of waiting requests at the bottom of the window. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem(
    'countersign',
    vscode.StatusBarAlignment.Left,
    100,
  );
  readonly #disposables: vscode.Disposable[];

  constructor(options: StatusBarOptions) {
    const { broker, sessions, phones } = options;
    this.#item.name = 'Countersign';
    this.#item.command = commands.showInbox;
    const update = coalesce(() => this.#update(options, options.panelIsVisible()));
    this.#disposables = [
      this.#item,
      update,
      broker.onDidRaise(update.run),
      broker.onDidSettle(update.run),
      sessions.onDidChange(update.run),
      phones.onDidChange(update.run),
    ];
    this.#update(options, false);
    this.#item.show();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #update({ broker, sessions, phones }: StatusBarOptions, panelVisible: boolean): void {
    const pending = broker.pending;
    const item = this.#item;
    item.backgroundColor = undefined;
    if (pending.length === 0) {
      const connected = sessions.all.filter((session) => !session.isOver).length;
      item.text = '$(shield)';
      item.tooltip = `Countersign: nothing is waiting. ${connected === 1 ? '1 agent' : `${connected} agents`} connected.${phoneWords(phones)}`;
      item.accessibilityInformation = { label: item.tooltip };
      return;
    }
    const risky = pending.filter(({ display }) => display.risk).length;
    item.text = risky
      ? `$(warning) ${pending.length} waiting, ${risky} high risk`
      : `$(bell-dot) ${pending.length} waiting`;
    item.accessibilityInformation = {
      label: `Countersign: ${pending.length} waiting, ${risky} high risk`,
    };
    const lines = pending
      .slice(0, MAX_LINES)
      .map(({ agent, display }) =>
        noIcons(
          `${safeText(agent.name)} wants to ${wish(display)}: ${display.oneLine.slice(0, 80)}`,
        ),
      );
    const rest = pending.length - lines.length;
    item.tooltip = [...lines, ...(rest > 0 ? [`… and ${rest} more in the inbox`] : [])].join('\n');
    if (!panelVisible)
      item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  }
}

/** Nothing while no phone is paired. */
function phoneWords({ devices }: StatusBarOptions['phones']): string {
  if (devices.length === 0) return '';
  const reached = devices.filter(({ reach }) => reach.transport === 'up' || reach.push === 'on');
  const count = devices.length === 1 ? '1 phone' : `${devices.length} phones`;
  if (reached.length === devices.length) return ` ${count} paired.`;
  const why = devices.find(({ whyDown }) => whyDown)?.whyDown?.message ?? '';
  return ` ${count} paired, ${devices.length - reached.length} not reached. ${why}`.trimEnd();
}
