import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where downloads that outlive a checkout go: $COUNTERSIGN_CACHE, else the platform's own cache folder. */
export function cacheFolder(): string {
  const chosen = process.env['COUNTERSIGN_CACHE'];
  return chosen ? path.resolve(chosen) : path.join(platformCache(), 'countersign');
}

function platformCache(): string {
  const home = os.homedir();
  switch (process.platform) {
    case 'darwin':
      return path.join(home, 'Library/Caches');
    case 'win32':
      return process.env['LOCALAPPDATA'] ?? path.join(home, 'AppData/Local');
    default:
      return process.env['XDG_CACHE_HOME'] || path.join(home, '.cache');
  }
}

const STAMP = '.complete';

/**
 * Returns `name` in the cache folder, filled by `install` if it is not there yet.
 * It appears under its name only when complete: an interrupted install is never taken for a finished
 * one, and of two processes installing at once one result stays.
 */
export async function cached(
  name: string,
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const target = path.join(cacheFolder(), name);
  if (fs.existsSync(path.join(target, STAMP))) return target;
  const partial = `${target}.partial-${process.pid}`;
  fs.rmSync(partial, { recursive: true, force: true });
  fs.mkdirSync(partial, { recursive: true });
  try {
    await install(partial);
    fs.writeFileSync(path.join(partial, STAMP), '');
    moveIntoPlace(partial, target);
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
  return target;
}

function moveIntoPlace(partial: string, target: string): void {
  if (fs.existsSync(path.join(target, STAMP))) return;
  fs.rmSync(target, { recursive: true, force: true });
  fs.renameSync(partial, target);
}
