import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Screenshots and logs of failed runs. */
export const RESULTS = path.join(ROOT, 'test-results');

/** A new empty folder with its real path: VS Code resolves links, so a linked path would not compare. */
export function temporaryFolder(): string {
  return fs.realpathSync.native(fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-')));
}

export function removeFolder(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** A file under test-results/ for `name`, with its folder made. */
export function resultFile(name: string): string {
  fs.mkdirSync(RESULTS, { recursive: true });
  return path.join(RESULTS, name);
}
