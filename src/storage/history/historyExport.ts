import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { HistoryRow } from '../../protocol/historyView.ts';

const COLUMNS = [
  'at',
  'agentId',
  'sessionKey',
  'sessionTitle',
  'tool',
  'toolName',
  'target',
  'answer',
  'by',
  'surface',
  'ruleId',
  'ruleLabel',
  'scope',
  'latencyMs',
] as const satisfies readonly (keyof HistoryRow)[];

/** Writes rows to a file, as CSV (RFC 4180) when its name ends so, else as JSON. Resolves with their number. */
export async function exportRows(
  file: string,
  pages: Iterable<readonly HistoryRow[]>,
): Promise<number> {
  const isCsv = file.toLowerCase().endsWith('.csv');
  const out = createWriteStream(file, { mode: 0o600 });
  const done = finished(out);
  // Awaited below; a failure before that must not count as unhandled.
  done.catch(() => {});
  let count = 0;
  out.write(isCsv ? `${COLUMNS.join(',')}\r\n` : '[');
  for (const rows of pages) {
    const text = rows.map((row, index) =>
      isCsv ? csvLine(row) : jsonItem(row, count + index === 0),
    );
    count += rows.length;
    if (!out.write(text.join('')) && !out.errored) await Promise.race([once(out, 'drain'), done]);
  }
  out.end(isCsv ? '' : '\n]\n');
  await done;
  return count;
}

function jsonItem(row: HistoryRow, isFirst: boolean): string {
  const { id: _, ...rest } = row;
  return `${isFirst ? '' : ','}\n${JSON.stringify({ ...rest, at: timeOf(row) })}`;
}

function csvLine(row: HistoryRow): string {
  const cells = COLUMNS.map((name) => csvCell(name === 'at' ? timeOf(row) : String(row[name])));
  return `${cells.join(',')}\r\n`;
}

/** Spreadsheets run a cell that begins with one of these; an apostrophe before it makes it a text. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function timeOf({ at }: HistoryRow): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
