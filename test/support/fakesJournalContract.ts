import assert from 'node:assert/strict';
import type { JournalEntry, JournalPort, SettledEntry } from '../../src/permission/journalPort.ts';

export interface JournalUnderTest {
  readonly journal: JournalPort;
  /** What is on record, oldest first. */
  read(): Promise<readonly JournalEntry[]>;
  close?(): Promise<void>;
}

/** What every journal does, the fake ones of the tests as well. */
export function journalContract(name: string, make: () => Promise<JournalUnderTest>): void {
  describe(`${name} as a journal`, () => {
    let made: JournalUnderTest;

    beforeEach(async () => {
      made = await make();
    });

    afterEach(async () => {
      await made.close?.();
    });

    it('has an entry on record when append has resolved', async () => {
      await made.journal.append(entry(1));
      assert.deepEqual(await made.read(), [entry(1)]);
    });

    it('keeps the order of entries that were not waited for', async () => {
      const all = Array.from({ length: 50 }, (_, index) => entry(index));
      await Promise.all(all.map((each) => made.journal.append(each)));
      assert.deepEqual(await made.read(), all);
    });

    it('records an entry as it was when append was called', async () => {
      const changing: { -readonly [K in keyof SettledEntry]: SettledEntry[K] } = { ...entry(1) };
      const appended = made.journal.append(changing);
      changing.decision = 'deny';
      await appended;
      assert.deepEqual(await made.read(), [entry(1)]);
    });

    it('keeps every kind of entry as it is', async () => {
      const all: readonly JournalEntry[] = [
        {
          type: 'raised',
          requestId: 'r',
          agentId: 'claude',
          sessionKey: 's',
          tool: 'execute',
          toolName: 'Bash "quoted" \\ and ünïcödé',
          argsHash: 'a'.repeat(64),
          raisedAt: 1,
          target: 'line\nbreak\u2028and [U+202E]',
        },
        { ...entry(2), feedback: 'use pnpm', decidedBy: { kind: 'agentGone', reason: 'exit 1' } },
        { ...entry(3), decidedBy: { kind: 'rule', id: 'rule', scope: 'session' }, channel: 'rule' },
      ];
      for (const each of all) await made.journal.append(each);
      assert.deepEqual(await made.read(), all);
    });
  });
}

function entry(index: number): SettledEntry {
  return {
    type: 'settled',
    requestId: `request-${index}`,
    agentId: 'claude',
    sessionKey: 'session-1',
    tool: 'execute',
    toolName: 'Bash',
    argsHash: 'b'.repeat(64),
    decision: 'allow',
    decidedBy: { kind: 'person', surface: 'phone', device: 'Pixel 8' },
    decidedAt: 1_700_000_000_000 + index,
    channel: 'phone',
    decisionLatencyMs: 41,
  };
}
