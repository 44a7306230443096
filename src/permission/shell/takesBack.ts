/**
 * An added word that takes back an option which the pattern names: `--no-dry-run`, `--dry-run=false`, or `false` after a pattern
 * that ends with `--dry-run`. `undefined` when there is none.
 */
export function takenBack(argv: readonly string[], named: number): string | undefined {
  // Its options are tests, which may well come twice.
  if (argv[0] === 'find') return undefined;
  const options = argv.slice(1, named).filter(isLong);
  const [next = '', ...others] = argv.slice(named);
  const last = argv[named - 1] ?? '';
  if (named > 1 && isLong(last) && !last.includes('=') && OFF.test(next)) return next;
  if (options.length === 0) return undefined;
  const names = new Set(options.map(nameOf));
  return [next, ...others].find((word) => isLong(word) && isAbout(word, names));
}

const OFF = /^(?:false|no|off|none|null)$/i;

function isLong(word: string): boolean {
  return /^--?[A-Za-z]{2}|^--[A-Za-z]/.test(word);
}

/** The same name with another value, or its beginning with "no", which some programs take for the whole. */
function isAbout(word: string, names: ReadonlySet<string>): boolean {
  const name = nameOf(word);
  if (names.has(name)) return true;
  return isNo(word) && [...names].some((each) => name !== '' && each.startsWith(name));
}

/** Without dashes, value and "no", in small letters, since programs differ in how they read those. */
function nameOf(word: string): string {
  const [name = ''] = word.replace(/^-+/, '').split(/[=:]/);
  return name.toLowerCase().replaceAll(/[-_]/g, '').replace(/^no/, '');
}

function isNo(word: string): boolean {
  return /^--no-./.test(word);
}
