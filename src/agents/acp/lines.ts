import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import type { Event } from '../../base/event.ts';
import type { UserError } from '../../protocol/userError.ts';
import type { AgentExit } from '../agent.ts';

/** Lines to and from an agent process; the in-memory ends of a test are the same. */
export interface AgentLines {
  /** One complete line without its newline. */
  readonly onLine: Event<string>;
  /** Throws when the agent cannot be reached any more. */
  write(line: string): void;
  /** The connection is broken: the error becomes that of {@link exited} and the agent is stopped. */
  fail(error: UserError): void;
  /** Says that nothing more will be written. */
  endInput?(): void;
  stop(): Promise<void>;
  readonly exited: Promise<AgentExit>;
  stderrTail(): string;
}

/** The SDK's end of a connection whose frames go through our hands first. */
export interface MessagePipe {
  readonly stream: Stream;
  /** Hands a frame of the agent to the SDK. */
  push(message: AnyMessage): void;
  end(): void;
}

/** Makes a pair of streams for the SDK; what it sends goes to `send`. */
export function messagePipe(send: (message: AnyMessage) => void): MessagePipe {
  let source: ReadableStreamDefaultController<AnyMessage> | undefined;
  let ended = false;
  const readable = new ReadableStream<AnyMessage>({
    start: (controller) => {
      source = controller;
    },
    cancel: () => {
      ended = true;
    },
  });
  const writable = new WritableStream<AnyMessage>({ write: send });
  return {
    stream: { readable, writable },
    push: (message) => {
      if (!ended) source?.enqueue(message);
    },
    end: () => {
      if (ended) return;
      ended = true;
      source?.close();
    },
  };
}
