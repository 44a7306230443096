import fs from 'node:fs';
import path from 'node:path';
import type { HistoryFilter } from '../../src/protocol/historyView.ts';
import type { HistoryCall } from '../../src/storage/history/historyCalls.ts';
import { HistoryClient } from '../../src/storage/history/historyClient.ts';
import { chainStart, journalFileName, nextLine } from '../../src/storage/journalFormat.ts';
import { builtHistoryWorker } from '../support/historyWorker.ts';
import { removeFolder, temporaryFolder } from '../support/testFolder.ts';
import { waitFor } from '../support/waitFor.ts';

const FILTERS: Readonly<Record<string, HistoryFilter>> = {
  none: {},
  agent: { agentId: 'codex' },
  recentDenied: { answer: 'denied', days: 14 },
  commonText: { text: 'pnpm' },
  rareText: { text: 'file19999' },
  noSuchText: { text: 'zzzz' },
  everywhere: { text: 'e' },
  textOfOne: { text: 'show', by: 'person' },
  textOfSome: { text: 'e', tool: 'edit', answer: 'denied' },
  all: { agentId: 'gemini', tool: 'edit', answer: 'denied', by: 'person', text: 'git' },
};

/** A record of a million lines, opened, filtered and verified in the worker; milliseconds. */
export async function benchHistory(lines = 1_000_000): Promise<object> {
  const folder = temporaryFolder();
  const worker = await builtHistoryWorker();
  writeRecord(folder, lines);
  const start = () => new Bench(worker.program, folder);
  let bench = start();
  try {
    const firstRows = await bench.time({ kind: 'newest', limit: 100 });
    const allRead = firstRows + (await bench.time({ kind: 'update' }));
    const filters: Record<string, { rows: number; totals: number }> = {};
    for (const [name, filter] of Object.entries(FILTERS)) {
      const rows = await bench.time({ kind: 'page', filter, limit: 100 });
      filters[name] = { rows, totals: await bench.time({ kind: 'totals', filter }) };
    }
    const verify = await bench.time({ kind: 'verify' });
    const verifiedPerSecond = Math.round((1000 * lines) / verify);
    await waitFor(() => fs.existsSync(bench.snapshot), 'the index that is kept', 60_000);
    bench.client.dispose();
    bench = start();
    const reopened = await bench.time({ kind: 'update' });
    return { lines, firstRows, allRead, reopened, filters, verifiedPerSecond };
  } finally {
    bench.client.dispose();
    worker.dispose();
    removeFolder(folder);
  }
}

/** The history as it ships, with an index that is kept. */
class Bench {
  readonly client: HistoryClient;
  readonly snapshot: string;

  constructor(program: URL, folder: string) {
    this.snapshot = path.join(folder, 'index');
    this.client = new HistoryClient({
      ...{ program, folder, snapshot: this.snapshot },
      ...{ onProgress: () => {}, onGrown: () => {}, onVerified: () => {} },
    });
  }

  async time(call: HistoryCall): Promise<number> {
    const start = performance.now();
    await this.client.ask(call);
    return Math.round(performance.now() - start);
  }
}

/** Ten files; two lines for each request, as the journal writes them. */
function writeRecord(folder: string, lines: number): void {
  let n = 0;
  for (let f = 0; f < 10; f++) {
    const name = journalFileName(`01ARZ3NDEKTSV4RRFFQ69G5F${String(f).padStart(2, '0')}`);
    const file = fs.openSync(path.join(folder, name), 'w');
    let position = chainStart(name);
    for (let i = 0; i < lines / 20; ) {
      const batch: Buffer[] = [];
      for (; i < lines / 20 && batch.length < 5000; i++) {
        for (const entry of entriesOf(n++, lines)) {
          const next = nextLine(position, JSON.stringify(entry));
          position = next.position;
          batch.push(next.line);
        }
      }
      fs.writeSync(file, Buffer.concat(batch));
    }
    fs.closeSync(file);
  }
}

function entriesOf(n: number, lines: number): object[] {
  const at = Date.now() - (lines / 2 - n) * 60_000;
  const target = [
    `pnpm test file${n % 20_000}.ts`,
    `git show ${(n * 7919).toString(16)}`,
    `git commit -m "fix ${n % 1000}: größer"`,
  ][n % 3];
  const base = {
    requestId: `01ARZ3NDEKTSV4RRFF${String(n).padStart(8, '0')}`,
    agentId: ['claude', 'codex', 'gemini'][n % 3],
    sessionKey: `session${n % 500}`,
    sessionTitle: `Fix the tests of part ${n % 500}`,
    tool: ['execute', 'edit', 'read', 'fetch'][n % 4],
    toolName: 'Bash',
    argsHash: 'a'.repeat(64),
  };
  const decidedBy =
    n % 3 === 0
      ? { kind: 'person', surface: 'inbox' }
      : { kind: 'rule', id: `R${n % 50}`, scope: 'workspace' };
  const decision = n % 9 === 0 ? 'deny' : 'allow';
  const end = {
    decision,
    decidedBy,
    decidedAt: at,
    channel: 'inbox',
    decisionLatencyMs: n % 60_000,
  };
  return [
    { type: 'raised', ...base, raisedAt: at - 3000, target },
    { type: 'settled', ...base, ...end, target },
  ];
}
