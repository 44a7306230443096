import type { AgentEvent, AgentExit, TurnEnd } from '../../../src/agents/agent.ts';
import { CodexConnection, type CodexLines } from '../../../src/agents/codex/connection.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { Emitter } from '../../../src/base/event.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../src/base/json.ts';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker, type Settled } from '../../../src/permission/broker.ts';
import type { ProposedAnswer } from '../../../src/permission/decision.ts';
import type { JournalEntry } from '../../../src/permission/journalPort.ts';
import type { PermissionRequest } from '../../../src/permission/request.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { rulesOnFakes } from '../../support/rules.ts';

export const SESSION = {
  key: '01J0000000000000000000TEST',
  title: 'Test',
  cwd: '/home/dev/project',
  workspaceFolder: '/home/dev/project',
};

/** What Codex answers to each request of the handshake; an `Error` stands for a JSON-RPC error. */
export type Handshake = Readonly<Record<string, JsonObject | Error>>;

export const HANDSHAKE: Handshake = {
  initialize: { userAgent: 'countersign/0.169.0 (Linux)', codexHome: '/nowhere/.codex' },
  'account/read': { account: null, requiresOpenaiAuth: false },
  'config/read': { config: {} },
  'thread/start': {
    thread: { id: 'T', cliVersion: '0.169.0' },
    approvalPolicy: 'untrusted',
    approvalsReviewer: 'user',
    sandbox: { type: 'dangerFullAccess' },
  },
};

/** Our side of a conversation with Codex, with both ends of its lines in the hands of the test. */
export class MemoryCodex {
  readonly #line = new Emitter<string>((error) => {
    throw error;
  });
  readonly #handshake: Handshake;
  #exit: (exit: AgentExit) => void = () => undefined;
  #error: UserError | undefined;
  #ended = false;
  #connection: CodexConnection | undefined;
  /** What was written to Codex after the handshake. */
  readonly written: JsonObject[] = [];
  /** What was written to Codex before. */
  readonly greeted: JsonObject[] = [];
  readonly events: AgentEvent[] = [];
  readonly settled: Settled[] = [];
  readonly journal: JournalEntry[] = [];
  readonly log: string[] = [];
  readonly broker: Broker;
  inputEnded = false;
  /** It goes on for a while after its input has ended. */
  lingers = false;
  /** When set, the journal cannot be written. */
  journalError: Error | undefined;

  static async start(handshake: Handshake = {}): Promise<MemoryCodex> {
    const memory = new MemoryCodex({ ...HANDSHAKE, ...handshake });
    memory.#connection = await CodexConnection.open(memory.#lines(), {
      session: SESSION,
      gate: memory.broker,
      log: (line) => memory.log.push(line),
      agent: { id: 'codex', name: 'OpenAI Codex' },
    });
    memory.#connection.onDidEmit((event) => memory.events.push(event));
    memory.greeted.push(...memory.written.splice(0));
    return memory;
  }

  /** The handshake as far as it went, for a Codex that is refused. */
  static refused(handshake: Handshake): { memory: MemoryCodex; opening: Promise<unknown> } {
    const memory = new MemoryCodex({ ...HANDSHAKE, ...handshake });
    const opening = CodexConnection.open(memory.#lines(), {
      session: SESSION,
      gate: memory.broker,
      log: () => undefined,
      agent: { id: 'codex', name: 'OpenAI Codex' },
    });
    return { memory, opening };
  }

  private constructor(handshake: Handshake) {
    this.#handshake = handshake;
    const newId = ulidSource(systemClock.now);
    const append = async (entry: JournalEntry) => {
      if (this.journalError) throw this.journalError;
      this.journal.push(entry);
    };
    const rules = rulesOnFakes(newId);
    this.broker = new Broker({ clock: systemClock, newId, rules, journal: { append } });
    this.broker.onDidSettle((settled) => this.settled.push(settled));
  }

  get connection(): CodexConnection {
    if (!this.#connection) throw new Error('There was no handshake');
    return this.#connection;
  }

  get pending(): readonly PermissionRequest[] {
    return this.broker.pending;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Codex writes a frame, or a line that is none. */
  says(frame: JsonObject | string): void {
    this.#line.fire(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  exits(code: number | null, signal: string | null = null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#exit({ code, signal, ...(this.#error && { error: this.#error }) });
  }

  /** The answer of a person to the request that Codex knows by this id. */
  async answers(
    requestId: string | number,
    outcome: 'allow' | 'deny',
    extra: Pick<ProposedAnswer, 'optionId' | 'feedback' | 'answers' | 'rule'> = {},
  ) {
    const request = this.pending.find(({ native }) => native.requestId === requestId);
    if (!request) throw new Error(`No request ${requestId} waits`);
    const { argsHash, id } = request;
    const by = { kind: 'person', surface: 'chat' } as const;
    return this.broker.answer({ requestId: id, argsHash, outcome, by, ...extra });
  }

  prompts(text: string): Promise<TurnEnd> {
    const turn = this.connection.prompt(text);
    turn.catch(() => undefined);
    return turn;
  }

  /** Starts a turn that Codex knows by this id. */
  async startsTurn(turnId = 'turn-1'): Promise<{ readonly turn: Promise<TurnEnd> }> {
    const turn = this.prompts('go');
    const { id } = this.written.at(-1) ?? {};
    this.says({ id: id ?? null, result: { turn: { id: turnId, status: 'inProgress' } } });
    await new Promise(setImmediate);
    return { turn };
  }

  #lines(): CodexLines {
    const exited = new Promise<AgentExit>((resolve) => {
      this.#exit = resolve;
    });
    return {
      onLine: this.#line.event,
      write: (line) => {
        if (this.#ended) throw new UserError('agentExited', 'It is gone.', 'Start again.');
        const frame: unknown = JSON.parse(line);
        if (!isJsonObject(frame)) return;
        this.written.push(frame);
        if (!this.#connection) this.#greet(frame);
      },
      fail: (error) => {
        this.#error ??= error;
        this.exits(null, 'SIGTERM');
      },
      endInput: () => {
        this.inputEnded = true;
        if (!this.lingers) this.exits(0);
      },
      stop: async () => this.exits(null, 'SIGTERM'),
      exited,
      stderrTail: () => 'its last words',
    };
  }

  #greet({ id, method }: JsonObject): void {
    const reply = typeof method === 'string' ? this.#handshake[method] : undefined;
    if (id === undefined || !reply) return;
    if (reply instanceof Error) this.says({ id, error: { code: -32600, message: reply.message } });
    else this.says({ id, result: reply });
  }
}

/** A command approval, as Codex asks under `untrusted`. */
export function commandFrame(id: string | number, command: string, more: JsonObject = {}) {
  const params = {
    kind: 'command',
    threadId: 'T',
    turnId: 'turn-1',
    itemId: `item-${id}`,
    environmentId: 'local',
    command,
    cwd: SESSION.cwd,
    ...more,
  };
  return { method: 'item/commandExecution/requestApproval', id, params };
}

/** The item that a file approval is about, and the approval. */
export function fileFrames(id: string | number, changes: readonly Json[], more: JsonObject = {}) {
  const item = { type: 'fileChange', id: `item-${id}`, changes, status: 'inProgress' };
  const params = { threadId: 'T', turnId: 'turn-1', itemId: `item-${id}`, ...more };
  return {
    item: { method: 'item/started', params: { threadId: 'T', turnId: 'turn-1', item } },
    ask: { method: 'item/fileChange/requestApproval', id, params },
  };
}

/** The result that was written for a request of Codex. */
export function resultFor(memory: MemoryCodex, id: string | number): unknown {
  return memory.written.find((frame) => frame['id'] === id && !('method' in frame))?.['result'];
}
