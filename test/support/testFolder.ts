import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Screenshots and logs of failed runs. */
const RESULTS = path.join(ROOT, 'test-results');

const temporary = new Set<string>();
process.once('exit', () => [...temporary].forEach(removeFolder));

/**
 * A new empty folder, removed when this process ends if not before. It is a real path: VS Code resolves
 * links, so a linked path would not compare.
 */
export function temporaryFolder(): string {
  const folder = fs.realpathSync.native(fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-')));
  temporary.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  temporary.delete(folder);
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** A new folder in another one; returns its path. */
export function makeFolder(parent: string, name: string): string {
  const folder = path.join(parent, name);
  fs.mkdirSync(folder);
  return folder;
}

/** A file under test-results/ for `name`, with its folder made. */
export function resultFile(name: string): string {
  fs.mkdirSync(RESULTS, { recursive: true });
  return path.join(RESULTS, name);
}
