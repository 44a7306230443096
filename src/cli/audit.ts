import * as v from 'valibot';
import { parseJson } from '../base/json.ts';
import { safeText } from '../permission/spans.ts';
import {
  type JournalRecord,
  journalFiles,
  readJournal,
  verifyJournal,
} from '../storage/journalReader.ts';
import { EXIT } from './runEnd.ts';

/** Where a command writes: `out` is its result, `problem` is for the person. */
export interface Output {
  /** Resolves when there is room for more. */
  out(text: string): Promise<void>;
  problem(text: string): void;
}

/** `audit verify`: resolves with the exit code. */
export async function auditVerify(folder: string, output: Output): Promise<number> {
  const files = await journalFiles(folder);
  if (files.length === 0) return noRecord(folder, output);
  const report = await verifyJournal(files);
  for (const { file, lines, broken, tornLine } of report.files) {
    await output.out(`${safeText(file)}: ${lines === 1 ? '1 line' : `${lines} lines`}`);
    if (broken) await output.out(`, broken at line ${broken.line}: ${safeText(broken.reason)}`);
    if (tornLine !== undefined)
      await output.out(`, torn last line ${tornLine}: it was cut off while it was written`);
    await output.out('\n');
  }
  if (!report.broken) {
    const total = report.files.reduce((sum, { lines }) => sum + lines, 0);
    await output.out(`Chain verified: ${total} records.\n`);
    return EXIT.ok;
  }
  const { file, line, reason } = report.broken;
  output.problem(
    `The record is broken. The first broken line is line ${line} of ${safeText(file)}: ${safeText(reason)}. What comes after it in that file cannot be trusted.\n`,
  );
  return EXIT.failed;
}

/** `audit show`: prints the entries; resolves with the exit code. */
export async function auditShow(folder: string, json: boolean, output: Output): Promise<number> {
  const files = await journalFiles(folder);
  if (files.length === 0) return noRecord(folder, output);
  let code: number = EXIT.ok;
  for await (const record of readJournal(files)) {
    if (record.kind === 'broken') {
      code = EXIT.failed;
      output.problem(
        `Line ${record.line} of ${safeText(record.file)} is broken: ${safeText(record.reason)}. What comes after it in that file cannot be trusted.\n`,
      );
    }
    const text = json ? jsonLine(record) : textLine(record);
    if (text !== undefined) await output.out(`${text}\n`);
  }
  return code;
}

function noRecord(folder: string, output: Output): number {
  output.problem(`There is no record in ${safeText(folder)}.\n`);
  return EXIT.failed;
}

/** The entry, and whether the chain vouches for it. */
function jsonLine(record: JournalRecord): string | undefined {
  if (record.kind === 'torn' || record.text === undefined) return undefined;
  const entry = parseJson(record.text);
  if (entry === undefined) return undefined;
  const { file, line } = record;
  return JSON.stringify({ file, line, trusted: record.kind === 'entry', entry });
}

const text = v.fallback(v.string(), '');
const time = v.fallback(v.number(), Number.NaN);

const NO_RULE = { effect: '', label: '', scope: '' };

/** What is shown of an entry; other versions may have more or less. */
const shownEntry = v.object({
  type: text,
  agentId: text,
  toolName: text,
  requestId: text,
  target: text,
  raisedAt: time,
  decidedAt: time,
  decision: text,
  channel: text,
  feedback: text,
  change: text,
  at: time,
  rule: v.fallback(v.object({ effect: text, label: text, scope: text }), NO_RULE),
});

function textLine(record: JournalRecord): string | undefined {
  if (record.kind === 'torn')
    return `${record.line}: the last line was cut off while it was written`;
  const parsed = v.safeParse(
    shownEntry,
    record.text === undefined ? undefined : parseJson(record.text),
  );
  if (!parsed.success) return undefined;
  const mark = record.kind === 'entry' ? '' : ' [not trusted]';
  return safeText(`${entryWords(parsed.output)}${mark}`);
}

function entryWords(entry: v.InferOutput<typeof shownEntry>): string {
  const about = `${entry.requestId}  ${entry.agentId}  ${entry.toolName}`;
  switch (entry.type) {
    case 'settled': {
      const said = entry.feedback ? `: “${entry.feedback}”` : '';
      const verb = entry.decision === 'allow' ? 'allowed' : 'denied';
      return `${timeWords(entry.decidedAt)}  ${about}  ${verb} by ${entry.channel}${said}`;
    }
    case 'rule': {
      const { effect, label, scope } = entry.rule;
      const change = entry.change === 'notKept' ? 'not kept' : entry.change;
      return `${timeWords(entry.at)}  rule ${change}: always ${effect} ${label} (${scope})`;
    }
    default:
      return `${timeWords(entry.raisedAt)}  ${about}  asked: ${entry.target}`;
  }
}

function timeWords(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? '(no time)' : date.toISOString();
}
