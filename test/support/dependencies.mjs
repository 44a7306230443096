// Plain Node with built-ins only: this runs on a fresh clone, before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Installs what package-lock.json names, when it is missing or another version. Progress goes to stderr. */
export function ensureDependencies() {
  if (installedAsLocked()) return;
  process.stderr.write('Installing dependencies (npm ci) …\n');
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    // stdout stays free for what the caller prints.
    stdio: ['ignore', 2, 2],
    // npm is a .cmd file on Windows, which only a shell can start; the arguments are constants.
    shell: process.platform === 'win32',
  });
  if (result.error || result.status !== 0) {
    process.stderr.write(
      'npm ci failed. Check the network and the npm registry, then run it again.\n',
    );
    process.exit(1);
  }
}

/** npm records what it put on disk in node_modules/.package-lock.json, in the format of the lock. */
function installedAsLocked() {
  const record = path.join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packages(record);
  return Object.entries(packages(path.join(ROOT, 'package-lock.json'))).every(
    ([folder, locked]) => {
      if (folder === '') return true;
      const found = installed[folder];
      // Packages for other platforms are in the lock only.
      return found ? found.version === locked.version : locked.optional === true;
    },
  );
}

function packages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
