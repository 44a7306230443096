import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';

/** What is there before a file is written. */
export type ExistingFile =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  /** Too large, not text, not a file, or not to be read by us. */
  | { readonly kind: 'unknown' };

const MAX_BYTES = 1024 * 1024;

/** Reads a text file of at most 1 MiB, for an agent that does not say what it overwrites. Never throws. */
export function existingFile(path: string): ExistingFile {
  try {
    const found = statSync(path);
    if (!found.isFile() || found.size > MAX_BYTES) return { kind: 'unknown' };
    const bytes = readFileSync(path);
    return isUtf8(bytes) && !bytes.includes(0)
      ? { kind: 'text', text: bytes.toString('utf8') }
      : { kind: 'unknown' };
  } catch (error) {
    // A path below a file (ENOTDIR) is not a new file: nothing can be written there.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? { kind: 'none' }
      : { kind: 'unknown' };
  }
}
