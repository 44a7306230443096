import type { AgentLauncher } from '../agents/agent.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import type { IdSource } from '../base/ulid.ts';
import type { Broker } from '../permission/broker.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { newSessionRef, type Resume, Session } from './session.ts';

export interface SessionsOptions {
  readonly broker: Broker;
  readonly rules: Pick<StoredRules, 'endSession'>;
  readonly newId: IdSource;
  /** The environment that agents start with. */
  readonly env: NodeJS.ProcessEnv;
  log(line: string): void;
}

export interface OpenOptions {
  /** The directory that the agent works in, unless given. */
  readonly workspaceFolder?: string;
  /** Of the conversation that is resumed; else its first message gives it one. */
  readonly title?: string;
  readonly resume?: Resume;
}

/** All conversations of this window. */
export class Sessions implements Disposable {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #changed = new Emitter<Session>();

  /** A session was added, removed or changed. */
  readonly onDidChange = this.#changed.event;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get all(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  get(key: string): Session | undefined {
    return this.#sessions.get(key);
  }

  /** Adds a session and starts its agent; the session is there at once, the agent when `start` has settled. */
  open(launcher: AgentLauncher, cwd: string, options: OpenOptions = {}): Session {
    const { resume, title, workspaceFolder } = options;
    const { broker, env, newId, log } = this.#options;
    const ref = newSessionRef(newId(), cwd, workspaceFolder, title);
    const session = new Session({ ref, launcher, broker, env, log, ...(resume && { resume }) });
    this.#sessions.set(session.key, session);
    session.onDidChange(() => this.#changed.fire(session));
    this.#changed.fire(session);
    return session;
  }

  /** Ends a session and forgets it, its rules included. */
  close(session: Session): void {
    if (!this.#sessions.delete(session.key)) return;
    session.dispose();
    this.#options.rules.endSession(session.key);
    this.#changed.fire(session);
  }

  /** Ends all agents and resolves when they are gone. */
  async stopAll(): Promise<void> {
    await Promise.allSettled(this.all.map((session) => session.stop()));
  }

  dispose(): void {
    for (const session of this.all) this.close(session);
    this.#changed.dispose();
  }
}
