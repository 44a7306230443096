import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { FilesPort } from '../../permission/match/context.ts';

/** The disk, as matching sees it. */
export const diskFiles: FilesPort = {
  realPath: (path) => realpath(path).catch(() => undefined),
  hash: async (path) => {
    const hash = createHash('sha256');
    try {
      await pipeline(createReadStream(path), hash);
      return hash.digest('hex');
    } catch {
      return undefined;
    }
  },
};
