import * as vscode from 'vscode';
import { agentEnvironment } from './agents/environment.ts';
import { systemClock } from './base/clock.ts';
import { ulidSource } from './base/ulid.ts';
import { Broker } from './permission/broker.ts';
import { SessionRules } from './permission/rules.ts';
import { describeError } from './protocol/userError.ts';
import { Sessions } from './sessions/sessions.ts';
import { FileJournal } from './storage/journal.ts';
import { Answering } from './ui/answering.ts';
import { CardMessages } from './ui/cardMessages.ts';
import { CardPanel } from './ui/cardPanel.ts';
import { Chats } from './ui/chats.ts';
import { commandTable } from './ui/commands.ts';
import { registerCommands } from './ui/commandTable.ts';
import { DiffEditor } from './ui/diffEditor.ts';
import { EditLens } from './ui/editLens.ts';
import { InboxTree } from './ui/inboxTree.ts';
import { JournalHealth } from './ui/journalHealth.ts';
import { Launchers } from './ui/launchers.ts';
import { commands } from './ui/names.ts';
import { Notifications } from './ui/notifications.ts';
import { RequestCommands } from './ui/requestCommands.ts';
import { SessionCommands } from './ui/sessionCommands.ts';
import { StartSession } from './ui/startSession.ts';
import { StatusBar } from './ui/statusBar.ts';

/** Set by `npm start`: the window shows the sample workspace, and the demo runs by itself. */
const DEMO_VARIABLE = 'COUNTERSIGN_DEMO';

let running: Core | undefined;

/** Wires the parts. Returns what the tests inside the host look at. */
export function activate(context: vscode.ExtensionContext): CountersignApi {
  const startedAt = performance.now();
  try {
    const core = createCore(context);
    running = core;
    createSurfaces(context, core);
    const { broker, sessions, journalFolder, output } = core;
    output.info(`Activated in ${(performance.now() - startedAt).toFixed(1)} ms`);
    return { broker, sessions, journalFolder };
  } catch (error) {
    void vscode.window.showErrorMessage(
      `Countersign could not start, so no agent is watched: ${describeError(error)} Reload the window to try again.`,
    );
    throw error;
  }
}

/** Denies what waits, ends every agent and waits for the record to reach the disk. */
export async function deactivate(): Promise<void> {
  await running?.close();
  running = undefined;
}

/** What the extension exports: for its own tests, not for other extensions. */
export interface CountersignApi {
  readonly broker: Broker;
  readonly sessions: Sessions;
  readonly journalFolder: string;
}

/** What works without a window: the broker, its record, its rules and the agents' sessions. */
interface Core {
  readonly broker: Broker;
  readonly sessions: Sessions;
  readonly journalFolder: string;
  readonly output: vscode.LogOutputChannel;
  close(): Promise<void>;
}

function createCore({ globalStorageUri, subscriptions }: vscode.ExtensionContext): Core {
  const output = vscode.window.createOutputChannel('Countersign', { log: true });
  const newId = ulidSource(systemClock.now);
  const journalFolder = vscode.Uri.joinPath(globalStorageUri, 'journal').fsPath;
  const journal = new FileJournal({ folder: journalFolder, newId });
  const rules = new SessionRules(newId);
  const broker = new Broker({ clock: systemClock, newId, journal, rules });
  const log = (line: string) => output.info(line);
  const env = agentEnvironment(process.env);
  const sessions = new Sessions({ broker, rules, newId, env, log });
  subscriptions.push(output, broker, sessions);
  return {
    broker,
    sessions,
    journalFolder,
    output,
    close: async () => {
      broker.dispose();
      await sessions.stopAll();
      await journal.close();
    },
  };
}

function createSurfaces(context: vscode.ExtensionContext, core: Core): void {
  const { extensionUri, globalStorageUri, subscriptions } = context;
  const { broker, sessions, output } = core;
  const isDemoWindow = process.env[DEMO_VARIABLE] === '1';
  const answering = new Answering(broker);
  const messages = new CardMessages(broker, answering);
  const cards = new CardPanel(extensionUri, broker, messages);
  const chats = new Chats(extensionUri, broker, messages, sessions);
  const diff = new DiffEditor(broker);
  const launchers = new Launchers(extensionUri, globalStorageUri, isDemoWindow);
  const start = new StartSession({ sessions, chats, launchers });
  const table = commandTable({
    start,
    request: new RequestCommands({ broker, answering, cards, diff }),
    session: new SessionCommands(sessions, chats, start),
    cards,
    chats,
    output,
    extensionId: context.extension.id,
  });
  const notifications = new Notifications({
    broker,
    answering,
    isInFront: (request) => cards.isFocused || chats.isFocused(request.session.key),
    show: (request) => void cards.reveal(request.id),
    showInbox: () => void vscode.commands.executeCommand(commands.showInbox),
    hasFailed: (key) => sessions.get(key)?.state.kind === 'failed',
  });
  subscriptions.push(
    answering,
    cards,
    chats,
    diff,
    notifications,
    new InboxTree(broker, sessions),
    new StatusBar(broker, sessions, () => cards.isVisible),
    new EditLens(broker),
    new JournalHealth(broker),
    registerCommands(table),
  );
  if (isDemoWindow) void vscode.commands.executeCommand(commands.runDemo);
}
