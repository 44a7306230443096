import type { Place } from './secretDetector.ts';
import { NAMED } from './secretPlaces.ts';
import { isReference, looksRandom } from './secretValues.ts';

/** A string or a name as an argument. */
const ARGUMENT = `(?:"[^"\\n]{0,200}"|'[^'\\n]{0,200}'|[\\w.$:>-]{1,64})`;

/** Secrets that are an argument of a call in a program. */
export const CODE_PLACES: readonly Place[] = [
  {
    kind: 'secret value',
    hints: ['define', 'env', 'set', 'append', 'header', 'add', 'put', 'prop', 'var', 'store'],
    // `setProperty("db.password", "…")`
    pattern: new RegExp(
      `(?:define|env|set|append|header|add|put|prop|var|store)\\w{0,24}\\(\\s{0,8}["']${NAMED}["']\\s{0,4},\\s{0,4}(?=["'\`])`,
      'gi',
    ),
  },
  {
    kind: 'secret value',
    hints: ['password(', 'passwd(', 'passphrase(', 'secret(', 'token(', 'key('],
    // `setPassword("…")`, `.withApiKey("…")`
    pattern:
      /(?:(?:set|with|use)_?|\.)[A-Za-z_]{0,24}?(?:password|passwd|passphrase|secret|token|(?:api|access|secret|account|private|encryption)_?key)\(\s{0,4}(?=["'`])/gi,
    isSecret: (value, [place]) => isArgument(value, place),
  },
  {
    kind: 'password',
    hints: ['auth', 'login', 'credential'],
    // A user, and behind it the password.
    pattern: new RegExp(
      `(?:\\bauth=|\\w{0,24}(?:basic_?auth|login|authenticate|credentials?)|credentials?\\.new)\\(\\s{0,4}${ARGUMENT}\\s{0,4},\\s{0,4}(?=["'\`])`,
      'gi',
    ),
    isSecret: (value, [place]) => isArgument(value, place),
  },
  {
    kind: 'password',
    hints: ['getconnection(', 'pdo(', 'mysqli', 'mysql_connect('],
    pattern: new RegExp(
      `(?:getConnection|PDO|mysqli|mysqli?_connect)\\(\\s{0,4}${ARGUMENT}\\s{0,4},\\s{0,4}${ARGUMENT}\\s{0,4},\\s{0,4}(?=["'])`,
      'g',
    ),
  },
  {
    kind: 'secret value',
    hints: ['jwt'],
    // Python's, Node's and PHP's libraries take the key as the second argument.
    pattern:
      /jwt(?:\.|::|->)(?:sign|encode|decode|verify)\((?:\{[^{}\n]{0,200}\}|\[[^[\]\n]{0,200}\]|[\w.$]{1,64}),\s{0,4}(?=["'`])/gi,
  },
  {
    kind: 'password',
    hints: ['@tcp(', '@unix(', '@udp('],
    // Go's MySQL driver.
    pattern: /(?<=["'`=\s])[\w.-]{1,64}:(?=[^\s"'`@/:]{1,128}@(?:tcp|unix|udp)\()/g,
  },
];

/** A value, and not the name, the label or the message that such calls take as well. */
function isArgument(value: string, place: string): boolean {
  const named = /(?:password|secret|token|key)/i;
  return (
    (looksRandom(value) || !named.test(value)) &&
    !isReference(value) &&
    !/\s|^[A-Z_]+$/.test(value.trim()) &&
    !/\.(?:get|is|has|check|verify|validate|find|by)\w*\(\s*$/i.test(place)
  );
}
