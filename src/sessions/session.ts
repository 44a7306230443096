import type { AgentConnection, AgentExit, AgentLauncher } from '../agents/agent.ts';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import type {
  Broker,
  Deliver,
  PermissionGate,
  RaisedRequest,
  Settled,
} from '../permission/broker.ts';
import type { RequestDraft, SessionRef } from '../permission/request.ts';
import { safeText } from '../permission/spans.ts';
import { asksForWords, type Doors } from '../protocol/asksFor.ts';
import type { ChatEntry, SessionView } from '../protocol/chatView.ts';
import { UserError } from '../protocol/userError.ts';
import { monogram } from '../protocol/words.ts';
import { controlsView } from './controlsView.ts';
import { doorViews } from './doorViews.ts';
import { titleOf } from './title.ts';
import { Transcript } from './transcript.ts';

export type SessionState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly error: UserError }
  | { readonly kind: 'ended'; readonly exit: AgentExit };

export interface SessionOptions {
  readonly ref: SessionRef;
  readonly launcher: AgentLauncher;
  readonly broker: Broker;
  readonly env: NodeJS.ProcessEnv;
  /** Goes on with an earlier conversation. */
  readonly resume?: Resume;
  log(line: string): void;
}

/** An earlier conversation that a session goes on with. */
export interface Resume {
  /** See `AgentConnection.nativeSessionId`. */
  readonly nativeId: string;
  /** What was said in it, where it is still known; shown unless the agent tells it again. */
  readonly earlier: readonly ChatEntry[];
}

const UNTITLED = 'New session';

/** One conversation with one agent. When it ends, nothing that it asked can be allowed any more. */
export class Session implements PermissionGate, Disposable {
  readonly transcript: Transcript;
  readonly launcher: AgentLauncher;
  readonly #options: SessionOptions;
  readonly #store = new DisposableStore();
  readonly #abort = new AbortController();
  readonly #changed = this.#store.add(new Emitter<void>());
  #ref: SessionRef;
  #state: SessionState = { kind: 'starting' };
  #connection: AgentConnection | undefined;
  #doors: Doors | undefined;
  #stopping = false;
  /** Settles when the agent was started and all messages so far have had their turn. */
  #turns: Promise<void> = Promise.resolve();
  /** Messages that wait for the agent to start; one that is taken out is not sent. */
  readonly #early = new Set<{ readonly text: string }>();

  /** The state or the title changed. */
  readonly onDidChange = this.#changed.event;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#ref = options.ref;
    this.launcher = options.launcher;
    this.transcript = new Transcript(options.resume?.earlier);
    this.#store.add(
      options.broker.onDidRaise((request) => {
        if (request.session.key === this.key) this.transcript.addCard(request);
      }),
    );
    this.#store.add(
      options.broker.onDidSettle((settled) => {
        if (settled.request.session.key !== this.key) return;
        this.transcript.settled(settled);
        this.#feedback(settled);
      }),
    );
  }

  get key(): string {
    return this.#ref.key;
  }

  get ref(): SessionRef {
    return this.#ref;
  }

  get state(): SessionState {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#state.kind === 'failed' || this.#state.kind === 'ended';
  }

  /** The agent's own id of the conversation, for {@link Resume}; `undefined` when it cannot be resumed. */
  get nativeSessionId(): string | undefined {
    // One that failed to start has no connection, but the conversation is still there.
    return this.#connection ? this.#connection.nativeSessionId : this.#options.resume?.nativeId;
  }

  /** Something was said in it. */
  get hasTitle(): boolean {
    return this.#ref.title !== UNTITLED;
  }

  /** It is over, and the agent can go on with what was said in it. */
  get canResume(): boolean {
    return this.isOver && this.hasTitle && this.nativeSessionId !== undefined;
  }

  get view(): SessionView {
    const { id, name } = this.launcher;
    const folder = this.#ref.workspaceFolder.split(/[/\\]/).filter(Boolean).at(-1) ?? '';
    return {
      key: this.key,
      title: safeText(this.#ref.title),
      agent: { id, name, monogram: monogram({ id, name }) },
      folder: safeText(folder),
      asksFor: this.#asksFor,
      doors: doorViews(this.#doors, this.#ref.cwd, this.#options.env),
      state: this.#state.kind,
      ...(this.#waitsToSend && { waitsToSend: true }),
      controls: controlsView(this.isOver ? undefined : this.#connection?.controls),
      canResume: this.canResume,
    };
  }

  get #waitsToSend(): boolean {
    return this.#state.kind === 'starting' && this.#early.size > 0;
  }

  /** Before it runs: what is known of the agent; nothing of it decides. */
  get #asksFor(): string {
    if (this.#connection) return asksForWords(this.#connection.asksFor, this.#doors);
    if (this.#state.kind === 'starting') return this.launcher.expects?.() ?? 'not known yet';
    const isRefused = this.#state.kind === 'failed' && this.#state.error.code === 'agentNotGated';
    return isRefused ? 'too little, so it was refused' : 'not known';
  }

  /** Starts the agent. Never rejects: a failure is the session's state and an entry of its transcript. */
  start(): Promise<void> {
    this.#turns = this.#start();
    return this.#turns;
  }

  async #start(): Promise<void> {
    const { launcher, env, log, resume } = this.#options;
    void this.#lookForDoors();
    try {
      const connection = await launcher.start({
        session: this.#ref,
        gate: this,
        env,
        signal: this.#abort.signal,
        ...(resume && { resume: resume.nativeId }),
        log,
      });
      if (this.isOver || this.#stopping) {
        // Stopped or closed while it was starting.
        await connection.stop();
        this.#exited(await connection.exited);
        return;
      }
      this.#connection = connection;
      this.#resumed(connection);
      if (connection.controls)
        this.#store.add(connection.controls.onDidChange(() => this.#changed.fire()));
      this.#store.add(connection.onDidEmit((event) => this.transcript.add(event)));
      this.#setState({ kind: 'ready' });
      void connection.exited.then((exit) => this.#exited(exit));
    } catch (error) {
      this.#fail(asUserError(error, launcher.name));
    }
  }

  async #lookForDoors(): Promise<void> {
    const { env, launcher } = this.#options;
    this.#doors = await launcher.doors?.({ cwd: this.#ref.cwd, env });
    this.#changed.fire();
  }

  #resumed({ replay = [] }: AgentConnection): void {
    const { launcher, resume } = this.#options;
    if (!resume) return;
    // The agent's own words are the whole conversation; ours end where the window was closed.
    if (replay.length > 0) this.transcript.replaceAll(replay);
    const shown = replay.length > 0 || resume.earlier.length > 0;
    const hidden = shown ? '' : ' It remembers what was said; that is not shown here.';
    this.transcript.addNotice('info', `${launcher.name} goes on from here.${hidden}`);
    if (replay.length > 0) for (const { text } of this.#early) this.transcript.addUser(text);
  }

  /** Puts the agent in another mode. Rejects with a {@link UserError} when that is refused. */
  async setMode(id: string): Promise<void> {
    if (this.isOver) throw this.#notRunning();
    await this.#connection?.controls?.setMode(id);
  }

  /** Has the agent use another model from the next message on. Rejects with a {@link UserError}. */
  async setModel(id: string): Promise<void> {
    if (this.isOver) throw this.#notRunning();
    await this.#connection?.controls?.setModel(id);
  }

  /** A sentence that the agent has no place for along with a deny is the next message: it is never lost silently. */
  #feedback({ decision, request }: Settled): void {
    const text = decision.feedback?.trim();
    if (request.feedback !== 'nextPrompt' || decision.by.kind !== 'person' || !text) return;
    this.prompt(text).catch((error: unknown) => {
      const { message, next } = asUserError(error, this.launcher.name);
      this.transcript.addNotice('error', `“${text}”: ${message} ${next}`);
    });
  }

  /**
   * Sends what the person typed and resolves when its turn is over. While the agent starts, and during a turn, the message
   * waits for the end of that; it is in the transcript at once.
   */
  prompt(text: string): Promise<void> {
    if (this.isOver || this.#stopping) return Promise.reject(this.#notSent());
    this.transcript.addUser(text);
    this.#setTitle(text);
    const message = { text };
    const isEarly = this.#state.kind === 'starting';
    if (isEarly) {
      this.#early.add(message);
      this.#changed.fire();
    }
    const turn = this.#turns.then(() =>
      isEarly && !this.#early.delete(message) ? undefined : this.#turn(text),
    );
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  async #turn(text: string): Promise<void> {
    const connection = this.#connection;
    if (!connection || this.isOver) throw this.#notSent();
    this.#setState({ kind: 'running' });
    try {
      const end = await connection.prompt(text);
      if (end.message)
        this.transcript.addNotice(end.reason === 'error' ? 'error' : 'info', end.message);
      else if (end.reason === 'interrupted') this.transcript.addNotice('info', 'Stopped.');
    } catch (error) {
      // What breaks off when the person stops the session is no error.
      if (!this.isOver && !this.#stopping) {
        const { message, next, detail } = asUserError(error, this.launcher.name);
        this.transcript.addNotice('error', `${message} ${next}`, detail);
      }
    } finally {
      this.transcript.endMessage();
      if (!this.isOver) this.#setState({ kind: 'ready' });
    }
  }

  #notRunning(): UserError {
    return new UserError(
      'sessionEnded',
      `${this.launcher.name} is not running, so nothing was changed.`,
      'Start a new session.',
    );
  }

  #notSent(): UserError {
    return new UserError(
      'sessionEnded',
      `${this.launcher.name} is not running. Your message was not sent.`,
      'Start a new session.',
    );
  }

  /** Asks the agent to stop its turn, or takes back what waits for it to start; the session stays. */
  async interrupt(): Promise<void> {
    if (this.#waitsToSend) {
      this.#early.clear();
      this.transcript.addNotice('info', 'Taken back: it is not sent.');
      this.#changed.fire();
    }
    await this.#connection?.interrupt();
  }

  /** Ends the agent process. What waits is closed first: it was not run. */
  async stop(): Promise<void> {
    this.#options.broker.agentGone(this.key, 'the session was stopped');
    // The connection's own stop lets an idle agent end by itself; the signal is for one that is still starting.
    const stopped = this.#connection?.stop();
    this.#stopping = true;
    if (!stopped) this.#abort.abort();
    await stopped;
  }

  raise(draft: RequestDraft, deliver: Deliver): RaisedRequest {
    const raised = this.#options.broker.raise({ ...draft, session: this.#ref }, deliver);
    // What an agent asks while it is ended must not run, whatever a rule would say.
    if (this.isOver || this.#stopping)
      this.#options.broker.agentGone(this.key, 'the session has ended');
    return raised;
  }

  dispose(): void {
    if (!this.isOver) this.#state = { kind: 'ended', exit: { code: null, signal: null } };
    this.#options.broker.agentGone(this.key, 'the session was closed');
    void this.stop();
    this.#store.dispose();
  }

  #exited(exit: AgentExit): void {
    if (this.isOver) return;
    this.#options.broker.agentGone(
      this.key,
      exit.error?.message ?? `it ended with ${exitWords(exit)}`,
    );
    if (exit.error) {
      this.#fail(exit.error);
    } else if (exit.code === 0 || this.#stopping) {
      this.transcript.addNotice('info', `${this.launcher.name} has ended.`);
      this.#setState({ kind: 'ended', exit });
    } else {
      this.#fail(
        new UserError(
          'agentExited',
          `${this.launcher.name} stopped with ${exitWords(exit)}. Nothing that was waiting ran.`,
          'Start again, or look at the Countersign output for its last words.',
        ),
      );
    }
  }

  #fail(error: UserError): void {
    if (this.isOver) return;
    this.transcript.endMessage();
    this.#setState({ kind: 'failed', error });
    this.#options.broker.agentGone(this.key, error.message);
    this.transcript.addNotice('error', `${error.message} ${error.next}`, error.detail);
    this.#options.log(`${error.code}: ${error.message}${error.detail ? `\n${error.detail}` : ''}`);
    void this.#connection?.stop();
  }

  #setTitle(prompt: string): void {
    if (this.#ref.title !== UNTITLED) return;
    const title = titleOf(prompt);
    if (title) this.#ref = { ...this.#ref, title };
  }

  #setState(state: SessionState): void {
    this.#state = state;
    this.#changed.fire();
  }
}

/** A session's reference before its first message gives it a title. */
export function newSessionRef(
  key: string,
  cwd: string,
  workspaceFolder = cwd,
  title = UNTITLED,
): SessionRef {
  return { key, title, cwd, workspaceFolder };
}

function exitWords({ code, signal }: AgentExit): string {
  return signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`;
}

function asUserError(error: unknown, agentName: string): UserError {
  if (error instanceof UserError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new UserError(
    'agentError',
    `${agentName} could not go on: ${safeText(message)}.`,
    'Start a new session.',
    { cause: error },
  );
}
