import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { answerFrame, draftOf } from '../../src/agents/claude/asks.ts';
import { parseFrame } from '../../src/agents/claude/frames.ts';
import type { Place } from '../../src/agents/claude/toolMapping.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ulidSource } from '../../src/base/ulid.ts';
import { Broker } from '../../src/permission/broker.ts';
import type { JournalPort } from '../../src/permission/journalPort.ts';
import { cardView } from '../../src/protocol/cardView.ts';
import { FileJournal } from '../../src/storage/journal.ts';
import { heapInUse } from '../support/heap.ts';
import { rulesOnFakes } from '../support/rules.ts';
import { askLines } from './frames.ts';

export interface Timing {
  readonly requests: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
  readonly meanMicroseconds: number;
}

export interface RoundTripReport {
  /** Native frame in, card view, answer, native frame out; the journal is in memory. */
  readonly inProcess: Timing;
  /** Parses and re-serialises the same frames, and nothing else. */
  readonly bareLoop: Timing;
  /** Medians. */
  readonly ratioToBareLoop: number;
  /** The same with every decision synced to disk before it leaves. */
  readonly withFileJournal: Timing;
  readonly heap: HeapReport;
}

export interface HeapReport {
  readonly after10000Bytes: number;
  readonly after100000Bytes: number;
  readonly growthPerRequestBytes: number;
}

const AGENT = { id: 'claude', name: 'Claude Code', version: '2.1.329' };
const SESSION = {
  key: 'session-1',
  title: 'Fix the token refresh',
  cwd: '/home/dev/project',
  workspaceFolder: '/home/dev/project',
};
const PLACE: Place = {
  session: SESSION,
  inSessionDirectory: true,
  existingFile: () => ({ kind: 'none' }),
};
const DIFFERENT_LINES = 1000;

/** All figures of the way from frame to frame. */
export async function benchRoundTrip(): Promise<RoundTripReport> {
  const lines = askLines(DIFFERENT_LINES);
  const relay = relayOn(inMemory());
  await relayAll(relay, lines, 20_000);
  bareLoop(lines, 20_000);
  // In turns, so that both see the same machine.
  const ours: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < 10; i++) {
    bare.push(...bareLoop(lines, 5000));
    ours.push(...(await relayAll(relay, lines, 5000)));
  }
  const inProcess = timing(ours);
  const bareTiming = timing(bare);
  return {
    inProcess,
    bareLoop: bareTiming,
    ratioToBareLoop: round(inProcess.p50Microseconds / bareTiming.p50Microseconds),
    withFileJournal: timing(await withFileJournal(lines, 300)),
    heap: await heapGrowth(lines),
  };
}

/** Takes a line of stream-json and resolves with the line of the answer. */
type Relay = (line: string) => Promise<string>;

function relayOn(journal: JournalPort): Relay {
  const newId = ulidSource(() => Date.now());
  const broker = new Broker({ clock: systemClock, newId, journal, rules: rulesOnFakes(newId) });
  return async (line) => {
    const frame = parseFrame(line);
    if (!frame.ok || frame.value.kind !== 'ask') throw new Error('The bench sends asks only');
    const { requestId, ask } = frame.value;
    let answer = '';
    const { request } = broker.raise(draftOf(requestId, ask, AGENT, PLACE), (decision, native) => {
      answer = JSON.stringify(answerFrame(requestId, ask, decision, native));
    });
    const card = cardView(request);
    const result = await broker.answer({
      requestId: card.id,
      argsHash: card.argsHash,
      outcome: 'allow',
      by: { kind: 'person', surface: 'cards' },
    });
    if (!result.ok) throw new Error(result.error.kind);
    return answer;
  };
}

function inMemory(): JournalPort {
  // Keeps nothing, so that the heap shows what the domain keeps.
  return { append: async () => {} };
}

async function relayAll(relay: Relay, lines: readonly string[], count: number): Promise<number[]> {
  const times: number[] = [];
  let length = 0;
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    length += (await relay(lines[i % lines.length] ?? '')).length;
    times.push(performance.now() - start);
  }
  if (length === 0) throw new Error('No answers');
  return times;
}

function bareLoop(lines: readonly string[], count: number): number[] {
  const times: number[] = [];
  let length = 0;
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    length += JSON.stringify(JSON.parse(lines[i % lines.length] ?? '')).length;
    times.push(performance.now() - start);
  }
  if (length === 0) throw new Error('No frames');
  return times;
}

async function withFileJournal(lines: readonly string[], count: number): Promise<number[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'countersign-bench-'));
  const journal = new FileJournal({ folder, newId: ulidSource(() => Date.now()) });
  try {
    return await relayAll(relayOn(journal), lines, count);
  } finally {
    await journal.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function heapGrowth(lines: readonly string[]): Promise<HeapReport> {
  const relay = relayOn(inMemory());
  await relayUntimed(relay, lines, 10_000);
  const after10000Bytes = heapInUse();
  await relayUntimed(relay, lines, 90_000);
  const after100000Bytes = heapInUse();
  return {
    after10000Bytes,
    after100000Bytes,
    growthPerRequestBytes: round((after100000Bytes - after10000Bytes) / 90_000),
  };
}

async function relayUntimed(relay: Relay, lines: readonly string[], count: number): Promise<void> {
  for (let i = 0; i < count; i++) await relay(lines[i % lines.length] ?? '');
}

function timing(milliseconds: readonly number[]): Timing {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (share: number) => round((sorted[Math.floor(sorted.length * share)] ?? 0) * 1000);
  const sum = sorted.reduce((total, each) => total + each, 0);
  return {
    requests: sorted.length,
    p50Microseconds: at(0.5),
    p99Microseconds: at(0.99),
    meanMicroseconds: round((sum / sorted.length) * 1000),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
