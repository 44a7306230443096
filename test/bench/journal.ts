import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ulidSource } from '../../src/base/ulid.ts';
import type { SettledEntry } from '../../src/permission/journalPort.ts';
import { FileJournal } from '../../src/storage/journal.ts';
import { chainStart, journalFileName, nextLine } from '../../src/storage/journalFormat.ts';
import { verifyJournal } from '../../src/storage/journalReader.ts';

export interface JournalBench {
  readonly lines: number;
  /** p99 of one append, of the first and the last 1,000. Both sync to disk. */
  readonly firstP99Microseconds: number;
  readonly lastP99Microseconds: number;
  readonly ratio: number;
  readonly verifyLinesPerSecond: number;
}

const LINES = 1_000_000;
const SAMPLE = 1000;

/** A record of a million lines: whether appending stays as fast as it was, and how fast it is verified. */
export async function benchJournal(): Promise<JournalBench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'countersign-journal-'));
  try {
    const journal = new FileJournal({ folder, newId: ulidSource(Date.now) });
    await appendOneByOne(journal, SAMPLE);
    const first = await appendOneByOne(journal, SAMPLE);
    for (let done = 3 * SAMPLE; done < LINES; done += SAMPLE)
      await Promise.all(Array.from({ length: SAMPLE }, (_, i) => journal.append(entry(done + i))));
    const last = await appendOneByOne(journal, SAMPLE);
    await journal.close();
    const [firstP99, lastP99] = [p99(first), p99(last)];
    return {
      lines: LINES,
      firstP99Microseconds: Math.round(firstP99),
      lastP99Microseconds: Math.round(lastP99),
      ratio: Math.round((lastP99 / firstP99) * 100) / 100,
      verifyLinesPerSecond: await verifySpeed(folder),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function appendOneByOne(journal: FileJournal, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await journal.append(entry(i));
    times.push((performance.now() - start) * 1000);
  }
  return times;
}

async function verifySpeed(folder: string): Promise<number> {
  const name = journalFileName('01ARZ3NDEKTSV4RRFFQ69G5FAV');
  let position = chainStart(name);
  const lines: Buffer[] = [];
  for (let i = 0; i < LINES; i++) {
    const next = nextLine(position, JSON.stringify(entry(i)));
    position = next.position;
    lines.push(next.line);
  }
  const file = path.join(folder, name);
  await writeFile(file, Buffer.concat(lines));
  const start = performance.now();
  const { broken } = await verifyJournal([file]);
  if (broken) throw new Error(`The bench made a broken record: ${broken.reason}`);
  return Math.round(LINES / ((performance.now() - start) / 1000));
}

function p99(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
}

function entry(index: number): SettledEntry {
  return {
    type: 'settled',
    requestId: `01ARZ3NDEKTSV4RRFFQ${String(index).padStart(7, '0')}`,
    agentId: 'claude',
    sessionKey: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    tool: 'execute',
    toolName: 'Bash',
    argsHash: 'b'.repeat(64),
    decision: 'allow',
    decidedBy: { kind: 'person', surface: 'cards' },
    decidedAt: 1_700_000_000_000 + index,
    channel: 'cards',
    decisionLatencyMs: 4100,
    target: 'pnpm test --filter packages/auth',
  };
}
