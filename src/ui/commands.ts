import * as vscode from 'vscode';
import type { CardKey } from '../protocol/messages.ts';
import type { CardPanel } from './cardPanel.ts';
import type { Chats } from './chats.ts';
import type { CommandTable } from './commandTable.ts';
import type { HistoryPanel } from './historyPanel.ts';
import type { Missed } from './missed.ts';
import { missedId } from './missedNodes.ts';
import { commands, views } from './names.ts';
import type { PhoneCommands } from './phoneCommands.ts';
import type { RequestCommands } from './requestCommands.ts';
import type { RuleCommands } from './ruleCommands.ts';
import type { SessionCommands } from './sessionCommands.ts';
import type { StartSession } from './startSession.ts';

export interface CommandParts {
  readonly start: StartSession;
  readonly request: RequestCommands;
  readonly session: SessionCommands;
  readonly cards: CardPanel;
  readonly chats: Chats;
  readonly missed: Missed;
  readonly phone: PhoneCommands;
  readonly rule: RuleCommands;
  readonly history: HistoryPanel;
  readonly output: vscode.OutputChannel;
  readonly extensionId: string;
}

/** Every command of package.json and what it does. */
export function commandTable(parts: CommandParts): CommandTable {
  const { start, request, session, cards, chats, missed, phone, rule, history, output } = parts;
  // Only the page that has the keyboard acts on a key.
  const onCard = (key: CardKey) => () => {
    cards.sendKey(key);
    chats.sendKey(key);
  };
  return {
    [commands.startSession]: () => start.ask(),
    [commands.runDemo]: () => start.demo(),
    [commands.showInbox]: () => vscode.commands.executeCommand(`${views.inbox}.focus`),
    [commands.openCards]: () => cards.openEditor(),
    [commands.openChat]: (target) => session.openChat(target),
    [commands.stopSession]: (target) => session.stop(target),
    [commands.closeSession]: (target) => session.close(target),
    [commands.startAgain]: (target) => session.startAgain(target),
    [commands.resumeSession]: (target) => session.resume(target),
    [commands.allowOnce]: (target, surface) => request.allowOnce(target, surface),
    [commands.deny]: (target, surface) => request.deny(target, surface),
    [commands.denyWithFeedback]: (target) => request.denyWithFeedback(target),
    [commands.alwaysAllow]: (target, surface) => request.alwaysAllow(target, surface),
    [commands.alwaysDeny]: (target) => request.alwaysDeny(target),
    [commands.showRequest]: (target) => request.show(target),
    [commands.openDiff]: (target) => request.openDiff(target),
    [commands.openWhole]: (target) => request.openWhole(target),
    [commands.cardAllowOnce]: onCard('allowOnce'),
    [commands.cardDeny]: onCard('deny'),
    [commands.cardAlwaysAllow]: onCard('alwaysAllow'),
    [commands.cardOpenDiff]: onCard('openDiff'),
    [commands.cardMore]: onCard('more'),
    [commands.showRule]: (target) => rule.show(target),
    [commands.revokeRule]: (target) => rule.revoke(target),
    [commands.setRuleExpiry]: (target) => rule.setExpiry(target),
    [commands.copyRule]: (target) => rule.copy(target),
    [commands.testRule]: (target) => rule.test(target),
    [commands.dismissMissed]: (target) => missed.dismiss(missedId(target)),
    [commands.pairPhone]: () => phone.pair(),
    [commands.showDevices]: () => phone.show(),
    [commands.revokeDevice]: (target) => phone.revoke(target),
    [commands.showHistory]: () => history.show(),
    [commands.showOutput]: () => output.show(),
    [commands.openWalkthrough]: () =>
      vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        `${parts.extensionId}#start`,
      ),
  };
}
