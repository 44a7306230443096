import { open } from 'node:fs/promises';
import type { HistoryRow } from '../../protocol/historyView.ts';
import { journalFiles } from '../journalReader.ts';
import { type HistoryEntryRow, historyEntry } from './historyEntry.ts';

/** What is read of the end of a file. */
const TAIL = 128 * 1024;

/** The newest requests, from the ends of the files: to be shown while all of them are read. */
export async function newestRows(folder: string, limit: number): Promise<readonly HistoryRow[]> {
  const files = await journalFiles(folder);
  const rows: HistoryEntryRow[] = [];
  for (const file of files.slice(-5)) {
    for (const line of await lastLines(file)) {
      const entry = historyEntry(line);
      if (entry?.kind === 'settled' || entry?.kind === 'rule') rows.push(entry.row);
    }
  }
  return rows
    .sort((a, b) => b.at - a.at)
    .slice(0, limit)
    .map(({ shape, ...row }, index) => ({ ...shape, ...row, id: -index }));
}

async function lastLines(file: string): Promise<string[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - TAIL);
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(size - start),
      0,
      size - start,
      start,
    );
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    // The first may be a part of one, the last is empty or torn.
    return lines.slice(start === 0 ? 0 : 1, -1);
  } finally {
    await handle.close();
  }
}
