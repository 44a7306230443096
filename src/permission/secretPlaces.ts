import type { Detector, Place } from './secretDetector.ts';
import { isReference, isUnguessable, looksRandom } from './secretValues.ts';

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
    pattern: /(?<![A-Za-z])(?:bearer|basic)(?:\s|\\\s|%20){1,4}(?<secret>[A-Za-z0-9._~+/=-]{8,})/gi,
    isSecret: (value) =>
      looksRandom(value) || isUnguessable(value) || /^[A-Za-z0-9+/]{8,}={1,2}$/.test(value),
  },
  {
    kind: 'password',
    hints: ['://'],
    // Up to the last @: an unescaped @ in a password must not show the rest of it.
    pattern: /:\/\/[^\s/:@"'`]{0,256}:(?<secret>[^\s/"'`\\;|<>(){}]{1,512})@/g,
  },
  {
    kind: 'password',
    hints: ['://'],
    // With more signs than a URL may hold, but then a name must follow, and no operator came before.
    pattern:
      /:\/\/[\w.-]{1,64}:(?<secret>[^\s"'`\\@]{1,128})@(?=[\w.[-]{1,253}(?::\d|\/|\?|[\s"'`,]|$))/g,
    isSecret: (value) => !/^\d{1,5}\/|\$[({]|\/\//.test(value),
  },
  {
    kind: 'password',
    hints: ['jdbc:oracle', 'sqlplus', 'sqlldr', 'expdp', 'impdp', '%'],
    pattern:
      /(?:jdbc:oracle:\w{2,6}:\w{1,64}\/|(?:sqlplus|sqlldr|expdp|impdp)\s[^;&|\n]{0,40}?(?<=\s)["']?\w{1,64}\/|smbclient\s[^;&|\n]{0,120}?(?<=\s)-U\s{0,4}["']?[\w\\.-]{1,64}%)(?<secret>[^\s"'`\\;&|<>(){}@]{1,256})/g,
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
    ],
    pattern:
      /(?:[?&]|\\u0026|&amp;|%26|%3f)(?:sig|signature|x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|x-goog-credential|code|auth|jwt|session|sessionid|session_id|sid|ticket|key|hmac|subscription-key)(?:=|%3d)(?<secret>[A-Za-z0-9%+/=_.~-]{12,})/gi,
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
];

const NAMED =
  '[\\w.-]{0,60}(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|encryption[_-]?key|_pass|_auth)\\w{0,12}';

/** Secrets that are the next word. */
export const NEXT_WORD: readonly Place[] = [
  {
    kind: 'password',
    hints: ['curl', 'http', 'wget', 'xh '],
    pattern:
      /(?<=[\s"'])(?:-[a-zA-Z]{0,4}u|--user|--proxy-user|-U|-a|--auth)(?:[ =]{0,4}|["']\s{0,4},\s{0,4})["']?[^\s:"'`;&|<>(){}$]{0,128}:(?=[^\s/])/g,
    isSecret: (value) => !/^\d{1,6}$/.test(value),
  },
  {
    kind: 'password',
    hints: ['mysql', 'mariadb', '7z', 'rar'],
    // -p takes its value without a space here; elsewhere -p is a port or a path and stays readable.
    pattern:
      /(?<![A-Za-z])(?:mysql|mariadb|7z[ar]?|u?n?rar)[a-z-]{0,12}(?=\s)[^;&|\n]{0,200}?(?<=\s)-p(?=[^\s])/g,
  },
  {
    kind: 'password',
    hints: [' -p', ' -a', ' -w', ' -k', ' -P'.toLowerCase()],
    pattern:
      /(?<![\w-])(?:(?:docker|podman|az|oc|cf|helm|nerdctl|skopeo|buildah)\s[^;&|\n]{0,80}?login\s[^;&|\n]{0,200}?(?<=\s)-p|redis-cli\s[^;&|\n]{0,200}?(?<=\s)-a|(?:sqlcmd|bcp|ipmitool|zip|unzip|zipcloak|mosquitto_(?:pub|sub)|osql)(?:\s[^;&|\n]{0,200}?)?(?<=\s)-P|ldap[a-z]{3,10}\s[^;&|\n]{0,200}?(?<=\s)-w|(?:mongo[a-z]{0,8}|twine|cqlsh|influx|xfreerdp|rdesktop|clickhouse-client)\s[^;&|\n]{0,200}?(?<=\s)-p|openssl\s[^;&|\n]{0,200}?(?<=\s)-(?:k|K)|nuget\s[^;&|\n]{0,200}?(?<=\s)-(?:k|p)|doctl\s[^;&|\n]{0,80}?(?<=\s)-t)(?:[ \t=]{1,4}|\s{0,4}\\\n\s{0,8})(?=[^\s])/g,
    isSecret: (value) => !value.startsWith('-'),
  },
  {
    kind: 'password',
    hints: ['pass'],
    // `password hunter2`, `the password is hunter2`
    pattern:
      /(?<![\w-])(?:password|passphrase|passcode|passwort)["']?(?:\s{1,4}(?:is|was|to|ist)(?=\s))?:?\s{1,8}(?=["']?[^\s"'=:-])/gi,
    isSecret: (value) =>
      looksRandom(value) &&
      !/^(?:sha\d|argon2|pbkdf2|md5|base64|bcrypt|utf|oauth2|v\d|\w+\.[a-z]{2,4}$)/i.test(value),
  },
  {
    kind: 'password',
    hints: ['plink', 'pscp', 'psftp', 'putty', 'lftp', 'wpa_passphrase', 'expect', 'spawn'],
    pattern:
      /(?<![\w-])(?:(?:plink|pscp|psftp|putty)\s[^;&|\n]{0,120}?(?<=\s)-pw\s{1,4}|lftp\s[^;&|\n]{0,120}?(?<=\s)-u\s{0,4}["']?[^\s,]{1,64},|wpa_passphrase\s{1,4}\S{1,64}\s{1,4}|send\s{1,4}(?:--\s{1,4})?(?=\\{0,4}["'][^\s"']{4,64}\\{1,4}[rn]))(?=\S)/g,
    isSecret: looksRandom,
  },
  {
    kind: 'password',
    hints: ['sshpass'],
    pattern: /(?<![\w-])sshpass\s{1,4}-p\s{0,4}(?=\S)/g,
  },
  {
    kind: 'password',
    hints: ['snmp'],
    pattern: /(?<=snmp[a-z]{2,8}\s[^;&|\n]{0,200}\s-[AX]\s{1,4})(?=[^-\s])/g,
  },
  {
    kind: 'secret value',
    hints: ['--arg'],
    pattern: new RegExp(`--arg\\s{1,4}${NAMED}\\s{1,4}(?=\\S)`, 'gi'),
  },
  {
    kind: 'secret value',
    hints: ['define(', 'env(', 'set(', 'item(', 'append(', 'header(', 'add('],
    pattern: new RegExp(
      `(?:define|env|set|setitem|append|header|add)\\(\\s{0,8}["']${NAMED}["']\\s{0,4},\\s{0,4}(?=["'\`])`,
      'gi',
    ),
  },
  {
    kind: 'secret value',
    hints: ['login', 'auth'],
    pattern:
      /(?<![\w-])(?:cargo|vault|npm-auth|snyk|railway)\s{1,4}(?:login|auth)\s{1,4}(?=[^-\s|;&])/g,
    isSecret: looksRandom,
  },
  {
    kind: 'password',
    hints: ['password '],
    pattern:
      /(?<![\w-])(?:login|user|username|machine|default|host)\s{1,8}\S{1,128}\s{1,8}password\s{1,8}(?=\S)/gi,
  },
  {
    kind: 'password',
    hints: ['identified', "password '", "password'"],
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
    hints: ['securestring'],
    pattern: /ConvertTo-SecureString\s{1,4}(?:-String\s{1,4})?(?=["'])/gi,
  },
  {
    kind: 'secret value',
    hints: ['set ', 'config ', 'setx ', 'put ', 'add ', 'env '],
    // `aws configure set aws_secret_access_key …`, `npm config set …:_authToken …`
    pattern: new RegExp(
      `(?<![\\w-])(?:set|setx|config|put|add|env|create)\\s[^;&|\\n]{0,120}?(?<=[\\s/:])${NAMED}[ \\t]{1,8}(?=[^\\s=-])`,
      'gi',
    ),
    isSecret: (value) => looksRandom(value) || isUnguessable(value),
  },
  {
    kind: 'secret value',
    hints: ['--from-literal', 'secret set', 'secrets set', 'secret put', 'secret create'],
    pattern:
      /(?:--from-literal[= ]["']?[\w.-]{1,64}=|(?:secrets? (?:set|put|create))\s[^;&|\n]{0,120}?(?<=\s)(?:--body|-b|--value|-v)[ =])(?=\S)/g,
  },
  {
    kind: 'password',
    hints: ['sudo', '--password-stdin', '--with-token', 'chpasswd', '--stdin', '-stdin'],
    pattern:
      /(?<![\w-])(?:echo|printf)\s{1,4}(?:-n\s{1,4}|(?:["']?%s(?:\\n)?["']?)\s{1,4})?(?=(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s"'|;&]{1,200})\s{0,4}\|\s{0,4}(?:sudo\s[^|;&\n]{0,40}?-\w?S|[^|;&\n]{0,160}?(?:-stdin|--with-token|chpasswd)))/g,
  },
  {
    kind: 'password',
    hints: ['storepass', 'keypass', 'pass:'],
    pattern:
      /(?<=\s)-(?:\w{0,12}(?:storepass|keypass)[ =]{1,4}|pass(?:in|out)?[ =]{1,4}["']?pass:)(?=\S)/g,
  },
  {
    kind: 'password',
    hints: ['htpasswd'],
    pattern: /htpasswd\s{1,4}-\w{0,6}b\w{0,6}\s{1,4}\S{1,200}\s{1,4}\S{1,64}\s{1,4}(?=\S)/g,
  },
  {
    kind: 'password',
    hints: ['net use', 'cmdkey', 'runas'],
    pattern:
      /(?<![\w-])(?:net use|cmdkey)\s[^;&|\n]{0,120}?\/(?:pass|user:\S{1,64}\s{1,4}(?=[^/\s])|p):?(?=\S)/gi,
  },
];
