import { parentPort, workerData } from 'node:worker_threads';
import * as v from 'valibot';
import type { HistoryQuestion, HistoryReply } from './historyCalls.ts';
import { RecordHistory } from './recordHistory.ts';

/** The thread of the history: reads, searches, verifies and exports, so that the extension host does not wait. */
const port = parentPort;
if (port) {
  const { folder, snapshot } = v.parse(
    v.object({ folder: v.string(), snapshot: v.optional(v.string()) }),
    workerData,
  );
  const reply = (message: HistoryReply) => port.postMessage(message);
  const history = new RecordHistory(folder, reply, snapshot);
  port.on('message', ({ id, call }: HistoryQuestion) => {
    history.answer(call).then(
      (result) => reply({ id, result }),
      (error: unknown) =>
        reply({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
}
