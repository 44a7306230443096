import type { Place } from './secretDetector.ts';
import { NAMED } from './secretPlaces.ts';
import { isReference, isUnguessable, looksRandom } from './secretValues.ts';

/** A string or a name as an argument. */
const ARGUMENT = `(?:"[^"\\n]{0,200}"|'[^'\\n]{0,200}'|[\\w.$:>-]{1,64})`;

/** Secrets that are an argument of a call in a program. */
export const CODE_PLACES: readonly Place[] = [
  {
    kind: 'secret value',
    hints: ['("', "('"],
    // `setProperty("db.password", "…")`, `env('DB_PASSWORD', '…')`
    pattern: new RegExp(
      `(?:define|env|set|append|header|add|put|prop|var|store|get|fetch|default)\\w{0,24}\\(\\s{0,8}["']${NAMED}["']\\s{0,4},\\s{0,4}(?=["'\`])`,
      'gi',
    ),
    isSecret: (value, [place]) => isArgument(value, place),
  },
  {
    kind: 'password',
    hints: ['.auth('],
    pattern: /\.auth\(\s{0,4}(?=(?:"[^"\n]{1,200}"|'[^'\n]{1,200}')\s{0,4}\))/g,
    isSecret: looksRandom,
  },
  {
    kind: 'secret value',
    hints: ['??', '||', ' or '],
    // `process.env.DB_PASSWORD ?? "…"`: what is taken where there is none.
    pattern:
      /(?:\?\?|\|\||\bor)\s{1,8}(?=["'`])(?<=(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|(?:api|access|private|secret|encryption)[_-]?key|_pass|_auth)\w{0,12}["')\]]{0,3}\s{1,8}(?:\?\?|\|\||or)\s{1,8})/gi,
    isSecret: (value, [place]) => isArgument(value, place),
  },
  {
    kind: 'secret value',
    hints: ['.fill(', '.type(', 'keys(', 'sequentially('],
    // What a program types into a page: `fill("#password", "…")`, `getByLabel("Password").fill("…")`
    pattern:
      /(?:(?:fill|type|sendKeys|send_keys)\(\s{0,4}["'][^"'\n]{0,80}(?:passw|passphrase|secret|otp|token|api.?key)[^"'\n]{0,40}["']\s{0,4},\s{0,4}|(?:passw|passphrase|secret|otp|token|api.?key)[^;\n]{0,40}\)\.(?:fill|type|sendKeys|send_keys|pressSequentially)\(\s{0,4})(?=["'`])/gi,
    isSecret: (value, [place]) => isArgument(value, place),
  },
  {
    kind: 'secret value',
    hints: ['hmac', 'fernet(', '.encrypt(', '.decrypt('],
    pattern:
      /(?:hmac\.new\(|createHmac\(\s{0,4}["'][\w-]{1,20}["'],\s{0,4}|Fernet\(|\b(?:AES|DES|TripleDES|Rabbit)\.(?:en|de)crypt\([^,()\n]{1,80},\s{0,4})b?(?=["'`])/gi,
    isSecret: (value, [place]) => isArgument(value, place),
  },
  {
    kind: 'secret value',
    hints: ['client', 'api', 'sdk'],
    pattern: /(?:Client|Api|API|Sdk|SDK)(?:::new|\.new|\.create)?\(\s{0,4}(?=["'`][\w.-]{24})/g,
    isSecret: isUnguessable,
  },
  {
    kind: 'secret value',
    hints: ['password', 'passwd', 'secret', 'apikey', 'api_key'],
    // `Password("…")`, `password{"…"}`, `{password, "…"}`
    pattern:
      /(?<=[\s=:(,{[]|^)(?:password|passwd|passphrase|secret|api_?key)(?:\(|\{|(?<=\{\s?\w{1,12}),)\s{0,2}(?=["'])/gi,
    isSecret: (value, [place]) => looksRandom(value) && isArgument(value, place),
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
      `(?:\\bauth["']?\\s{0,4}(?:=>?|:)\\s{0,4}[[(]|(?:basic_?auth|login|authenticate|credentials?)\\(|credentials?(?:\\.|::)new\\(|basic_auth )\\s{0,4}${ARGUMENT}\\s{0,4},\\s{0,4}(?=["'\`])`,
      'gi',
    ),
    isSecret: (value, [place]) => isArgument(value, place),
  },
  {
    kind: 'password',
    hints: ['getconnection(', 'pdo(', 'mysqli', 'mysql_connect(', 'user('],
    pattern: new RegExp(
      `(?:getConnection|PDO|mysqli|mysqli?_connect|create_(?:super)?user)\\(\\s{0,4}${ARGUMENT}\\s{0,4},\\s{0,4}${ARGUMENT}\\s{0,4},\\s{0,4}(?=["'])`,
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
    (!/\s|^[A-Z_]+$/.test(value.trim()) || /^[a-z]{4}(?: [a-z]{4}){3}$/.test(value)) &&
    !/\.(?:get|is|has|check|verify|validate|find|by)\w*\(\s*$/i.test(place)
  );
}
