import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { AgentLauncher } from '../agents/agent.ts';
import { safeText } from '../permission/spans.ts';
import { UserError } from '../protocol/userError.ts';
import { age } from '../protocol/words.ts';
import type { AgentChoice, RememberedSession } from '../sessions/rememberedSessions.ts';
import type { Session } from '../sessions/session.ts';
import type { OpenOptions, Sessions } from '../sessions/sessions.ts';
import type { Chats } from './chats.ts';
import type { Launchers } from './launchers.ts';
import { commands, views } from './names.ts';
import type { RegistryPicker } from './registryPicker.ts';
import type { SessionHistory } from './sessionHistory.ts';

const DEMO_PROMPT = 'Show me what you ask before you act.';

export interface StartSessionOptions {
  readonly sessions: Sessions;
  readonly chats: Chats;
  readonly launchers: Launchers;
  readonly registry: RegistryPicker;
  readonly history: SessionHistory;
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
    return this.#open(await this.#launcher(choice), { cwd, focus: true });
  }

  /** *Run Demo*: a session that asks for one of each, in the sample workspace, with no key and no account. */
  async demo(): Promise<Session | undefined> {
    if (!(await trusted())) return undefined;
    const { launchers } = this.#options;
    const launcher = await launchers.create({ from: 'catalog', id: 'demo' });
    await vscode.commands.executeCommand(commands.showInbox);
    const session = await this.#open(launcher, {
      cwd: await launchers.demoFolder(),
      focus: false,
    });
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
    const { cwd, workspaceFolder } = session.ref;
    const next = await this.#open(session.launcher, { cwd, workspaceFolder, focus: true });
    this.#options.sessions.close(session);
    return next;
  }

  /** *Resume Session* for one that ended in this window: the same conversation; the old one is closed when that worked. */
  async resume(session: Session): Promise<Session | undefined> {
    const { nativeSessionId: nativeId } = session;
    if (!session.isOver || nativeId === undefined) return this.again(session);
    if (!(await trusted())) return undefined;
    const { cwd, title, workspaceFolder } = session.ref;
    const resume = { nativeId, earlier: session.transcript.entries };
    const how = { cwd, title, workspaceFolder, resume, focus: true };
    const next = await this.#open(session.launcher, how);
    this.#options.sessions.close(session);
    return next;
  }

  /** *Resume Session…*: one of an earlier window, or one that ended in this. */
  async resumeEarlier(): Promise<Session | undefined> {
    if (!(await trusted())) return undefined;
    const picked = await pickEarlier(this.#options.history.resumable);
    if (!picked) return undefined;
    const { agent, cwd, nativeId, title, workspaceFolder } = picked;
    const here = this.#options.sessions.all.find(
      (session) => session.canResume && session.nativeSessionId === nativeId,
    );
    if (here) return this.resume(here);
    const resume = { nativeId, earlier: [] };
    const how = { cwd, title, workspaceFolder, resume, focus: true };
    return this.#open(await this.#launcher(agent), how);
  }

  async #launcher(choice: AgentChoice): Promise<AgentLauncher> {
    const launcher = await this.#options.launchers.create(choice);
    this.#options.history.chosen(launcher, choice);
    return launcher;
  }

  async #open(
    launcher: AgentLauncher,
    { cwd, focus, ...options }: OpenOptions & { readonly cwd: string; readonly focus: boolean },
  ): Promise<Session> {
    const { sessions, chats } = this.#options;
    const session = sessions.open(launcher, cwd, options);
    chats.open(session, focus);
    await vscode.window.withProgress(
      { location: { viewId: views.inbox }, title: `Starting ${safeText(launcher.name)}` },
      () => session.start(),
    );
    return session;
  }

  async #pickAgent(): Promise<AgentChoice | undefined> {
    const { launchers, registry } = this.#options;
    const known = launchers.choices().map((choice) => ({
      label: safeText(choice.name).replaceAll('$(', '$\u200B('),
      description: safeText(choice.description),
      choice: choice.choice,
    }));
    const more = {
      label: 'From the ACP registry…',
      description: 'agents that others publish',
      choice: 'registry' as const,
    };
    const items = registry.isOn ? [...known, more] : known;
    const picked = await vscode.window.showQuickPick<(typeof items)[number]>(items, {
      title: 'Start Session',
      placeHolder: 'Choose an agent',
    });
    return picked?.choice === 'registry' ? registry.pick() : picked?.choice;
  }
}

async function pickEarlier(
  sessions: readonly RememberedSession[],
): Promise<RememberedSession | undefined> {
  if (sessions.length === 0) {
    void vscode.window.showInformationMessage(
      'No earlier session of this workspace can be resumed.',
    );
    return undefined;
  }
  const items = sessions.map((session) => ({
    label: safeText(session.title).replaceAll('$(', '$\u200B('),
    description: safeText(`${session.agent.name} · ${age(Date.now() - session.at)}`),
    detail: safeText(session.cwd),
    session,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Resume Session',
    placeHolder: 'Choose a session to go on with',
    matchOnDescription: true,
  });
  return picked?.session;
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
