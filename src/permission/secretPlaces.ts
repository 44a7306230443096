import type { Detector, Place } from './secretDetector.ts';
import { isExample, isReference, isUnguessable, looksRandom } from './secretValues.ts';

/** Secrets that are known by where they stand: headers, URLs, queries. */
export const IN_PLACE: readonly Detector[] = [
  {
    kind: 'credentials',
    hints: ['authorization'],
    pattern:
      /authorization\\{0,6}["'`]?\s{0,4}(?:[:=]|,|%3a)(?:\s|\\\s|%20|\+){0,4}\\{0,6}["'`]?(?<scheme>(?!aws4|digest|hawk|oauth)[a-z][\w-]{1,30}(?:\s|\\\s|%20|\+){1,4})?(?<secret>[^\s"'`\\,;&|<>(){}]{4,})/gi,
    isSecret: (value, { groups }) => groups?.['scheme'] !== undefined || looksRandom(value),
  },
  {
    kind: 'credentials',
    hints: ['authorization'],
    pattern:
      /(?<![\w-])(?:response|signature|mac|oauth_(?:signature|token))=(?:\\{0,6}["'])?(?<secret>[\w+/=%-]{8,})/gi,
  },
  {
    kind: 'credentials',
    hints: ['bearer', 'basic'],
    pattern:
      /(?<![A-Za-z])(?:bearer|basic)(?:\s|\\\s|%20){1,4}(?<secret>[A-Za-z0-9._~+/=%-]{8,})/gi,
    isSecret: (value) =>
      looksRandom(value) || isUnguessable(value) || /^[A-Za-z0-9+/]{8,}={1,2}$/.test(value),
  },
  {
    kind: 'password',
    hints: ['://'],
    // Up to the last @: an unescaped @ in a password must not show the rest of it.
    pattern: /:\/\/(?<user>[^\s/:@"'`]{0,256}):(?<secret>[^\s/"'`\\;|<>(){}]{1,512})@/g,
    isSecret: (value, { groups }) => !isExample(groups?.['user'], value),
  },
  {
    kind: 'password',
    hints: ['://'],
    // With more signs than a URL may hold, but then a name must follow, and no operator came before.
    pattern:
      /:\/\/(?<user>[\w.-]{1,64}):(?<secret>[^\s"'`\\@]{1,128})@(?=[\w.[-]{1,253}(?::\d|\/|\?|[\s"'`,]|$))/g,
    isSecret: (value, { groups }) =>
      !/^\d{1,5}\/|\$[({]|\/\//.test(value) && !isExample(groups?.['user'], value),
  },
  {
    kind: 'password',
    hints: ['example@', 'sample@', 'dummy@', 'fake@', 'mock@'],
    // Elsewhere a placeholder; in the address of a server its password is just that, as in the manuals of databases.
    pattern: /(?:example|sample|dummy|fake|mock)(?=@[\w[])(?<=:\/\/[\w.-]{1,64}:\w{4,7})/gi,
  },
  {
    kind: 'password',
    hints: ['jdbc:oracle', 'sqlplus', 'sqlldr', 'expdp', 'impdp', '%'],
    pattern:
      /(?:jdbc:oracle:\w{2,6}:\w{1,64}\/|(?:sqlplus|sqlldr|expdp|impdp)\s[^;&|\n]{0,40}?(?<=\s)["']?\w{1,64}\/|smbclient\s[^;&|\n]{0,120}?(?<=\s)-U\s{0,4}["']?[\w\\/.-]{1,64}%)(?<secret>[^\s"'`\\;&|<>(){}@]{1,256})/g,
  },
  {
    kind: 'credentials',
    hints: ['://'],
    pattern: /:\/\/(?<secret>[A-Za-z0-9_.~-]{16,256})(?::x-oauth-basic)?@/g,
    isSecret: (value) => looksRandom(value) && !value.includes('.'),
  },
  {
    kind: 'credentials',
    hints: [
      'sig',
      'x-amz',
      'x-goog',
      'code',
      'auth',
      'jwt',
      'session',
      'sid',
      'ticket',
      'key',
      'hash',
      'hmac',
      'appid',
    ],
    pattern:
      /(?:[?&]|\\u0026|&amp;|%26|%3f)(?:sig|signature|x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|x-goog-credential|code|auth|jwt|session|sessionid|session_id|sid|ticket|key|hmac|subscription-key|appid)(?:=|%3d)(?<secret>[A-Za-z0-9%+/=_.~-]{12,})/gi,
    isSecret: (value) => !isReference(value) && /\d/.test(value),
  },
  {
    kind: 'secret value',
    hints: ['</'],
    pattern:
      /<(?<name>[\w:.-]{0,40}(?:password|passwd|passphrase|secret|token|api-?_?key|access-?_?key|private-?_?key|privatekey))(?:\s[^<>]{0,100})?>\s{0,8}(?<secret>[^<>\s]{1,500})\s{0,8}<\//gi,
    isSecret: (value, { groups }) => value.toLowerCase() !== groups?.['name']?.toLowerCase(),
  },
  {
    kind: 'secret value',
    hints: ['</'],
    pattern:
      /(?:key|name)=["'][\w.:-]{0,60}(?:password|passwd|passphrase|secret|token|apikey|api[._-]key)["'][^<>]{0,60}>\s{0,8}(?<secret>[^<>\s]{1,500})\s{0,8}<\//gi,
  },
  {
    kind: 'secret value',
    hints: ['<key>'],
    pattern:
      /<key>[\w:.-]{0,60}(?:password|passwd|passphrase|secret|token|api-?_?key|access-?_?key|private-?_?key)<\/key>\s{0,20}<(?:string|data)>\s{0,20}(?<secret>[^<>\s]{1,500})\s{0,20}<\//gi,
  },
  {
    kind: 'password',
    hints: ['5432', ':*:', 'pgpass'],
    // A line of .pgpass: host, port, database, user, password.
    pattern:
      /(?<=^|[\s"'])[\w.*-]{1,100}:(?:\d{4,5}|\*):(?:\*|[a-z_][\w-]{0,62}):(?:\*|[a-z_][\w-]{0,62}):(?<secret>[^\s"'`\\:;&|<>(){}]{4,100})(?=[\s"']|$)/gim,
  },
  {
    kind: 'secret value',
    hints: ['_key', '_salt'],
    // WordPress makes them 64 characters of all kinds.
    pattern:
      /define\(\s{0,4}'(?:(?:SECURE_)?AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)',\s{0,8}'(?<secret>[^'\n]{50,80})'/g,
  },
  {
    kind: 'password',
    hints: ['{noop}'],
    // Spring's mark of a password that is kept as it is.
    pattern: /\{noop\}(?<secret>[^\s"'`<>]{2,100})/g,
  },
  {
    kind: 'password',
    hints: ['={'],
    // ODBC puts into braces what has signs in it.
    pattern: /;\s?(?:pwd|password)=\{(?<secret>[^{}\n]{1,128})\}(?=[;"'\s]|$)/gi,
  },
  {
    kind: 'secret value',
    hints: ['rtmp'],
    // The key of a stream.
    pattern:
      /rtmps?:\/\/[\w.:-]{1,200}\/(?:[\w-]{1,40}\/){1,3}(?<secret>[\w-]{12,120})(?=[?\s"']|$)/g,
  },
];

/** A whole name that promises a secret. */
export const NAMED =
  '[\\w.-]{0,60}(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|encryption[_-]?key|_pass|_auth)\\w{0,12}';

/** Secrets that are the word behind a name. */
export const NAMED_PLACES: readonly Place[] = [
  {
    kind: 'password',
    hints: ['pass'],
    // `password hunter2`, `the password is hunter2`
    pattern:
      /(?<![\w-])(?:password|passphrase|passcode|passwort)["']?(?:\s{1,4}(?:is|was|to|ist)(?=\s))?:?\s{1,8}(?=["']?[^\s"'=:-])/gi,
    isSecret: (value) =>
      looksRandom(value) &&
      !/^(?:sha\d|argon2|pbkdf2|md5|base64|bcrypt|utf|oauth2|v\d|\w+\.(?:[jt]sx?|py|go|rs|md|json|ya?ml|sh|txt|html?|java|php|rb|cs|kt|env|css)$|[\w-]+=["'])/i.test(
        value,
      ),
  },
  {
    kind: 'secret value',
    hints: ['token', 'key', 'secret'],
    // `my API key is …`, `the auth token …`
    pattern:
      /(?<![\w/-])(?:(?:api|access|secret|auth|private|encryption|license)[ _-]key|secret|token)["']?(?:\s{1,4}(?:is|was|ist|to)(?=[\s:]))?:?\s{1,8}(?=["']?[^\s"'=:-])/gi,
    isSecret: (value) => {
      const word = value.replace(/[.,;!?]+$/, '');
      return isUnguessable(word) || /^[0-9a-f]{32,64}$/i.test(word);
    },
  },
  {
    kind: 'password',
    hints: ['cred', 'login', 'log in'],
    // `the credentials are admin:…`
    pattern:
      /(?<![\w-])(?:creds?|credentials?|log ?in)\s{1,4}(?:(?:is|are|as|with|using)\s{1,4}|:\s{0,4})[\w.@-]{1,64}[:/](?=[^\s/])/gi,
    isSecret: looksRandom,
  },
  {
    kind: 'secret value',
    hints: ['defaultpassword'],
    pattern: /\/v\s{1,4}\w{0,24}Password\s[^;&|\n]{0,80}?\/d\s{1,4}(?=\S)/gi,
  },
  {
    kind: 'secret value',
    hints: ['#define'],
    pattern: new RegExp(`#define\\s{1,8}${NAMED}\\s{1,8}(?=["'])`, 'gi'),
  },
  {
    kind: 'secret value',
    hints: [
      'requirepass',
      'masterauth',
      'rocommunity',
      'rwcommunity',
      ' on >',
      " on '>",
      ' on ">',
      '.psk',
      'iwconfig',
    ],
    // Files of settings without a sign between name and value.
    pattern:
      /(?:(?<![\w-])(?:--)?(?:requirepass|masterauth)\s{1,8}|(?:^|\n)[ \t+-]{0,8}r[ow]community6?\s{1,8}|(?:user|SETUSER)\s{1,4}\S{1,64}\s{1,4}on\s{1,4}["']?>|wifi-sec\.psk\s{1,4}|iwconfig\s\S{1,20}\skey\s(?:s:)?)(?=\S)/g,
  },
  {
    kind: 'secret value',
    hints: ['variable'],
    // Terraform.
    pattern: new RegExp(
      `variable\\s{1,4}"${NAMED}"\\s{0,4}\\{[^{}]{0,200}?default\\s{0,8}=\\s{0,4}(?=")`,
      'gi',
    ),
  },
  {
    kind: 'secret value',
    hints: ['--arg'],
    pattern: new RegExp(`--arg\\s{1,4}${NAMED}\\s{1,4}(?=\\S)`, 'gi'),
  },
  {
    kind: 'password',
    hints: ['password '],
    pattern:
      /(?<![\w-])(?:login|user|username|machine|default|host)\s{1,8}\S{1,128}\s{1,8}password\s{1,8}(?=\S)/gi,
  },
  {
    kind: 'password',
    hints: ['identified', 'password'],
    pattern:
      /(?:identified\s{1,8}(?:with\s{1,8}\S{1,40}\s{1,8})?(?:by|as)\s{1,8}(?:password\s{1,8})?|(?:with|encrypted|set|user\s{1,8}\S{1,64}|login)\s{1,8}(?:unencrypted\s{1,4})?password\s{0,8}(?:=\s{0,8})?|set\s{1,8}password\s[^;\n]{0,80}=\s{0,8}(?:password\()?)(?=\\{0,6}['"])/gi,
  },
  {
    kind: 'secret value',
    hints: ['value'],
    pattern: new RegExp(
      `(?:name|key|variable|env)\\\\{0,6}["']?\\s{0,4}[:=]\\s{0,4}\\\\{0,6}["']?${NAMED}\\\\{0,6}["']?[\\s,]{1,40}\\\\{0,6}["']?(?:value|default)\\\\{0,6}["']?\\s{0,4}[:=]\\s{0,4}(?=\\S)`,
      'gi',
    ),
  },
  {
    kind: 'secret value',
    hints: ['set ', 'config ', 'setx ', 'put ', 'add ', 'env '],
    // `aws configure set aws_secret_access_key …`, `npm config set …:_authToken …`
    pattern: new RegExp(
      `(?<=[\\s/:])${NAMED}(?=[ \\t])(?<=(?<![\\w-])(?:set|setx|config|put|add|env|create)\\s[^;&|\\n]{0,200})[ \\t]{1,8}(?=[^\\s=-])`,
      'gi',
    ),
    isSecret: (value) => looksRandom(value) || isUnguessable(value),
  },
];
