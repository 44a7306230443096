import type { AgentEvent, AgentExit, TurnEnd } from '../../../src/agents/agent.ts';
import {
  type AgentLines,
  LinkAssistantConnection,
} from '../../../src/agents/linkAssistant/connection.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { Emitter } from '../../../src/base/event.ts';
import { isJsonObject, type JsonObject } from '../../../src/base/json.ts';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker, type Settled } from '../../../src/permission/broker.ts';
import type { JournalEntry } from '../../../src/permission/journalPort.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { rulesOnFakes } from '../../support/rules.ts';

const SESSION = {
  key: '01J0000000000000000000TEST',
  title: 'Test',
  cwd: '/home/dev/project',
  workspaceFolder: '/home/dev/project',
};

export const LISTENING: JsonObject = {
  type: 'status',
  mode: 'stdin-stream',
  options: { inputFormat: 'stream-json', compactJson: true },
};

/** Our side of a conversation with `agent`, with both ends of its lines in the hands of the test. */
export class MemoryAgent {
  readonly #line = new Emitter<string>();
  #exit: (exit: AgentExit) => void = () => undefined;
  #error: UserError | undefined;
  #ended = false;
  #connection: LinkAssistantConnection | undefined;
  readonly written: JsonObject[] = [];
  readonly events: AgentEvent[] = [];
  readonly settled: Settled[] = [];
  readonly journal: JournalEntry[] = [];
  readonly broker: Broker;
  /** Settles with the connection, or with why there is none. */
  readonly opening: Promise<LinkAssistantConnection>;
  stderrTail = 'its last words';
  isWorking = false;
  readonly #idle = () => {
    this.isWorking = false;
  };

  constructor(silenceMs?: number) {
    const newId = ulidSource(systemClock.now);
    const append = async (entry: JournalEntry) => void this.journal.push(entry);
    const rules = rulesOnFakes(newId);
    this.broker = new Broker({ clock: systemClock, newId, rules, journal: { append } });
    this.broker.onDidSettle((settled) => this.settled.push(settled));
    this.opening = LinkAssistantConnection.open(this.#lines(), {
      session: SESSION,
      gate: this.broker,
      log: () => undefined,
      version: '0.26.0',
      ...(silenceMs !== undefined && { silenceMs }),
    });
    this.opening.catch(() => undefined);
  }

  /** One that listens already. */
  static async listening(silenceMs?: number): Promise<MemoryAgent> {
    const memory = new MemoryAgent(silenceMs);
    memory.says(LISTENING);
    await memory.opened();
    return memory;
  }

  async opened(): Promise<void> {
    this.#connection = await this.opening;
    this.#connection.onDidEmit((event) => this.events.push(event));
  }

  get connection(): LinkAssistantConnection {
    if (!this.#connection) throw new Error('It does not listen yet');
    return this.#connection;
  }

  says(frame: JsonObject | string): void {
    this.#line.fire(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  exits(code: number | null, signal: string | null = null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#exit({ code, signal, ...(this.#error && { error: this.#error }) });
  }

  prompts(text: string): Promise<TurnEnd> {
    const turn = this.connection.prompt(text);
    this.isWorking = true;
    turn.then(this.#idle, this.#idle);
    return turn;
  }

  /** The answer of a person to the request that `agent` knows by this id. */
  async answers(permissionId: string, outcome: 'allow' | 'deny', optionId?: string) {
    const request = this.broker.pending.find(({ native }) => native.requestId === permissionId);
    if (!request) throw new Error(`No request ${permissionId} waits`);
    const { argsHash, id } = request;
    return this.broker.answer({
      requestId: id,
      argsHash,
      outcome,
      by: { kind: 'person', surface: 'chat' },
      ...(optionId !== undefined && { optionId }),
    });
  }

  #lines(): AgentLines {
    const exited = new Promise<AgentExit>((resolve) => {
      this.#exit = resolve;
    });
    return {
      onLine: this.#line.event,
      write: (line) => {
        if (this.#ended) throw new UserError('agentExited', 'It is gone.', 'Start again.');
        const frame: unknown = JSON.parse(line);
        if (isJsonObject(frame)) this.written.push(frame);
      },
      fail: (error) => {
        this.#error ??= error;
        this.exits(null, 'SIGINT');
      },
      endInput: () => undefined,
      stop: async () => this.exits(null, 'SIGINT'),
      exited,
      stderrTail: () => this.stderrTail,
    };
  }
}

/** A `permission_request`. */
export function askFrame(
  permissionID: string,
  tool: string,
  metadata: JsonObject,
  extra: JsonObject = {},
): JsonObject {
  return {
    type: 'permission_request',
    permissionID,
    callID: `call-${permissionID}`,
    tool,
    metadata,
    ...extra,
  };
}

/** A `tool_use`. */
export function toolFrame(callID: string, tool: string, state: JsonObject): JsonObject {
  return { type: 'tool_use', part: { callID, tool, state: { input: {}, ...state } } };
}

/** What is written for an answer. */
export function response(permissionID: string, said: string): JsonObject {
  return { type: 'permission_response', permissionID, response: said };
}
