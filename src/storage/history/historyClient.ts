import { Worker } from 'node:worker_threads';
import type { HistoryProgress } from '../../protocol/historyView.ts';
import type { HistoryCall, HistoryQuestion, HistoryReply, HistoryResults } from './historyCalls.ts';

export interface HistoryClientOptions {
  /** The worker's program. */
  readonly program: URL;
  /** That of the record. */
  readonly folder: string;
  /** A file where the index may be kept for the next time. */
  readonly snapshot?: string;
  readonly onProgress: (progress: HistoryProgress) => void;
  /** All that was added to the record meanwhile is read. */
  readonly onGrown: (progress: HistoryProgress) => void;
  readonly onVerified: (records: number) => void;
}

interface Waiting {
  readonly resolve: (result: HistoryResults[HistoryCall['kind']]) => void;
  readonly reject: (error: Error) => void;
}

/** Asks a thread of its own about the history. Everything that is asked is answered or, when the thread ends, rejected. */
export class HistoryClient {
  readonly #worker: Worker;
  readonly #options: HistoryClientOptions;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #isClosed = false;

  constructor(options: HistoryClientOptions) {
    this.#options = options;
    const { folder, snapshot } = options;
    this.#worker = new Worker(options.program, { workerData: { folder, snapshot } });
    this.#worker.on('message', (reply: HistoryReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the history was closed')));
  }

  async ask<Kind extends HistoryCall['kind']>(
    call: Extract<HistoryCall, { kind: Kind }>,
  ): Promise<HistoryResults[Kind]> {
    if (this.#isClosed) throw new Error('the history was closed');
    const id = ++this.#lastId;
    const question: HistoryQuestion = { id, call };
    const result = await new Promise<HistoryResults[HistoryCall['kind']]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage(question);
    });
    // The worker is of this build and answers a call with its own kind of result.
    return result as HistoryResults[Kind];
  }

  dispose(): void {
    this.#end(new Error('the history was closed'));
    void this.#worker.terminate();
  }

  #receive(reply: HistoryReply): void {
    if ('progress' in reply) this.#options.onProgress(reply.progress);
    else if ('grown' in reply) this.#options.onGrown(reply.grown);
    else if ('verified' in reply) this.#options.onVerified(reply.verified);
    else {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) waiting?.reject(new Error(reply.error));
      else waiting?.resolve(reply.result);
    }
  }

  #end(error: Error): void {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
