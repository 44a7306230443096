import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { FilesPort } from '../permission/match/context.ts';

/** What rules have to know of this machine's disk. What cannot be read is as if it were not there. */
export const diskFiles: FilesPort = {
  realPath: (path) => realpath(path).catch(() => undefined),
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
