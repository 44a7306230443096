import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JournalEntry } from '../../../../src/permission/journalPort.ts';
import { ByteTexts } from '../../../../src/storage/history/byteTexts.ts';
import {
  type HistoryEntryRow,
  historyEntry,
} from '../../../../src/storage/history/historyEntry.ts';
import { LineReader } from '../../../../src/storage/history/lineReader.ts';
import { chainStart, nextLine } from '../../../../src/storage/journalFormat.ts';

const PERSON = { kind: 'person', surface: 'inbox' } as const;
const BASE = {
  requestId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  agentId: 'claude',
  sessionKey: 's1',
  tool: 'execute',
  toolName: 'Bash',
  argsHash: 'a'.repeat(64),
} as const;
const END = {
  decision: 'allow',
  decidedBy: PERSON,
  decidedAt: 1_763_000_000_000,
  channel: 'inbox',
  decisionLatencyMs: 4100,
} as const;
const RULE = { id: 'R1', scope: 'workspace', label: 'pnpm test …', effect: 'allow' } as const;
const { sessionKey, requestId, agentId, ...rest } = BASE;
const titled = { requestId, agentId, sessionKey, sessionTitle: 'Fix “tests”', ...rest };

/** As the journal writes them, and as older versions did. */
const ENTRIES: readonly JournalEntry[] = [
  { type: 'raised', ...BASE, raisedAt: 1_763_000_000_000, target: 'pnpm test' },
  { type: 'raised', ...titled, raisedAt: 1, target: 'echo "\\u{1F600}" Größe 😀 \u2028' },
  { type: 'settled', ...BASE, ...END },
  { type: 'settled', ...BASE, ...END, target: 'pnpm test' },
  { type: 'settled', ...titled, ...END, target: 'git commit -m "größer \\ ☃"' },
  {
    type: 'settled',
    ...titled,
    ...END,
    decision: 'deny',
    feedback: 'no, "that"\nis\tall',
    target: 'rm',
  },
  { type: 'settled', ...titled, ...END, target: 'pnpm test', rule: RULE },
  {
    type: 'settled',
    ...BASE,
    ...END,
    decidedBy: { kind: 'rule', id: 'R2', scope: 'global', also: ['R3'] },
  },
  {
    type: 'settled',
    ...BASE,
    ...END,
    decidedBy: { kind: 'agentGone', reason: 'it {crashed}' },
    target: 'x',
  },
  {
    type: 'settled',
    ...BASE,
    ...END,
    decidedBy: { kind: 'person', surface: 'phone', device: 'Pixel "8"' },
  },
  { type: 'settled', ...BASE, ...END, decision: 'deny', decidedBy: { kind: 'ttl', minutes: 5 } },
  { type: 'rule', change: 'revoked', rule: RULE, by: PERSON, at: 5 },
];
const LINES = ENTRIES.map((entry) => lineOf(JSON.stringify(entry)));

function lineOf(entry: string): Buffer {
  return nextLine(chainStart('journal-01ARZ3NDEKTSV4RRFFQ69G5FAV.ndjson'), entry).line;
}

interface Found {
  readonly rows: readonly HistoryEntryRow[];
  readonly open: readonly (readonly [string, string])[];
  readonly unreadable: number;
}

/** What the parser says about each line by itself. */
function parsed(bytes: Buffer): Found {
  const rows: HistoryEntryRow[] = [];
  const open = new Map<string, string>();
  let unreadable = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    const entry = historyEntry(bytes.toString('utf8', at, end));
    at = end + 1;
    if (!entry) unreadable++;
    else if (entry.kind === 'raised') open.set(entry.requestId, entry.target);
    else if (entry.kind === 'rule') rows.push(entry.row);
    else if (entry.kind === 'settled') {
      const target = entry.row.target || (open.get(entry.requestId) ?? '');
      rows.push({ ...entry.row, target });
      open.delete(entry.requestId);
    }
  }
  // Half of a pair of surrogates is kept, and shown, as what UTF-8 makes of it.
  const kept = rows.map((row) => ({ ...row, target: Buffer.from(row.target).toString() }));
  return { rows: kept, open: [...open].sort(), unreadable };
}

/** What the reader says, which gets the bytes in several portions. */
function read(...portions: readonly Buffer[]): Found {
  const rows: HistoryEntryRow[] = [];
  const targets = new ByteTexts();
  const reader = new LineReader({
    targets,
    add: (at, latencyMs, target, shape) =>
      rows.push({ at, latencyMs, target: targets.text(target), shape }),
  });
  for (const portion of portions) reader.read(portion);
  return { rows, open: reader.open.sort(), unreadable: reader.unreadable };
}

/** What stands in lines of ours, and what somebody could put there. */
const ODD: readonly (readonly [string, string])[] = [
  ['pnpm test"', 'pnpm \\x"'],
  ['pnpm test"', 'pnpm \\u12G4"'],
  ['pnpm test"', 'pnpm \\u12"'],
  ['pnpm test"', 'pnpm \\'],
  ['pnpm test"', 'pnpm \\u0041 \\ud83d \\/"'],
  ['pnpm test"', 'pnpm\ttest"'],
  ['pnpm test"', 'pnpm test","target":"other"'],
  ['"target":"pnpm test"', '"target":"pnpm test","tool":"read"'],
  ['"target":"pnpm test"', '"target":["pnpm test"]'],
  ['4100', '04100'],
  ['4100', '-0'],
  ['4100', '-'],
  ['4100', '12345678901234567890'],
  ['4100', '4100.5'],
  ['4100', '41e2'],
  ['4100', '"4100"'],
  ['1763000000000', '1763000000000 '],
  ['1763000000000', '01'],
  ['1763000000000', '1e999'],
  ['{"kind":"person","surface":"inbox"}', '{"kind":"person","surface":{"kind":"rule"}}'],
  ['{"kind":"person","surface":"inbox"}', '{"kind":"person","surface":{"x":"inbox"}'],
  ['{"kind":"person","surface":"inbox"}', '{"kind":"person",\n"surface":"inbox"}'],
  ['{"kind":"person","surface":"inbox"}', '{"kind":"person","surface":"{"}'],
  ['{"kind":"person","surface":"inbox"}', '{"kind":"person","surface":"}'],
  ['{"kind":"person","surface":"inbox"}', '{"kind":"rule","kind":"person"}'],
  ['{"kind":"person","surface":"inbox"}', '{}'],
  ['{"kind":"person","surface":"inbox"}', '{'],
  ['"decision":"allow"', '"decision":"perhaps"'],
  ['"decision":"allow"', '"decision":"allow","decision":"deny"'],
  ['"agentId":"claude"', '"agentId":"cla\\u0075de"'],
  ['"agentId":"claude"', '"agentId": "claude"'],
  ['"channel":"inbox"', '"channel":"in\\qbox"'],
  ['},"hash":"', '},"entry":{},"hash":"'],
  ['},"hash":"', '},"hash":"\\'],
  ['"}\n', '"}\r\n'],
  ['"}\n', '"}}\n'],
  ['"}\n', '"]\n'],
  ['"}\n', '"\n'],
];

describe('The reader of lines for the history', () => {
  it('says the same as the parser about every kind of line, each time it comes', () => {
    const bytes = Buffer.concat([...LINES, ...LINES, ...LINES]);
    const { rows, open, unreadable } = parsed(bytes);
    assert.deepEqual(read(bytes), { rows, open, unreadable });
    assert.deepEqual([rows.length, open.length, unreadable], [30, 0, 0]);
  });

  it('knows what a request is about that ends long after it began, or right after', () => {
    const [begun, ended] = [LINES[0], LINES[2]];
    assert.ok(begun && ended);
    for (const portions of [[begun, ended], [Buffer.concat([begun, ended])]])
      assert.deepEqual(
        read(...portions).rows.map(({ target }) => target),
        ['pnpm test'],
      );
    const other = lineOf(JSON.stringify({ ...ENTRIES[0], requestId: 'other', target: 'ls' }));
    assert.deepEqual(read(Buffer.concat([begun, other, ended, begun])), {
      rows: read(begun, ended).rows,
      open: [
        [BASE.requestId, 'pnpm test'],
        ['other', 'ls'],
      ],
      unreadable: 0,
    });
  });

  it('says the same as the parser about what looks like one of ours and is not', () => {
    const known = Buffer.concat(LINES);
    for (const [ours, odd] of ODD) {
      const text = LINES.map((line) => line.toString().replaceAll(ours, odd)).join('');
      assert.ok(text !== known.toString(), ours);
      const bytes = Buffer.concat([known, Buffer.from(text), known, Buffer.from(text)]);
      assert.deepEqual({ odd, ...read(bytes) }, { odd, ...parsed(bytes) });
    }
  });

  it('says the same as the parser about lines that somebody altered', () => {
    fc.assert(
      fc.property(fc.array(alteredLine, { minLength: 1, maxLength: 6 }), (altered) => {
        const bytes = Buffer.concat([...LINES, ...altered, ...LINES, ...altered]);
        assert.deepEqual(read(bytes), parsed(bytes));
      }),
      { numRuns: 2000 },
    );
  }).timeout(60_000);

  it('says the same as the parser about any values in the places of ours', () => {
    fc.assert(
      fc.property(fc.array(foreignLine, { minLength: 1, maxLength: 4 }), (lines) => {
        const portions = [Buffer.concat([...lines, ...LINES]), Buffer.concat([...LINES, ...lines])];
        assert.deepEqual(read(...portions), parsed(Buffer.concat(portions)));
      }),
      { numRuns: 1000 },
    );
  }).timeout(60_000);
});

/** What JSON is made of, and what it is not. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\n',
      '\r',
      '\t',
      ' ',
      '\0',
      '-',
      '0',
      '1e999',
      '.5',
    ],
    ...[
      'null',
      '"}',
      '"},"',
      '\\"',
      '\\u',
      '\\u00e9',
      '\\ud83d',
      '\\x',
      '},"decidedAt":1',
      '"type":"raised"',
    ],
    ...[',"target":"', ',"decidedBy":{"kind":"rule","id":"R9"}', ',"decision":"deny"', ',"hash":"'],
  ),
  fc.string({ maxLength: 3 }),
);
const bytesPiece = fc.oneof(
  piece.map((text) => Buffer.from(text)),
  // No UTF-8.
  fc.uint8Array({ minLength: 1, maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
);
const alteredLine = fc
  .tuple(
    fc.constantFrom(...LINES),
    fc.array(fc.tuple(fc.nat(999), fc.nat(3), bytesPiece), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([line, changes]) => {
    let bytes: Buffer = line.subarray(0, -1);
    for (const [where, cut, put] of changes) {
      const at = where % bytes.length;
      bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);
    }
    return Buffer.concat([bytes, Buffer.from('\n')]);
  });

const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.constantFrom(
    null,
    true,
    {},
    [],
    { kind: 'rule' },
    { kind: 'person', surface: 7 },
    'allow',
    'deny',
  ),
);
const foreignLine = fc
  .tuple(fc.constantFrom(...ENTRIES), fc.nat(20), value)
  .map(([entry, which, other]) => {
    const fields: [string, unknown][] = Object.entries(entry);
    const place = which % fields.length;
    const changed = fields.map(([name, known], at) => [name, at === place ? other : known]);
    return lineOf(JSON.stringify(Object.fromEntries(changed)));
  });
