import type { Clock } from '../base/clock.ts';
import type { JournalPort, SettledEntry } from '../permission/journalPort.ts';
import { parseOpening, type RaisedRecord } from './journalEntry.ts';
import { mendTornLine } from './journalMend.ts';
import { forget, takeAbandoned } from './journalOwner.ts';
import { readJournal } from './journalReader.ts';

/** A request that was waiting when its window closed or crashed; it was not run. Safe to show. */
export type MissedRequest = Pick<
  RaisedRecord,
  'requestId' | 'agentId' | 'tool' | 'toolName' | 'target' | 'raisedAt'
>;

export interface MissedOptions {
  /** The folder of the record. */
  readonly folder: string;
  /** This process' own record: the ends are put there, for nobody writes to another's. */
  readonly journal: JournalPort;
  readonly clock: Clock;
  readonly onMended?: OnMended;
}

/** A crash had left half a line at the end of a file; it was cut off. */
export type OnMended = (file: string, bytes: number) => void;

/**
 * Finds what waited in windows that are gone, oldest first, and puts on record that it was not run. Each is found once, by
 * one window: where that cannot be put on record, the next start finds it again.
 */
export async function findMissedRequests(
  options: MissedOptions,
): Promise<readonly MissedRequest[]> {
  const { folder, journal, clock, onMended } = options;
  const files = await takeAbandoned(folder);
  if (files.length === 0) return [];
  for (const file of files) {
    // A file that cannot be mended is read as it is: half a line counts for nothing.
    const bytes = await mendTornLine(file).catch(() => 0);
    if (bytes > 0) onMended?.(file, bytes);
  }
  const open = await openIn(files);
  await Promise.all(open.map((raised) => journal.append(endOf(raised, clock.now()))));
  await Promise.all(files.map(forget));
  return open;
}

/** What was raised and not settled, in all of the files together: one process can have written several. */
async function openIn(files: readonly string[]): Promise<readonly RaisedRecord[]> {
  const open = new Map<string, RaisedRecord>();
  for await (const record of readJournal([...files].sort())) {
    if (record.kind === 'torn' || record.text === undefined) continue;
    const entry = parseOpening(record.text);
    if (entry?.type === 'raised') open.set(entry.requestId, entry);
    else if (entry) open.delete(entry.requestId);
  }
  return [...open.values()].sort((a, b) => a.raisedAt - b.raisedAt);
}

function endOf(raised: RaisedRecord, now: number): SettledEntry {
  const { requestId, agentId, sessionKey, sessionTitle } = raised;
  const { tool, toolName, argsHash, raisedAt, target } = raised;
  return {
    type: 'settled',
    requestId,
    agentId,
    sessionKey,
    ...(sessionTitle !== undefined && { sessionTitle }),
    tool,
    toolName,
    argsHash,
    decision: 'deny',
    decidedBy: { kind: 'shutdown' },
    decidedAt: now,
    channel: 'shutdown',
    decisionLatencyMs: now - raisedAt,
    target,
  };
}
