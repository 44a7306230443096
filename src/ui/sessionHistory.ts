import type { AgentLauncher } from '../agents/agent.ts';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import type {
  AgentChoice,
  RememberedSession,
  RememberedSessions,
} from '../sessions/rememberedSessions.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';

/** Remembers the sessions of this window, so that a later one can resume them. */
export class SessionHistory implements Disposable {
  readonly #remembered: RememberedSessions;
  readonly #sessions: Sessions;
  readonly #choices = new WeakMap<AgentLauncher, AgentChoice>();
  /** The state in which each session was written last. */
  readonly #written = new WeakMap<Session, string>();
  readonly #store = new DisposableStore();

  constructor(remembered: RememberedSessions, sessions: Sessions) {
    this.#remembered = remembered;
    this.#sessions = sessions;
    this.#store.add(sessions.onDidChange((session) => this.#changed(session)));
  }

  /** A launcher was made for this choice. */
  chosen(launcher: AgentLauncher, choice: AgentChoice): void {
    this.#choices.set(launcher, choice);
  }

  /** What can be resumed, latest first; without what runs in this window. */
  get resumable(): readonly RememberedSession[] {
    const running = this.#sessions.all.filter(({ isOver }) => !isOver);
    return this.#remembered
      .all()
      .filter(({ nativeId }) => !running.some((session) => session.nativeSessionId === nativeId));
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Written when there is something to resume: after the first message, and as each turn begins and ends. */
  #changed(session: Session): void {
    const { launcher, nativeSessionId: nativeId, ref, state } = session;
    const choice = this.#choices.get(launcher);
    if (!choice || nativeId === undefined || !session.hasTitle) return;
    const key = `${state.kind} ${nativeId}`;
    if (this.#written.get(session) === key) return;
    this.#written.set(session, key);
    const { title, cwd, workspaceFolder } = ref;
    const agent = { ...choice, name: launcher.name };
    const at = Date.now();
    // It is a convenience: without it the session is still in the agent's own list.
    const kept = this.#remembered.put({ agent, nativeId, title, cwd, workspaceFolder, at });
    kept.catch(() => undefined);
  }
}
