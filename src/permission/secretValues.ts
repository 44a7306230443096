/** A variable, by itself or as the parts of a path: `$TOKEN`, `${TOKEN:-x}`, `%TOKEN%`, `$HOME/.token`, `$(cat x)`. */
const VARIABLE =
  /^(?:\$\(|\$(?:[a-z_]\w*|\d(?!\w)|[@*#?!]|\{\{?[^}]{0,200}(?:\}\}?|$))(?:[:/.@_%-]{0,4}\$(?:[a-z_]\w*|\{[^}]{0,200}(?:\}|$))){0,20}(?:$|\/|\[|[.:-]*$)|\$env:\w+|%[a-z_]\w*%|%~?\d(?!\d)|%[sdvqr@]|#\{|\{\{|\{\w{1,40}\})/i;

/** A value of another place, or a type. */
const CODE =
  /^(?:(?:process\.env|os\.environ|os\.getenv|import\.meta|env|secrets|vars|self|this|args|opts|options|config|cfg|settings|params|props|req|request|res|response|ctx|context|input|inputs|github|form|data|body|user|account|credentials|state|values|var|local|module|each)[.[]|(?:null|none|nil|true|false|undefined|yes|no|on|off|required|optional|await|async|new|function|lambda|typeof|string|str|number|int|integer|bool|boolean|bytes|any|unknown|never|void|object|buffer|uint8array|secretstr|inherit|include|same-origin|omit|enabled|disabled|expired|invalid|valid|missing|incorrect|revoked|rejected|unset|empty|default|auto|varchar|text|char|read|write)(?![\w-]|\s+\w))/i;

/** Written where a person puts the real one. */
const PLACEHOLDER =
  /^(?:<[^>]{0,100}>?|\[[\w -]{2,60}\]|\[redacted.{0,60}|[*•]+|[x]{3,}|X{3,}|\.{2,}.{0,3}|…|[_~-]+|enter|(?:your|insert|replace|enter|put|add)[-_ ][a-z_ -]{0,60}|(?:replace|change|fill)[-_]?(?:me|this)(?:[-_]\w{1,12})?|placeholder|redacted|(?:fake|dummy|mock|example|sample)(?:[-_](?:secret|token|pass(?:word)?|(?:api[-_]?)?key))?|test[-_](?:secret|token|(?:api[-_]?)?key)|[\w-]{0,12}x{8,}|todo|tbd|fixme|n\/a|not[-_ ]?set|\S{0,12}(?:\.{3}|…)\S{0,6}|[\^~<>=v]{0,3}\d{1,5}\.\d{1,5}(?:\.\d{1,9})?(?:[-+][\w.-]{1,30})?)$/i;

/** Says where it is kept: a secret store, a file below a well-known folder. */
const ELSEWHERE =
  /^(?:op:\/\/|vault:|arn:aws|@microsoft\.keyvault|ref\+|projects\/|!{1,2}[a-z:]+$|env:|file:|ssm:|keyring:|secret:\/\/|secretsmanager:|enc\[|\$ansible_vault|~\/|\.{1,2}\/|\/(?:run|etc|var|home|usr|opt|tmp|mnt|users|root|secrets?|vault|workspace|app|proc|dev)\/|[a-z]:\\|https?:\/\/(?![^\s/]{0,200}@)|#[a-z][\w-]*$|\.[a-z][\w-]*$)/i;

/** The word for it in other languages, as in the texts of a program. */
const TRANSLATED =
  /^(?:pass?w[oa]rt|passord|kennwort|contraseñas?|contrasenya|mot de passe|wachtwoord|lösenord|adgangskode|salasana|senha|palavra-passe|hasło|heslo|jelszó|parolă?|parola|şifre|пароль|κωδικός|geheimnis|jeton|clave|chiave|[\u0300-\uffff]{1,20})$/i;

/** Whether a value names a secret (a variable, a type, a placeholder) instead of holding one. */
export function isReference(value: string): boolean {
  return (
    VARIABLE.test(value) ||
    CODE.test(value) ||
    PLACEHOLDER.test(value) ||
    ELSEWHERE.test(value) ||
    TRANSLATED.test(value)
  );
}

/** Whether a bare word is more likely a secret than a word of a sentence or of code: letters and digits mixed. */
export function looksRandom(value: string): boolean {
  return (
    value.length >= 6 &&
    /\d/.test(value) &&
    /[A-Za-z]/.test(value) &&
    !/^v?\d+(?:\.\d+)+/.test(value)
  );
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Whether nobody could have made up a value as a name: 16 characters or more, digits among letters of both cases, no
 * path or version. Hashes in hexadecimal and UUIDs are not meant.
 */
export function isUnguessable(value: string): boolean {
  return (
    value.length >= 16 &&
    /\d/.test(value) &&
    /[a-z]/.test(value) &&
    /[A-Z]/.test(value) &&
    !UUID.test(value) &&
    !/^(?:sha\d{3}|md5)[-:]|^LS0tLS1CRUdJTi(?:BDRVJU|BQVUJM)/.test(value) &&
    /^[\w+/=.~-]+$/.test(value) &&
    turns(value) >= 5
  );
}

/** `username:password`, as manuals have it. */
export function isExample(user: string | undefined, password: string): boolean {
  return (
    /^(?:user(?:name)?|login|name|me)$/i.test(user ?? '') &&
    /^(?:pass(?:w(?:or)?d)?|pw|pwd)$/i.test(password)
  );
}

/** How often letters and digits, or the cases of letters, take turns: often in random text, seldom in names. */
function turns(value: string): number {
  return (
    value.slice(0, 64).match(/[a-z](?=[A-Z\d])|[A-Z](?=\d)|\d(?=[A-Za-z])|[A-Z](?=[a-z])/g)
      ?.length ?? 0
  );
}
