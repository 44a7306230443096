import type { AgentEvent, AgentExit, TurnEnd } from '../../../src/agents/agent.ts';
import { ClaudeConnection, type ClaudeLines } from '../../../src/agents/claude/connection.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { Emitter } from '../../../src/base/event.ts';
import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker, type Settled } from '../../../src/permission/broker.ts';
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

/** Our side of a conversation with Claude Code, with both ends of its lines in the hands of the test. */
export class MemoryClaude {
  readonly #line = new Emitter<string>();
  #exit: (exit: AgentExit) => void = () => undefined;
  #error: UserError | undefined;
  #ended = false;
  #connection: ClaudeConnection | undefined;
  /** What was written to Claude Code after the handshake. */
  readonly written: JsonObject[] = [];
  readonly events: AgentEvent[] = [];
  readonly settled: Settled[] = [];
  readonly journal: JournalEntry[] = [];
  readonly log: string[] = [];
  readonly broker: Broker;
  inputEnded = false;
  /** When set, it goes on as if it had not heard that it is to end. */
  isDeaf = false;
  /** When set, the journal cannot be written. */
  journalError: Error | undefined;

  /** Answers the handshake at once, unless `greets` is false. */
  static async start(greets = true): Promise<MemoryClaude> {
    const memory = new MemoryClaude();
    const opening = ClaudeConnection.open(memory.#lines(), {
      session: SESSION,
      gate: memory.broker,
      log: (line) => memory.log.push(line),
      agent: { id: 'claude', name: 'Claude Code' },
    });
    opening.catch(() => undefined);
    if (!greets) return memory;
    const hello = memory.written.shift();
    memory.says({
      type: 'control_response',
      response: { subtype: 'success', request_id: hello?.['request_id'] ?? '', response: {} },
    });
    memory.#connection = await opening;
    memory.#connection.onDidEmit((event) => memory.events.push(event));
    return memory;
  }

  private constructor() {
    const newId = ulidSource(systemClock.now);
    const append = async (entry: JournalEntry) => {
      if (this.journalError) throw this.journalError;
      this.journal.push(entry);
    };
    const rules = rulesOnFakes(newId);
    this.broker = new Broker({ clock: systemClock, newId, rules, journal: { append } });
    this.broker.onDidSettle((settled) => this.settled.push(settled));
  }

  get connection(): ClaudeConnection {
    if (!this.#connection) throw new Error('There was no handshake');
    return this.#connection;
  }

  get pending(): readonly PermissionRequest[] {
    return this.broker.pending;
  }

  /** Claude Code writes a frame, or a line that is none. */
  says(frame: JsonObject | string): void {
    this.#line.fire(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  exits(code: number | null, signal: string | null = null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#exit({ code, signal, ...(this.#error && { error: this.#error }) });
  }

  /** The answer of a person to the request that Claude Code knows by this id. */
  async answers(
    requestId: string,
    outcome: 'allow' | 'deny',
    extra: { optionId?: string; feedback?: string; answers?: Record<string, string> } = {},
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

  #lines(): ClaudeLines {
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
        if (!this.isDeaf) this.exits(null, 'SIGTERM');
      },
      endInput: () => {
        this.inputEnded = true;
        if (!this.isDeaf) this.exits(0);
      },
      stop: async () => this.exits(null, 'SIGTERM'),
      exited,
      stderrTail: () => 'its last words',
    };
  }
}

/** A `can_use_tool` frame. */
export function askFrame(
  requestId: string,
  toolName: string,
  input: JsonObject,
  extra: JsonObject = {},
): JsonObject {
  const request = { subtype: 'can_use_tool', tool_name: toolName, input, ...extra };
  return { type: 'control_request', request_id: requestId, request };
}

/** The inner answer of a written `control_response`. */
export function answerIn(frame: JsonObject | undefined): unknown {
  const outer = frame?.['response'];
  return stringAt(frame, 'type') === 'control_response' && isJsonObject(outer)
    ? outer['response']
    : undefined;
}
