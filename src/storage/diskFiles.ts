import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FilesPort } from '../permission/match/context.ts';

/** What rules have to know of this machine's disk. What cannot be read is as if it were not there. */
export const diskFiles: FilesPort = {
  realPath: (path) => realpath(path).catch(() => endOfLink(path)),
  async hash(path) {
    const sum = createHash('sha256');
    try {
      await pipeline(createReadStream(path), sum);
      return sum.digest('hex');
    } catch {
      return undefined;
    }
  },
};

/** Where a link leads whose target is not there: writing to it makes the target. `undefined`: it is no such link. */
async function endOfLink(path: string): Promise<string | undefined> {
  const isLink = (await readlink(path).catch(() => undefined)) !== undefined;
  return isLink ? placeOf(path, MAX_LINKS) : undefined;
}

const MAX_LINKS = 40;

async function placeOf(path: string, links: number): Promise<string> {
  const parent = dirname(path);
  // Links that lead in a circle lead out of every workspace folder.
  if (links === 0 || parent === path) return parse(path).root;
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined) return real;
  const folder = await placeOf(parent, links - 1);
  const target = await readlink(path).catch(() => undefined);
  return target === undefined
    ? join(folder, basename(path))
    : placeOf(resolve(folder, target), links - 1);
}
