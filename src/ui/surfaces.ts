import * as vscode from 'vscode';
import { safeText } from '../permission/spans.ts';
import { RememberedSessions } from '../sessions/rememberedSessions.ts';
import { Answering } from './answering.ts';
import { CardMessages } from './cardMessages.ts';
import { CardPanel } from './cardPanel.ts';
import { Chats } from './chats.ts';
import { commandTable } from './commands.ts';
import { registerCommands } from './commandTable.ts';
import type { Core } from './core.ts';
import { DevicesTree } from './devicesTree.ts';
import { DiffEditor } from './diffEditor.ts';
import { EditLens } from './editLens.ts';
import { HistoryPanel } from './historyPanel.ts';
import { InboxTree } from './inboxTree.ts';
import { JournalHealth } from './journalHealth.ts';
import { Launchers } from './launchers.ts';
import { Missed } from './missed.ts';
import { commands } from './names.ts';
import { Notifications } from './notifications.ts';
import { PhoneCommands } from './phoneCommands.ts';
import { Phones } from './phones.ts';
import { RegistryPicker } from './registryPicker.ts';
import { RequestCommands } from './requestCommands.ts';
import { RuleCommands } from './ruleCommands.ts';
import { RuleHealth } from './ruleHealth.ts';
import { RuleOffers } from './ruleOffers.ts';
import { RulesTree } from './rulesTree.ts';
import { SessionCommands } from './sessionCommands.ts';
import { SessionHistory } from './sessionHistory.ts';
import { StartSession } from './startSession.ts';
import { StatusBar } from './statusBar.ts';

export interface Surfaces {
  readonly phones: Phones;
}

/** Set by `npm start`: the window shows the sample workspace, and the demo runs by itself. */
const DEMO_VARIABLE = 'COUNTERSIGN_DEMO';

/** Every place where a request is shown or answered, wired to the core. */
export function createSurfaces(context: vscode.ExtensionContext, core: Core): Surfaces {
  const { extensionUri, subscriptions } = context;
  const { broker, journalFolder, output, rules, sessions } = core;
  const isDemoWindow = process.env[DEMO_VARIABLE] === '1';
  const answering = new Answering(broker);
  const messages = new CardMessages(broker, answering, ruleOffers(core));
  const cards = new CardPanel(extensionUri, broker, messages);
  const chats = new Chats(extensionUri, broker, messages, sessions);
  const diff = new DiffEditor(broker);
  const launchers = new Launchers(context, isDemoWindow);
  const history = new SessionHistory(new RememberedSessions(context.workspaceState), sessions);
  const registry = new RegistryPicker(context.globalState);
  const start = new StartSession({ sessions, chats, launchers, registry, history });
  const missed = new Missed();
  void missed.load(core.findMissed, output);
  const showCard = (requestId: string) => void cards.reveal(requestId);
  const phones = new Phones({ context, broker, rules, output, showCard });
  void phones.start();
  const phone = new PhoneCommands(extensionUri, phones);
  const historyPanel = new HistoryPanel({ extensionUri, journalFolder, launchers, output, rules });
  const tree = new RulesTree(rules, broker);
  const table = commandTable({
    history: historyPanel,
    missed,
    phone,
    start,
    request: new RequestCommands({ broker, answering, cards, diff, rules }),
    rule: new RuleCommands({ ...core, tree }),
    session: new SessionCommands(sessions, chats, start),
    cards,
    chats,
    output,
    extensionId: context.extension.id,
  });
  const notifications = new Notifications({
    broker,
    answering,
    rules,
    isInFront: (request) => cards.isFocused || chats.isFocused(request.session.key),
    show: (request) => showCard(request.id),
    showInbox: () => void vscode.commands.executeCommand(commands.showInbox),
    hasFailed: (key) => sessions.get(key)?.state.kind === 'failed',
  });
  subscriptions.push(
    answering,
    cards,
    chats,
    diff,
    notifications,
    historyPanel,
    missed,
    history,
    phone,
    phones,
    new DevicesTree(phones),
    tree,
    new InboxTree(broker, sessions, missed),
    new StatusBar({ broker, sessions, phones, panelIsVisible: () => cards.isVisible }),
    ...watchers(core),
    registerCommands(table),
  );
  if (isDemoWindow) void vscode.commands.executeCommand(commands.runDemo);
  return { phones };
}

/** What nobody calls: they follow the core. */
function watchers({ broker, rules }: Core): readonly vscode.Disposable[] {
  return [new EditLens(broker), new JournalHealth(broker), new RuleHealth(broker, rules)];
}

/** What the cards' forms for rules can offer. */
function ruleOffers({ engine, journalFolder, output, rules, shell }: Core): RuleOffers {
  return new RuleOffers({
    rules,
    engine,
    shell,
    journalFolder,
    isTrusted: () => vscode.workspace.isTrusted,
    onError: (error) => output.warn(safeText(String(error))),
  });
}
