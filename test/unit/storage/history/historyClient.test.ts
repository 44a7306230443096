import assert from 'node:assert/strict';
import { ulidSource } from '../../../../src/base/ulid.ts';
import { HistoryClient } from '../../../../src/storage/history/historyClient.ts';
import { FileJournal } from '../../../../src/storage/journal.ts';
import { builtHistoryWorker } from '../../../support/historyWorker.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';

describe('The thread of the history', function () {
  this.timeout(30_000);
  let worker: Awaited<ReturnType<typeof builtHistoryWorker>>;
  let folder: string;
  let client: HistoryClient;
  before(async () => {
    worker = await builtHistoryWorker();
  });
  after(() => worker.dispose());
  beforeEach(() => {
    folder = temporaryFolder();
    const { program } = worker;
    client = new HistoryClient({
      program,
      folder,
      onProgress: () => {},
      onGrown: () => {},
      onVerified: () => {},
    });
  });
  afterEach(() => {
    client.dispose();
    removeFolder(folder);
  });

  it('answers as it ships: bundled, with its database beside it', async () => {
    const journal = new FileJournal({ folder, newId: ulidSource(Date.now) });
    await journal.append({
      ...{ type: 'settled', requestId: 'r', agentId: 'claude', sessionKey: 's', tool: 'execute' },
      ...{ toolName: 'Bash', argsHash: 'a', decision: 'allow', target: 'pnpm test' },
      ...{ decidedBy: { kind: 'person', surface: 'inbox' }, decidedAt: 1, channel: 'inbox' },
      decisionLatencyMs: 1,
    });
    await journal.close();
    const { requests } = await client.ask({ kind: 'update' });
    const { rows } = await client.ask({ kind: 'page', filter: { text: 'PNPM' }, limit: 10 });
    const { records, broken } = await client.ask({ kind: 'verify' });
    assert.deepEqual([requests, rows.map(({ target }) => target)], [1, ['pnpm test']]);
    assert.deepEqual([records, broken], [1, undefined]);
  });

  it('rejects with the reason, and goes on', async () => {
    const file = `${folder}/missing/x.json`;
    await assert.rejects(client.ask({ kind: 'export', filter: {}, file }), /ENOENT/);
    assert.deepEqual(await client.ask({ kind: 'newest', limit: 1 }), { rows: [], upTo: 0 });
  });

  it('settles what is asked when it is closed, and answers nothing after', async () => {
    const asked = client.ask({ kind: 'update' });
    client.dispose();
    await assert.rejects(asked, /closed/);
    await assert.rejects(client.ask({ kind: 'update' }), /closed/);
  });
});
