import type { FilesPort } from './context.ts';

/**
 * A path with one kind of separator and without `.`, `..` and doubled separators. `undefined` for what no file system
 * reads in one way: control characters, alternate streams, names that end with a dot or a space. `base` is absolute.
 */
export function resolvePath(path: string, base: string): string | undefined {
  const windows = isWindows(base);
  const unified = windows ? path.replaceAll('\\', '/') : path;
  if (unified === '' || /\p{C}/u.test(unified)) return undefined;
  const root = windows ? base.replaceAll('\\', '/') : base;
  const isAbsolute = unified.startsWith('/') || (windows && /^[A-Za-z]:\//.test(unified));
  if (windows && /^(?:\/|[A-Za-z]:(?!\/))/.test(unified)) return undefined;
  const segments: string[] = [];
  for (const segment of `${isAbsolute ? '' : `${root}/`}${unified}`.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  if (windows && segments.slice(1).some((segment) => /[. ]$|:|~\d/.test(segment))) return undefined;
  return windows ? segments.join('/') : `/${segments.join('/')}`;
}

/** The path inside a folder, `.` for the folder itself; `undefined` outside it. Both are resolved. */
export function inside(path: string, folder: string): string | undefined {
  const same = isWindows(folder) ? (text: string) => text.toLowerCase() : (text: string) => text;
  if (same(path) === same(folder)) return '.';
  const prefix = folder === '/' ? '/' : `${folder}/`;
  return same(path).startsWith(same(prefix)) ? path.slice(prefix.length) : undefined;
}

/**
 * Where a path really is, links followed. What does not exist yet is in its nearest existing parent; where nothing of the
 * path exists there are no links either. `undefined`: it cannot be told.
 */
export async function realPlace(path: string, files: FilesPort): Promise<string | undefined> {
  let parent = path;
  let rest = '';
  for (;;) {
    const real = await files.realPath(parent);
    if (real !== undefined) {
      const resolved = resolvePath(real, real);
      return resolved && (rest === '' ? resolved : `${resolved === '/' ? '' : resolved}${rest}`);
    }
    const cut = parent.lastIndexOf('/');
    if (cut < 0) return undefined;
    rest = `${parent.slice(cut)}${rest}`;
    parent = parent.slice(0, cut) || '/';
    if (parent === '/' && rest === path && (await files.realPath('/')) === undefined) return path;
  }
}

function isWindows(path: string): boolean {
  return /^(?:[A-Za-z]:[\\/]|\\\\)/.test(path);
}
