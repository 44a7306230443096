import type {
  AgentConnection,
  AgentEvent,
  AgentExit,
  AgentLauncher,
  StartOptions,
  TurnEnd,
} from '../../src/agents/agent.ts';
import { Emitter } from '../../src/base/event.ts';

/** An agent whose every move the test makes. */
export class FakeAgent implements AgentLauncher, AgentConnection {
  readonly id = 'fake';
  readonly name = 'Fake Agent';
  readonly agent = { id: 'fake', name: 'Fake Agent', version: '1.0.0' };
  readonly asksFor = 'everything';
  readonly #events = new Emitter<AgentEvent>();
  readonly onDidEmit = this.#events.event;
  readonly prompts: string[] = [];
  startError: Error | undefined;
  /** It starts when this has settled. */
  starts: Promise<void> | undefined;
  options: StartOptions | undefined;
  interrupts = 0;
  stops = 0;
  endTurn: (end: TurnEnd) => void = () => {};
  exit: (exit: AgentExit) => void = () => {};
  readonly exited = new Promise<AgentExit>((resolve) => {
    this.exit = resolve;
  });

  async start(options: StartOptions): Promise<AgentConnection> {
    if (this.startError) throw this.startError;
    this.options = options;
    if (this.starts !== undefined) await this.starts;
    return this;
  }

  emit(event: AgentEvent): void {
    this.#events.fire(event);
  }

  prompt(text: string): Promise<TurnEnd> {
    this.prompts.push(text);
    return new Promise((resolve) => {
      this.endTurn = resolve;
    });
  }

  async interrupt(): Promise<void> {
    this.interrupts++;
  }

  async stop(): Promise<void> {
    this.stops++;
    this.exit({ code: null, signal: 'SIGTERM' });
  }
}
