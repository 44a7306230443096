import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/testFolder.ts';

interface Locked {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { packages: Record<string, Locked> } = JSON.parse(
  fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'),
);

describe('package-lock.json', () => {
  // npm leaves out what a registry does not have, and then `npm ci` refuses the lock everywhere else.
  it('names the packages for every platform', () => {
    const missing = Object.entries(lock.packages).flatMap(([folder, locked]) =>
      Object.keys(locked.optionalDependencies ?? {}).filter((name) => !isLocked(folder, name)),
    );
    assert.deepEqual(missing, []);
  });

  it('names no registry', () => {
    const resolved = Object.values(lock.packages).flatMap((locked) => locked.resolved ?? []);
    assert.deepEqual(resolved, []);
  });
});

/** Looks for a package as Node would: in the folder itself, then in each folder above. */
function isLocked(folder: string, name: string): boolean {
  const candidate = `${folder ? `${folder}/` : ''}node_modules/${name}`;
  if (lock.packages[candidate]) return true;
  const parent = folder.lastIndexOf('node_modules/');
  return parent >= 0 && isLocked(folder.slice(0, parent).replace(/\/$/, ''), name);
}
