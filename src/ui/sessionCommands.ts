import * as vscode from 'vscode';
import { safeText } from '../permission/spans.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Chats } from './chats.ts';
import type { StartSession } from './startSession.ts';

/** The commands that act on one session, wherever they were called from. */
export class SessionCommands {
  readonly #sessions: Sessions;
  readonly #chats: Chats;
  readonly #start: StartSession;

  constructor(sessions: Sessions, chats: Chats, start: StartSession) {
    this.#sessions = sessions;
    this.#chats = chats;
    this.#start = start;
  }

  async openChat(target: unknown): Promise<void> {
    const session = await this.#resolve(target);
    if (session) this.#chats.open(session);
  }

  async stop(target: unknown): Promise<void> {
    const session = await this.#resolve(target, (each) => !each.isOver);
    if (session) await session.stop();
  }

  async close(target: unknown): Promise<void> {
    const session = await this.#resolve(target);
    if (session) this.#sessions.close(session);
  }

  async startAgain(target: unknown): Promise<void> {
    const session = await this.#resolve(target, (each) => each.isOver);
    if (session) {
      await this.#start.again(session);
    } else {
      void vscode.window.showInformationMessage(
        'That session was closed, so it cannot be started again. Start a new one.',
      );
    }
  }

  /** From the palette: any earlier session; from a session that ended: that one. */
  async resume(target: unknown): Promise<void> {
    const key = typeof target === 'string' ? target : sessionKeyOf(target);
    const session = key === undefined ? undefined : this.#sessions.get(key);
    await (session ? this.#start.resume(session) : this.#start.resumeEarlier());
  }

  /** Menus pass a tree node, the chat a key, the palette nothing at all. */
  async #resolve(
    target: unknown,
    fits: (session: Session) => boolean = () => true,
  ): Promise<Session | undefined> {
    if (typeof target === 'string') return this.#sessions.get(target);
    const key = sessionKeyOf(target);
    if (key !== undefined) return this.#sessions.get(key);
    const sessions = this.#sessions.all.filter(fits);
    if (sessions.length <= 1) return sessions[0];
    const items = sessions.map((session) => ({
      label: session.view.title.replaceAll('$(', '$\u200B('),
      description: safeText(session.launcher.name),
      session,
    }));
    return (await vscode.window.showQuickPick(items, { title: 'Which session?' }))?.session;
  }
}

function sessionKeyOf(target: unknown): string | undefined {
  if (typeof target !== 'object' || target === null || !('kind' in target)) return undefined;
  if (target.kind !== 'session' || !('session' in target)) return undefined;
  const { session } = target;
  return typeof session === 'object' &&
    session !== null &&
    'key' in session &&
    typeof session.key === 'string'
    ? session.key
    : undefined;
}
