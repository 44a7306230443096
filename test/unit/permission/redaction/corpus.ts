import { readFileSync } from 'node:fs';

/**
 * The lines of a file of this folder, one JSON string each. Secrets stand between « and ». `{a:36}` is 36 letters and
 * digits, `{x:…}` hexadecimal, `{b:…}` base64, `{u:…}` URL-safe base64, `{U:…}` upper-case letters and digits, `{d:…}`
 * digits: made when the test runs, so that no scanner takes the files for a leak.
 */
export function linesOf(file: string): string[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => String(JSON.parse(line)));
}

const ALPHABETS: Readonly<Record<string, string>> = {
  a: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  b: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  u: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
  U: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  x: '0123456789abcdef',
  d: '123456789',
};

/** The line with its `{a:36}` filled in, always the same for the same line and seed; `{uuid}` as well. */
export function filled(line: string, seed: number): string {
  const next = generator(seed);
  const made = (kind: string, length: number) => {
    const alphabet = ALPHABETS[kind] ?? '';
    // The last is a letter or a digit: words end there.
    return Array.from({ length }, (_, i) => {
      const size = i === length - 1 ? Math.min(alphabet.length, 62) : alphabet.length;
      return alphabet[Math.floor(next() * size)];
    }).join('');
  };
  return line
    .replace(/\{([abuUxd]):(\d+)\}/g, (_, kind: string, length: string) =>
      made(kind, Number(length)),
    )
    .replaceAll('{uuid}', () => [8, 4, 4, 4, 12].map((length) => made('x', length)).join('-'));
}

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
