import { AcpConnection } from '../../../src/agents/acp/connection.ts';
import type { AgentLines } from '../../../src/agents/acp/lines.ts';
import type { AgentExit } from '../../../src/agents/agent.ts';
import { Emitter } from '../../../src/base/event.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { ulidSource } from '../../../src/base/ulid.ts';
import { Broker } from '../../../src/permission/broker.ts';
import type { PermissionRequest, SessionRef } from '../../../src/permission/request.ts';
import { UserError } from '../../../src/protocol/userError.ts';
import { rulesOnFakes } from '../../support/rules.ts';

export const SESSION: SessionRef = {
  key: '01JDTEST000000000000000000',
  title: 'Test',
  cwd: '/home/dev/project',
  workspaceFolder: '/home/dev/project',
};

/** The other end of an ACP connection, in memory: what we wrote is in `sent`, what the agent says goes through `say`. */
export class MemoryAgent implements AgentLines {
  readonly #lines = new Emitter<string>((error) => {
    throw error;
  });
  readonly onLine = this.#lines.event;
  readonly sent: JsonObject[] = [];
  readonly broker: Broker;
  stops = 0;
  failure: UserError | undefined;
  onSent: (frame: JsonObject) => void = () => {};
  #exit: (exit: AgentExit) => void = () => {};
  readonly exited = new Promise<AgentExit>((resolve) => {
    this.#exit = resolve;
  });
  #gone = false;
  /** After the connection failed it goes on reading and writing, as a process does until it has been ended. */
  lingers = false;

  constructor() {
    const newId = ulidSource(Date.now);
    this.broker = new Broker({
      clock: { now: Date.now },
      newId,
      journal: { append: async () => {} },
      rules: rulesOnFakes(newId),
    });
  }

  write(line: string): void {
    if (this.#gone) throw new UserError('agentExited', 'It is gone.', 'Start again.');
    const frame = JSON.parse(line) as JsonObject;
    this.sent.push(frame);
    this.onSent(frame);
  }

  say(...frames: (JsonObject | string)[]): void {
    for (const frame of frames)
      this.#lines.fire(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  fail(error: UserError): void {
    this.failure = error;
    if (this.lingers) return;
    this.die({ code: null, signal: 'SIGTERM', error });
  }

  async stop(): Promise<void> {
    this.stops++;
    this.die({ code: null, signal: 'SIGTERM' });
  }

  die(exit: AgentExit): void {
    this.#gone = true;
    this.#exit(exit);
  }

  stderrTail(): string {
    return 'last words';
  }

  /** Our answer to a request of the agent. */
  answerTo(id: string | number): JsonObject | undefined {
    return this.sent.find((frame) => frame['id'] === id && !('method' in frame));
  }

  async open(session = SESSION, resume?: string): Promise<AcpConnection> {
    return AcpConnection.open(this, {
      // What the agent's settings are is not known to a test.
      madeToAsk: true,
      id: 'test',
      name: 'Test Agent',
      start: { session, gate: this.broker, log: () => {}, ...(resume && { resume }) },
    });
  }

  /** Opens with an agent of that name, which answers the handshake; `opened` is what it says of its session. */
  async openAs(agentName: string, session = SESSION, opened = ASKING): Promise<AcpConnection> {
    this.onSent = ({ id = null, method }) => {
      if (method === 'initialize')
        this.say({
          jsonrpc: '2.0',
          id,
          result: { protocolVersion: 1, agentInfo: { name: agentName, version: '1.2.3' } },
        });
      if (method === 'session/new')
        this.say({ jsonrpc: '2.0', id, result: { ...opened, sessionId: 'S' } });
    };
    return this.open(session);
  }

  decide(
    request: PermissionRequest | undefined,
    outcome: 'allow' | 'deny',
    more: { optionId?: string; always?: boolean } = {},
  ) {
    if (!request) throw new Error('There is no request');
    return this.broker.answer({
      requestId: request.id,
      argsHash: request.argsHash,
      outcome,
      ...(more.optionId !== undefined && { optionId: more.optionId }),
      ...(more.always && { rule: { scope: 'session', match: 'exact' } as const }),
      by: { kind: 'person', surface: 'cli' },
    });
  }
}

/** In `session/new`: a mode that asks, and one that does not. */
const ASKING: JsonObject = {
  modes: { currentModeId: 'default', availableModes: [{ id: 'default' }, { id: 'yolo' }] },
};

export const OPTIONS = [
  { optionId: 'a', name: 'Always', kind: 'allow_always' },
  { optionId: 'y', name: 'Yes', kind: 'allow_once' },
  { optionId: 'n', name: 'No', kind: 'reject_once' },
];

/** A `session/request_permission` frame. */
export function ask(id: string | number, params: JsonObject = {}): JsonObject {
  const toolCall = {
    toolCallId: `call-${id}`,
    title: 'pnpm test',
    kind: 'execute',
    rawInput: { command: 'pnpm test' },
  };
  return {
    jsonrpc: '2.0',
    id,
    method: 'session/request_permission',
    params: { sessionId: 'S', toolCall, options: OPTIONS, ...params },
  };
}

/** Lets everything that was set off run to its end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
