import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { AgentLauncher } from '../agents/agent.ts';
import { safeText } from '../permission/spans.ts';
import { UserError } from '../protocol/userError.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Chats } from './chats.ts';
import type { AgentChoice, Launchers } from './launchers.ts';
import { commands, views } from './names.ts';

const DEMO_PROMPT = 'Show me what you ask before you act.';

export interface StartSessionOptions {
  readonly sessions: Sessions;
  readonly chats: Chats;
  readonly launchers: Launchers;
}

/** Starts sessions: the choice of agent and folder, the trust that it needs, and the chat. */
export class StartSession {
  readonly #options: StartSessionOptions;

  constructor(options: StartSessionOptions) {
    this.#options = options;
  }

  /** *Start Session*: asks for the agent, and for the folder where there are several. */
  async ask(): Promise<Session | undefined> {
    if (!(await trusted())) return undefined;
    const choice = await this.#pickAgent();
    if (!choice) return undefined;
    const cwd =
      choice.id === 'demo' && choice.from === 'catalog'
        ? await this.#options.launchers.demoFolder()
        : await pickFolder();
    if (cwd === undefined) return undefined;
    const session = await this.#open(await this.#options.launchers.create(choice), cwd, true);
    return session;
  }

  /** *Run Demo*: a session that asks for one of each, in the sample workspace, with no key and no account. */
  async demo(): Promise<Session | undefined> {
    if (!(await trusted())) return undefined;
    const { launchers } = this.#options;
    const launcher = await launchers.create({ from: 'catalog', id: 'demo' });
    await vscode.commands.executeCommand(commands.showInbox);
    const session = await this.#open(launcher, await launchers.demoFolder(), false);
    // What goes wrong is in the session's transcript.
    if (!session.isOver) session.prompt(DEMO_PROMPT).catch(() => undefined);
    return session;
  }

  /** *Start again*: a new session with the same agent in the same folder; the old one is closed. */
  async again(session: Session): Promise<Session | undefined> {
    if (!session.isOver) {
      this.#options.chats.open(session);
      return session;
    }
    if (!(await trusted())) return undefined;
    const { launcher, ref } = session;
    const next = await this.#open(launcher, ref.cwd, true, ref.workspaceFolder);
    this.#options.sessions.close(session);
    return next;
  }

  async #open(
    launcher: AgentLauncher,
    cwd: string,
    focus: boolean,
    workspaceFolder = cwd,
  ): Promise<Session> {
    const { sessions, chats } = this.#options;
    const session = sessions.open(launcher, cwd, workspaceFolder);
    chats.open(session, focus);
    await vscode.window.withProgress(
      { location: { viewId: views.inbox }, title: `Starting ${safeText(launcher.name)}` },
      () => session.start(),
    );
    return session;
  }

  async #pickAgent(): Promise<AgentChoice | undefined> {
    const items = this.#options.launchers.choices().map((choice) => ({
      label: safeText(choice.name).replaceAll('$(', '$\u200B('),
      description: safeText(choice.description),
      choice: choice.choice,
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: 'Start Session',
      placeHolder: 'Choose an agent',
    });
    return picked?.choice;
  }
}

/** Agents run programs, so none starts in a folder that the person does not trust. */
async function trusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const choice = await vscode.window.showWarningMessage(
    'Countersign starts no agent in a folder that you have not trusted. Nothing was started.',
    'Manage Workspace Trust',
  );
  if (choice) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}

async function pickFolder(): Promise<string | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const [only] = folders;
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri.fsPath;
  if (!only) {
    throw new UserError(
      'badArguments',
      'No folder is open, so no agent was started.',
      `Open a folder first; an agent would otherwise work in ${homedir()}.`,
    );
  }
  return only.uri.fsPath;
}
