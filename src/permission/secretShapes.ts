import type { Detector } from './secretDetector.ts';
import { SERVICE_HINTS, SERVICE_TOKEN } from './serviceTokens.ts';

/**
 * Tokens that are known by their own shape. Own patterns and not a library's: the best kept one that bundles, @secretlint's
 * preset (78 KB), is asynchronous, wants whole files, and knows no names, flags, headers or shell quoting. Each pattern is
 * linear: a fixed beginning, then one class of characters.
 */
export const SHAPES: readonly Detector[] = [
  {
    kind: 'private key',
    hints: ['-----begin'],
    // Only what looks like key material is taken out: a shell line after a faked header stays in sight.
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?:\s|\\{1,6}[nrt]|\\){0,8}(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):[^\n\\;|&<>$`]{0,100}|=?[A-Za-z0-9+/=]{16,}))*(?:(?:\s|\\{1,6}[nrt]|\\){0,8}=?[A-Za-z0-9+/=]{0,15}(?:\s|\\{1,6}[nrt]|\\){0,8}=?[A-Za-z0-9+/=]{0,15}(?:\s|\\{1,6}[nrt]|\\){0,8}-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  {
    kind: 'private key',
    hints: ['private-lines:', 'private-mac:'],
    // PuTTY.
    pattern:
      /Private-(?:Lines: ?\d{1,4}(?:\s|\\{1,6}[nrt]){0,8}(?<secret>[A-Za-z0-9+/=]{16,}(?:(?:\s|\\{1,6}[nrt]){1,8}[A-Za-z0-9+/=]{4,})*(?![\w-]))|MAC: ?(?<mac>[0-9a-f]{40,64}))/g,
  },
  {
    kind: 'private key',
    hints: ['ls0tls1crudjti'],
    // "-----BEGIN … PRIVATE KEY-----" in base64; certificates begin otherwise and stay.
    pattern: /LS0tLS1CRUdJTi(?!BDRVJUSUZJQ0FURS|BQVUJMSUM)[A-Za-z0-9+/=_-]{20,}/g,
  },
  shape('age key', 'age-secret-key-', /AGE-SECRET-KEY-[A-Za-z0-9]{20,}/gi),
  {
    kind: 'GitHub token',
    hints: ['gho_', 'ghp_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g,
  },
  {
    kind: 'GitLab token',
    hints: ['gl', 'gr1348941'],
    pattern:
      /(?<![A-Za-z0-9])(?:gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)-[A-Za-z0-9_.-]{16,}|GR1348941[A-Za-z0-9_-]{16,})/g,
  },
  shape('Anthropic key', 'sk-ant-', /(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{16,}/g),
  {
    kind: 'OpenAI key',
    hints: ['sk-'],
    pattern: /(?<![A-Za-z0-9])sk-(?:proj-|svcacct-|admin-|or-v1-|None-)?[A-Za-z0-9_-]{20,}/g,
    // `sk-learn-something-with-many-words` is a name.
    isSecret: (_, [whole]) => /\d/.test(whole.slice(8)),
  },
  {
    kind: 'Slack token',
    hints: ['xox', 'xapp-'],
    pattern: /(?<![A-Za-z0-9])(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9%-]{10,}/g,
  },
  {
    kind: 'webhook address',
    hints: ['hook', 'ifttt', 'hc-ping'],
    pattern:
      /(?:hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)|discord(?:app)?\.com\/api(?:\/v\d{1,2})?\/webhooks\/\d{5,25}|webhook\.office\.com\/webhookb2|outlook\.office(?:365)?\.com\/webhook|hooks\.zapier\.com\/hooks\/catch|maker\.ifttt\.com\/trigger\/\w{1,64}\/(?:json\/)?with\/key|open\.(?:feishu\.cn|larksuite\.com)\/open-apis\/bot\/v2\/hook|hc-ping\.com|hook\.(?:eu|us)\d\.make\.com)\/(?<secret>[\w@%/.+-]{8,})/g,
  },
  {
    kind: 'AWS key',
    hints: ['akia', 'asia', 'abia', 'acca', 'absk'],
    pattern:
      /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])|(?<![A-Za-z0-9+/])ABSK[A-Za-z0-9+/]{100,}={0,2}/g,
  },
  {
    kind: 'AWS key',
    hints: ['akia', 'asia'],
    // The half behind the name: 40 characters without a shape.
    pattern:
      /(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}["'\s,:/|;]{1,12}(?<secret>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/g,
  },
  {
    kind: 'Google key',
    hints: ['aiza', 'aq.ab', 'ya29.', '1//0', 'gocspx-'],
    pattern:
      /(?<![A-Za-z0-9])(?:AIza[A-Za-z0-9_-]{30,}|AQ\.Ab[A-Za-z0-9_-]{40,}|ya29\.[A-Za-z0-9_.-]{20,}|1\/\/0[A-Za-z0-9_-]{30,}|GOCSPX-[A-Za-z0-9_-]{20,})/g,
  },
  {
    kind: 'Azure secret',
    hints: ['8q~', 'azfu', 'acdb', '+ast', 'aiot'],
    pattern:
      /(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,40}|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{44,80}(?:AzFu|ACDb|\+ASt|AIoT)[A-Za-z0-9+/]{4,6}={0,2}/g,
  },
  {
    kind: 'Stripe key',
    hints: ['k_live_', 'k_test_', 'whsec_'],
    pattern: /(?<![A-Za-z0-9])(?:[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,})/g,
  },
  shape('service token', 'nral', /(?<![A-Za-z0-9-])[0-9a-f]{36}NRAL(?![A-Za-z0-9])/g),
  shape('npm token', 'npm_', /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,}/g),
  shape('PyPI token', 'pypi-', /(?<![A-Za-z0-9])pypi-[A-Za-z0-9_-]{30,}/g),
  {
    kind: 'JSON web token',
    hints: ['eyj'],
    // With a third part that may be empty, or five parts when it is encrypted.
    pattern:
      /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]{0,4096}){1,3}/g,
  },
  {
    kind: 'Telegram token',
    hints: [':a'],
    pattern: /(?<![A-Za-z0-9:])(?:bot)?\d{8,10}:A[A-Za-z0-9_-]{32,36}(?![A-Za-z0-9_-])/g,
  },
  {
    kind: 'Discord token',
    hints: ['.'],
    pattern:
      /(?<![A-Za-z0-9._-])(?:[MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}|mfa\.[A-Za-z0-9_-]{80,100})(?![A-Za-z0-9_-])/g,
    isSecret: (_, [whole]) => /\d/.test(whole),
  },
  {
    kind: 'SendGrid key',
    hints: ['sg.'],
    pattern: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16,80}/g,
  },
  {
    kind: 'Twilio key',
    hints: ['sk'],
    pattern: /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/g,
  },
  {
    kind: 'mail service key',
    hints: ['key-', '-us', 'xkeysib-', 're_'],
    pattern:
      /(?<![A-Za-z0-9-])(?:key-[0-9a-z]{32}|[0-9a-f]{32}-us\d{1,2}|xkeysib-[a-f0-9]{40,}-[A-Za-z0-9]{8,}|re_[A-Za-z0-9]{6,12}_[A-Za-z0-9]{18,})(?![A-Za-z0-9])/g,
  },
  {
    kind: 'service token',
    hints: SERVICE_HINTS,
    pattern: SERVICE_TOKEN,
    isSecret: (_, [whole]) => /\d/.test(whole) || whole.length > 30,
  },
  {
    kind: 'password hash',
    hints: ['$', '{sha', '{ssha'],
    // As crypt, Apache, PHP, Django and LDAP write them: who has one can try passwords against it.
    pattern:
      /(?<![\w$])\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2(?:id|i|d)|scrypt|bcrypt-sha256|pbkdf2(?:-sha\d{1,3})?)\$[A-Za-z0-9./+=,_-]{1,80}(?:\$[A-Za-z0-9./+=,_-]{1,120}){1,4}|(?<![\w$])\$2[abxy]?\$\d\d\$[A-Za-z0-9./]{30,}|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{20,}={0,2}/g,
  },
  {
    kind: 'service token',
    hints: [
      ...['sdk-', 'mob-', 'api-', 'pat-na', 'pat-eu', 'sk-lf-', 'live_', 'test_', 'access_token$'],
      ...['0/', '1/', '2/', '3/', '4/', '5/', '6/', '7/', '8/', '9/'],
    ],
    pattern:
      /(?<![A-Za-z0-9-])(?:(?:sdk|mob|api|pat-(?:na|eu)\d|sk-lf)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d\/\d{12,20}(?:\/\d{12,20})?:[0-9a-f]{32}|(?:live|test)_[0-9a-f]{35}|(?:live|test)_[A-Za-z0-9]{30}|live_\d{6,12}_[A-Za-z0-9]{30})(?![A-Za-z0-9-])|access_token\$(?:production|sandbox)\$[A-Za-z0-9]{8,}\$[0-9a-f]{20,}/g,
  },
  {
    kind: 'service token',
    hints: ['eaa', 'akcp', 'cmvmdgtu', 'dg9ro', 'eyjrijoi', 'eyjhdxro', 'aaaaaa'],
    // These begin like any base64, so none may go before: an image is full of them.
    pattern:
      /(?<![A-Za-z0-9+/])(?:EAA[A-Z](?=[A-Za-z]{0,59}\d)[A-Za-z0-9_-]{50,}|AKCp[A-Za-z0-9]{50,}|cmVmdGtu[A-Za-z0-9]{40,}|dG9rO[A-Za-z0-9+/]{40,}={0,2}|eyJrIjoi[A-Za-z0-9+/]{30,}={0,2}|eyJhdXRo(?:cyI6|IjoI)[A-Za-z0-9+/=_-]{16,}|A{20,24}[A-Za-z0-9]{10,}(?:%[23][A-F0-9][A-Za-z0-9]{0,200}){1,6})(?![A-Za-z0-9+/])/g,
  },
  {
    kind: 'service token',
    hints: ['_live_', '_prod_', '_sk_', '_pat_', '_secret_', '-pat-', '-live-', '-sk-', '_test_'],
    // Services name their tokens alike: a short prefix, what it is, and then what nobody could guess.
    pattern:
      /(?<![A-Za-z0-9])(?!p(?:k|ub)_)[a-z]{2,12}[_-](?:live|prod|test|sk|pat|secret)[_-](?<secret>[A-Za-z0-9]{20,})(?![A-Za-z0-9_-])/g,
    isSecret: (value) => /\d/.test(value) && /[A-Za-z]/.test(value),
  },
];

function shape(kind: string, hint: string, pattern: RegExp): Detector {
  return { kind, hints: [hint], pattern };
}
