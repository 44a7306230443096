/**
 * A request of a sub-agent is never sent on: `agent` waits for an answer that nobody can give (measured, subagent.ndjson
 * in test/wire/linkAssistant). Nothing is decided here; when a sub-agent works and nothing is heard, it is said once.
 */
export class SilenceWatch {
  readonly #milliseconds: number;
  readonly #tell: (text: string) => void;
  readonly #running = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, tell: (text: string) => void) {
    this.#milliseconds = milliseconds;
    this.#tell = tell;
  }

  /** A call of the tool that starts a sub-agent goes on, or has ended. */
  watch(callId: string, isRunning: boolean): void {
    if (isRunning) this.#running.add(callId);
    else this.#running.delete(callId);
    this.heard();
  }

  /** It said something: the silence starts again. */
  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running.size === 0) return;
    this.#timer = setTimeout(() => this.#silent(), this.#milliseconds);
    this.#timer.unref();
  }

  stop(): void {
    this.#running.clear();
    this.heard();
  }

  #silent(): void {
    this.#running.clear();
    this.#tell(
      'A sub-agent of agent (link-assistant) works and nothing is heard of it. If it asks for something, agent sends that to nobody and waits for ever: it does not run, and you can stop the turn.',
    );
  }
}
