import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { AgentEvent, AgentExit, TurnEnd } from '../../../src/agents/agent.ts';
import { ApiError, type OpenCodeApi } from '../../../src/agents/opencode/api.ts';
import { OpenCodeConnection } from '../../../src/agents/opencode/connection.ts';
import type { GatePlan } from '../../../src/agents/opencode/gate.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker, type Settled } from '../../../src/permission/broker.ts';
import type { PermissionRequest } from '../../../src/permission/request.ts';
import type { UserError } from '../../../src/protocol/userError.ts';
import { rulesOnFakes } from '../../support/rules.ts';

export const SESSION = {
  key: '01J0000000000000000000TEST',
  title: 'Test',
  cwd: '/home/dev/project',
  workspaceFolder: '/home/dev/project',
};

export const PLAN: GatePlan = {
  mainAgent: 'build',
  rules: [{ permission: '*', pattern: '*', action: 'ask' }],
  mcpServers: ['my server', 'github'],
  notices: [],
};

export interface Posted {
  readonly path: string;
  readonly body: object;
}

/** Our side of a conversation with OpenCode, with its server in the hands of the test. */
export class MemoryOpenCode {
  /** What was posted after the session was opened. */
  readonly posted: Posted[] = [];
  readonly events: AgentEvent[] = [];
  readonly settled: Settled[] = [];
  readonly broker: Broker;
  readonly sessionId: string;
  /** What `GET` answers, by path. */
  readonly answers = new Map<string, unknown>();
  /** What `POST` rejects with, by path. */
  readonly refusals = new Map<string, Error>();
  /** What is taken and never answered, by path, as by a server that hangs; its end ends the connection. */
  readonly hangs = new Set<string>();
  /** An abort is answered when it has settled. */
  abortHeard: Promise<void> | undefined;
  /** How often the events were connected. */
  connections = 0;
  /** Whether its session says that it has the rules that it was made with. */
  readonly #takesRules: boolean;
  #emit: (event: unknown) => void = () => undefined;
  #cut: () => void = () => undefined;
  #hangUp: () => void = () => undefined;
  readonly #hungUp = new Promise<never>((_, reject) => {
    this.#hangUp = () => reject(new TypeError('fetch failed'));
  });
  #exit: (exit: AgentExit) => void = () => undefined;
  #error: UserError | undefined;
  #connection: OpenCodeConnection | undefined;

  static readonly #started = new Set<MemoryOpenCode>();

  /** Ends those that a test has started: their events would be connected again for ever. */
  static async stopAll(): Promise<void> {
    const all = [...MemoryOpenCode.#started];
    MemoryOpenCode.#started.clear();
    await Promise.all(all.map((memory) => memory.#connection?.stop()));
  }

  static async start(
    sessionId = 'ses_main',
    plan: GatePlan = PLAN,
    takesRules = true,
    slowMs?: number,
  ): Promise<MemoryOpenCode> {
    const memory = new MemoryOpenCode(sessionId, takesRules);
    MemoryOpenCode.#started.add(memory);
    memory.answers.set('/permission', []);
    const exited = new Promise<AgentExit>((resolve) => {
      memory.#exit = resolve;
    });
    memory.#connection = await OpenCodeConnection.open({
      session: SESSION,
      gate: memory.broker,
      log: () => undefined,
      version: '1.18.33',
      plan,
      firstDelayMs: 1,
      lookAgainMs: 0,
      ...(slowMs !== undefined && { slowMs }),
      api: memory.#api(),
      process: {
        fail: (error) => {
          memory.#error ??= error;
          // A process takes a moment to end.
          setImmediate(() => memory.exits(null, 'SIGTERM'));
        },
        stop: async () => memory.exits(null, 'SIGTERM'),
        exited,
        stderrTail: () => 'its last words',
      },
    });
    memory.connection.onDidEmit((event) => memory.events.push(event));
    return memory;
  }

  private constructor(sessionId: string, takesRules: boolean) {
    this.sessionId = sessionId;
    this.#hungUp.catch(() => undefined);
    this.#takesRules = takesRules;
    const newId = ulidSource(systemClock.now);
    const rules = rulesOnFakes(newId);
    const journal = { append: async () => undefined };
    this.broker = new Broker({ clock: systemClock, newId, rules, journal });
    this.broker.onDidSettle((settled) => this.settled.push(settled));
  }

  get connection(): OpenCodeConnection {
    if (!this.#connection) throw new Error('It is not open');
    return this.#connection;
  }

  get notices(): string[] {
    return this.events.flatMap((event) => (event.kind === 'notice' ? event.text : []));
  }

  get replies(): Posted[] {
    return this.posted.filter(({ path }) => path.endsWith('/reply'));
  }

  /** OpenCode tells an event; what we do at once is done when this resolves. */
  async says(type: string, properties: JsonObject): Promise<void> {
    await this.event({ type, properties });
  }

  async event(event: JsonObject): Promise<void> {
    this.#emit(event);
    for (let i = 0; i < 4; i++) await turn();
    // The input of its call may be looked for several times. Steps, not a time: each lets the timers before it go first.
    if (event['type'] === 'permission.asked') for (let i = 0; i < 10; i++) await sleep(1);
  }

  /** The connection of the events breaks. */
  cut(): void {
    this.#cut();
  }

  exits(code: number | null, signal: string | null = null): void {
    this.#hangUp();
    this.#exit({ code, signal, ...(this.#error && { error: this.#error }) });
  }

  prompts(text: string): Promise<TurnEnd> {
    const end = this.connection.prompt(text);
    end.catch(() => undefined);
    return end;
  }

  waiting(permissionId: string): PermissionRequest | undefined {
    return this.broker.pending.find(({ native }) => native.requestId === permissionId);
  }

  /** The answer of a person to the request that OpenCode knows by this id. */
  async answer(
    permissionId: string,
    outcome: 'allow' | 'deny',
    extra: { optionId?: string; feedback?: string } = {},
  ): Promise<Settled> {
    const request = this.waiting(permissionId);
    if (!request) throw new Error(`No request ${permissionId} waits`);
    const { argsHash, id } = request;
    const by = { kind: 'person', surface: 'chat' } as const;
    const result = await this.broker.answer({ requestId: id, argsHash, outcome, by, ...extra });
    if (!result.ok) throw new Error(result.error.kind);
    for (let i = 0; i < 4; i++) await turn();
    return result.value;
  }

  #api(): OpenCodeApi {
    return {
      get: async (path) => {
        if (this.hangs.has(path)) return this.#hungUp;
        if (!this.answers.has(path)) throw new ApiError(404, path);
        return this.answers.get(path);
      },
      post: async (path, body = {}) => {
        if (path === '/session') return { id: this.sessionId, ...(this.#takesRules && body) };
        this.posted.push({ path, body });
        if (this.hangs.has(path)) return this.#hungUp;
        const refusal = this.refusals.get(path);
        if (refusal) throw refusal;
        if (path.endsWith('/abort')) await this.abortHeard;
        return true;
      },
      patch: async (path, body) => {
        this.posted.push({ path, body });
        return true;
      },
      events: async (signal) => {
        this.connections++;
        const source = new ReadableStream<unknown>({
          start: (controller) => {
            this.#emit = (event) => controller.enqueue(event);
            this.#cut = () => controller.close();
            signal.addEventListener('abort', () => controller.error(signal.reason));
          },
        });
        return source;
      },
    };
  }
}

/** The properties of a `permission.asked`. */
export function asked(id: string, more: JsonObject = {}): JsonObject {
  return {
    id,
    sessionID: 'ses_main',
    permission: 'bash',
    patterns: ['touch a'],
    metadata: { command: 'touch a' },
    always: ['touch *'],
    tool: { messageID: 'msg_1', callID: `call-${id}` },
    ...more,
  };
}

/** The properties of a `message.part.updated` for a tool. */
export function toolPart(callID: string, tool: string, state: JsonObject): JsonObject {
  return {
    part: {
      id: `prt_${callID}`,
      sessionID: 'ses_main',
      messageID: 'msg_1',
      type: 'tool',
      callID,
      tool,
      state: { input: {}, ...state },
    },
  };
}

/** What is posted for an answer. */
export function reply(id: string, body: object): Posted {
  return { path: `/permission/${id}/reply`, body };
}
