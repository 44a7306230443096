import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { noPage } from './errors.ts';

export interface PageFile {
  readonly body: Buffer;
  readonly type: string;
  /** A strong validator, quotes included. */
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/**
 * The files of the built page, by the path that asks for them, `/` for its `index.html`. They are read once: a request
 * picks from this list and never names a file, so there is no way out of the folder. Rejects with a `UserError`.
 */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  try {
    for (const name of await filesBelow(folder)) {
      const type = TYPES[path.extname(name)];
      if (!type) continue;
      files.set(`/${name}`, pageFile(await readFile(path.join(folder, name)), type));
    }
  } catch (cause) {
    throw noPage(cause);
  }
  const index = files.get('/index.html');
  if (!index) throw noPage('there is no index.html');
  return files.set('/', index);
}

/** Regular files only, with `/` between folders: a link could lead anywhere. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((name) => name.split(path.sep).join('/'));
}

function pageFile(body: Buffer, type: string): PageFile {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { body, type, etag: `"${hash}"` };
}
