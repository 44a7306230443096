import { eachMatch } from './eachMatch.ts';
import type { SecretContext, SecretRange } from './secretDetector.ts';
import type { Extents, Value } from './secretExtent.ts';
import { isReference, isUnguessable, looksRandom } from './secretValues.ts';

/** `password=…`, `"apiKey": "…"`, `TOKEN: …`: the end of a name that promises a secret, and what separates it. */
const ASSIGNED =
  /(?<core>pass[_-]?w(?:or)?d|passphrase|passcode|passwort|pwd|pw|pass|client[_-]?secret|secret|token|credential|creds|(?:api(?:%5f)?|access|private|signing|encryption|account|master|shared|deploy|service|app|auth|storage|license|hmac|jwt|cipher|admin|root|subscription|client|consumer|webhook|sas|ssh|session|host|ingest|integration|application|license|recovery|unlock|unseal|vault|db|database)[_-]?key|_auth|jwt(?:__|[:.])key|mnemonic|seed(?:[_-]?(?:phrase|words))?|psk|security[_-]?answer|cvv|cvc|(?:recovery|backup)[_-]?codes?|(?<weak>(?:key|authorization|auth|jwt|bearer|pat|cookie|session(?:[_-]?id)?|sid|sig|signature|webhook|salt|otp|license|dsn|sas|hash|data|code|connection[_-]?string|pin)(?![_-]?(?:secret|token|passw|pass|[a-z]{0,8}[_-]?key))))(?<suffix>[\w-]{0,24})(?<close>\\{0,6}(?:["'`]|u002[27])?\]?|%22|&quot;)(?<before>[ \t]{0,20})(?:(?<=\w[ \t]{0,20}):[ \t]{0,4}&?(?:'static[ \t])?\[?[A-Za-z][\w<>[\].|?]{0,30}[ \t]{1,4}(?==[ \t]{0,4}[bruflL@$]{0,2}["'`]))?(?<sep>=>|:=|[:=]|%3[ad]|(?<=\/[pP]ass):)(?<after>[ \t]{0,20}|%20|\+)(?:\[\s{0,20}(?=\\{0,6}["']))?(?:(?:\[\](?:byte|rune)|(?:std::)?string|String(?:::from)?|bytes|bytearray|Buffer\.from|Some|Secret\w{0,10}(?:::new|::from)|QString)\([ \t]{0,4}(?=[bruflL@$]{0,2}["'`]))?(?:[bruflL@$]{1,2}(?=["']))?/gi;

/** `--password VALUE`, also as two items of a list. */
const FLAG =
  /(?<=[\s"'`([,=]|^)(?:(?<dashes>--?)(?<name>[a-z0-9-]{0,32}))(?<core>password|passwd|passphrase|secret|token|api-?key|access-?key|private-?key|secret-?key|account-?key|encryption-?key|credential|pass|pat)(?<suffix>s?)(?:-string)?(?:(?:[ \t]|\\\r?\n){1,8}|(?:\\{0,6}["'][ \t\n]{0,8},[ \t\n]{0,20}(?=\\{0,6}["'])))/gi;

/** `token_type`, `password-file` and `tokenizer` hold no secret; `SECRET_KEY` and `passwords` do. */
const SUFFIX =
  /^(?:s|\d{1,3}|[_-]?(?:access)?[_-]?key(?:[_-]?base)?|[_-]?(?:value|secret|token|password|hash|salt|string|b64|base64|raw|text|plain|prod|dev|test|staging|live|old|new|current|primary|secondary|backup|\d{1,2}))?$/i;

/** Names with "key" that are no secret. */
const PLAIN_KEY =
  /(?:public|primary|foreign|partition|sort|cache|object|row|idempotency|i18n|translation|query|hot|short|map|react|lookup|index|group|unique|natural|dedup|column|field|storage|local|routing|shard|range|hash|label|tag|websocket|config|setting|event|message|state|item|list|data|record|file|path|menu|tree|node|parent|child|slot|bucket|s3|redis|lock|metric|cookie|host|known|sentry|search|publishable|anon|site|registry|product)[_-]?$/i;

/** Tokens that page through lists, count, or stop work. */
const PLAIN_TOKEN =
  /(?:page|next|continuation|cursor|sync|resume|scroll|cancellation|cancel|abort|prompt|completion|input|output|total|max|min|num|eos|bos|pad|unk|mask|sep|cls|stop|special|text|syntax|lexer|parser|design|color|by|per|second|first|last|start|end|punctuation|separator|keyword|operator|identifier|unexpected)[_-]?$/i;

/** `forgotPassword`, `invalid_token`: a state or a step, named in the texts of a program. */
const STATE =
  /(?<![A-Za-z])(?:forgot(?:ten)?|invalid|wrong|incorrect|missing|expired|weak|show|hide|toggle)[_-]?$/i;

/** Words after a flag in a sentence about the flag. */
const PROSE =
  /^(?:to|and|or|is|as|if|in|of|on|for|with|from|the|an?|flags?|options?|values?|auth|must|can|was|not|are|will|should|when|which|that|by|at|it|has|expired|file|used|required|instead|argument|parameter|here|support|refresh|handling)$/i;

/** Words of a sentence about a secret, not of a passphrase. */
const SENTENCE =
  /(?:^|\s)(?:the|your|is|are|must|please|enter|not|for|of|an?|should|was|cannot|can't|to|be|too|and|or|no|new|current|confirm|forgot(?:ten)?|reset|show|hide|invalid|field|required|used|expired|missing|wrong|incorrect|changed|updated|saved|copied|deleted|revoked|created|length|strength|generated|verified|success(?:fully)?|failed|mismatch|match(?:es)?|characters|optional)(?=[\s.,!?:]|$)/i;

/** Parts of the names that promise a secret, in lower case. */
export const ASSIGNED_HINTS: readonly string[] = [
  ...[
    'pass',
    'pw',
    'secret',
    'token',
    'key',
    'cred',
    'auth',
    'mnemonic',
    'phrase',
    'jwt',
    'bearer',
  ],
  ...['pat', 'session', 'sid', 'sig', 'webhook', 'salt', 'otp', 'license', 'dsn', 'sas', 'hash'],
  ...['data', 'code', 'connection', 'pin', 'psk', 'answer', 'cvv', 'cvc', 'seed'],
];

/** Secrets that are known by the name before them. */
export function findAssignedSecrets(text: string, extents: Extents): SecretRange[] {
  const { context } = extents;
  const found: SecretRange[] = [];
  for (const match of eachMatch(text, ASSIGNED)) {
    if (!SUFFIX.test(match.groups?.['suffix'] ?? '')) {
      // `DATABASE_PASSWORD` begins like a name of its own, `rootPassword` has one (`otp`) across its words.
      ASSIGNED.lastIndex = match.index + 1;
      continue;
    }
    const index = afterBlockSign(text, ASSIGNED.lastIndex);
    const value = extents.valueAt(index);
    if (!value || !isAssignedSecret(text, match, value, context)) continue;
    // In a command no secret is more than a word.
    const end = context === 'command' ? value.end : wholeEnd(text, match, value, extents);
    found.push({ ...rangeOf(value), end });
    ASSIGNED.lastIndex = end;
  }
  for (const match of eachMatch(text, FLAG)) {
    const value = extents.valueAt(FLAG.lastIndex);
    if (value && isFlagSecret(match, value)) found.push(rangeOf(value));
  }
  return found;
}

function rangeOf({ start, end }: Value): SecretRange {
  return { kind: 'secret value', start, end };
}

const BLOCK = /(?:[|>][+-]?|!!binary \|)?[ \t]{0,8}(?:\r?\n|\\n)[ \t]{1,40}(?=\S)/y;
const TAG = /(?:!!\w{1,20}|&(?!mut |dyn |const )[\w-]{1,40})[ \t]{1,4}(?=[^\s=|>])/y;

/** YAML may have the value on the next line, `password: |`, or behind a type or an anchor, `password: &main`. */
function afterBlockSign(text: string, index: number): number {
  for (const sign of [BLOCK, TAG]) {
    sign.lastIndex = index;
    if (/[|>!&]/.test(text.charAt(index)) && sign.test(text)) return sign.lastIndex;
  }
  return index;
}

/** Signs of which a shell would take none for a part of the word. */
const REST_OF_WORD = /[&|;<>(){}][^\s"'`\\]{1,200}/y;
const REST_OF_LINE = /(?:[ \t][^\s"'`\\(){}<>[\];|$&#]{1,40}){1,7}(?=[ \t]{0,8}(?:\r?\n|\\n|$))/y;

/** Where a value ends that holds more than a bare word may: `"password=my secret"`, `SECRET_KEY=a&b(c`, `Password: a1 b2`. */
function wholeEnd(text: string, match: RegExpExecArray, value: Value, extents: Extents): number {
  const { weak, close = '', before = '', after = '' } = match.groups ?? {};
  const { start, end, quoted } = value;
  if (quoted) return afterQuotedQuotes(text, end);
  if (weak !== undefined || close !== '') return end;
  const quote = quoteBefore(text, match);
  const inside = quote === undefined ? undefined : extents.valueAt(start, quote);
  if (inside && inside.end > end && isPassphrase(text.slice(start, inside.end), 4))
    return inside.end;
  if (!isLineStart(text, match.index)) return end;
  const rest = before === '' && after === '' ? REST_OF_WORD : REST_OF_LINE;
  rest.lastIndex = end;
  if (!rest.test(text)) return end;
  const whole = text.slice(start, rest.lastIndex);
  const isOne =
    rest === REST_OF_WORD ? !/[;&|(<>{][\w./~$-]{2}|[&;]\w{1,40}=/.test(whole) : isMixed(whole);
  return isOne && !isSentence(whole) ? rest.lastIndex : end;
}

/** A shell writes `it's` as `'it'\''s'`, or as `'it'"'"'s'`. */
function afterQuotedQuotes(text: string, closing: number): number {
  let end = closing;
  for (;;) {
    const seam = /^'(?:\\'|"'")'/.exec(text.slice(end, end + 5))?.[0].length;
    if (seam === undefined) return end;
    const next = text.indexOf("'", end + seam);
    if (next < 0 || next > end + 200 || /[\n;&|]/.test(text.slice(end + seam, next))) return end;
    end = next;
  }
}

function isPassphrase(text: string, words: number): boolean {
  return !/[&;,]|\w=/.test(text) && text.split(/\s+/).length <= words && !isSentence(text);
}

/** Words that nobody would say: `P4ss word`, `abcd efgh ijkl mnop`. */
function isMixed(words: string): boolean {
  return (
    /^(?:[a-z]{4}\s){3}[a-z]{4}$/.test(words) ||
    words.split(/\s+/).some((word) => looksRandom(`${word}--`))
  );
}

function isAssignedSecret(
  text: string,
  match: RegExpExecArray,
  value: Value,
  context: SecretContext,
): boolean {
  const { core = '', weak, close = '', before = '', sep = '', after = '' } = match.groups ?? {};
  const { head } = value;
  if (/^[=:[]|^\/\//.test(head) || !namesSecret(text, match, head)) return false;
  if (weak !== undefined) return true;
  if (value.quoted)
    return !isSentence(head) && !isStoredUnder(head, core) && !isPrefix(text, value);
  const spaced = before !== '' || after !== '';
  const isVariable = sep === '=' && !spaced && /^[A-Z_-]+$/.test(core);
  if (sep === '=>' || (!isVariable && isCode(text, match.index, value))) return false;
  // What tests print.
  if (core === 'PASS' && sep === ':' && spaced && !/\w/.test(text.charAt(match.index - 1)))
    return looksRandom(head);
  if ((sep === '=' || sep.startsWith('%')) && !spaced) return true;
  if (core.toLowerCase() === 'pass' && !spaced && context === 'command') return true;
  if (looksRandom(head)) return true;
  if ((spaced || isHeader(text, match)) && isWholeString(text, match, value)) return true;
  if (!spaced || close !== '') return false;
  return isWholeLine(text, match.index, value.end) || isMixedLine(text, match, value, context);
}

/** Whether what stands behind a name, as in JSON, is a secret: by the name, and by the value not being one itself. */
export function isNamedSecret(name: string, value: string): boolean {
  const text = `${name}:`;
  for (const match of eachMatch(text, ASSIGNED))
    if (ASSIGNED.lastIndex === text.length && SUFFIX.test(match.groups?.['suffix'] ?? ''))
      return namesSecret(text, match, value) && !isSentence(value);
  return false;
}

function namesSecret(text: string, match: RegExpExecArray, head: string): boolean {
  const { core = '', weak } = match.groups ?? {};
  if (head === '' || isReference(head) || !nameFits(text, match, head)) return false;
  if (bare(head) === bare(core)) return false;
  if (/^(?:otp|pin)$/i.test(core) && /^\d{4,8}$/.test(head)) return true;
  if (/^auth$/i.test(core) && /^[\w.@-]{1,64}:(?=[^\s/]{4})/.test(head))
    return looksRandom(head.slice(head.indexOf(':') + 1));
  if (weak !== undefined) return isUnguessable(head);
  // Counts, not secrets: `max_tokens=4096`.
  return !(/^(?:token|pass)$/i.test(core) && /^\d{1,7}$/.test(head));
}

/** `TOKEN_KEY = 'auth.token'` says where a token is. */
function isStoredUnder(value: string, core: string): boolean {
  return (
    /^@?[a-z]+(?:[.:/_-][a-z]+)*[.:/][a-z]+(?:[.:/_-][a-z]+)*$/.test(value) &&
    value.includes(core.toLowerCase())
  );
}

/** `token: "tok-" + id` */
function isPrefix(text: string, { head, end }: Value): boolean {
  return (
    /^[A-Za-z_:-]{1,12}$/.test(head) &&
    /^["'`]\s{0,4}\+\s{0,4}[\w(]/.test(text.slice(end, end + 10))
  );
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[_ ,;-]/g, '');
}

function isSentence(value: string): boolean {
  return /\s/.test(value.trim()) && SENTENCE.test(value);
}

/** Parts of harmless words, of the shell's own variables, and names of what is only called a key or a token. */
function nameFits(text: string, match: RegExpExecArray, value: string): boolean {
  const core = match.groups?.['core'] ?? '';
  const before = text.slice(Math.max(0, match.index - 24), match.index);
  if (STATE.test(before)) return false;
  switch (core.toLowerCase()) {
    case 'pass':
      return !/(?:by|com|tres|sur|encom|under|over|im)$/i.test(before);
    case 'signingkey':
      // Git's is the name of a key.
      return !/^[0-9A-F]{8,40}$/i.test(value);
    case 'seed':
      return /^(?:[a-z]{3,8} ){2,23}[a-z]{1,8}/.test(value);
    case 'cvv':
    case 'cvc':
      return /^\d{3,4}$/.test(value);
    case 'pwd':
      return !/^(?:[/~.\\]|[A-Za-z]:)/.test(value);
    case 'token':
      return !PLAIN_TOKEN.test(before);
    case 'secret':
      return holdsSecret(before, match.groups?.['suffix'] ?? '', value);
    case 'key':
      return !PLAIN_KEY.test(before);
    case 'pat':
    case 'pw':
    case 'sid':
    case 'sig':
    case 'otp':
    case 'pin':
    case 'psk':
    case 'auth':
    case 'creds':
      return !/[A-Za-z]$/.test(before) || /^[A-Z]/.test(core);
    default:
      return true;
  }
}

/** `existingSecret`, `checksum/secret`, `--secret=db-password` and `secretKey: password` only name one. */
function holdsSecret(before: string, suffix: string, value: string): boolean {
  if (/existing[_-]?$|checksum\/$/i.test(before)) return false;
  if (/^[_-]?key$/i.test(suffix) && /^(?:username|password|token|api[-_]?key)$/.test(value))
    return false;
  return !(/--$/.test(before) && /^[a-z]+(?:[-_/][a-z]+)+$/.test(value));
}

/** A call, an element, a member, a parameter or a type: nothing to take out. */
function isCode(text: string, coreStart: number, { head, start, end }: Value): boolean {
  return (
    (text.charAt(end) === '(' && /^[\w$.:]+$/.test(head)) ||
    /^[\w$.]+\[/.test(head) ||
    /^[a-z_$][\w]*\.\w*(?:token|secret|password|key)$/i.test(head) ||
    /^[A-Za-z_$][A-Za-z_$]*(?:(?:\?\.|\.|::|->)[A-Za-z_$][A-Za-z_$]*)+$/.test(head) ||
    /^&?(?:[A-Z][a-z]+){2,}\d?$/.test(head) ||
    (/^[&*]?[A-Za-z_]+$/.test(head) && isArgument(text, coreStart, start, end))
  );
}

/** `connect(user=user, password=pw)`. */
function isArgument(text: string, coreStart: number, start: number, end: number): boolean {
  if (start === end || !/[,)]/.test(text.charAt(end))) return false;
  return /\w\([^()\n]{0,200}$/.test(text.slice(Math.max(0, coreStart - 200), coreStart));
}

const LINE_START = /(?:^|\n|\\n)[\s\-+"'#/*]*(?:export[ \t]+)?["']?[\w.-]{0,64}$/;

/** A line of YAML or INI holds the name and the value alone. */
function isWholeLine(text: string, coreStart: number, end: number): boolean {
  if (
    end < text.length &&
    !/^(?:[ \t]{0,20}(?:[\r\n\\]|$|#)|[ \t]{1,20}(?:;|\/\/))/.test(text.slice(end, end + 24))
  )
    return false;
  return isLineStart(text, coreStart);
}

/** `Password: P4ss word` */
function isMixedLine(
  text: string,
  match: RegExpExecArray,
  { start, end }: Value,
  context: SecretContext,
): boolean {
  REST_OF_LINE.lastIndex = end;
  if (context === 'command' || !isLineStart(text, match.index) || !REST_OF_LINE.test(text))
    return false;
  const whole = text.slice(start, REST_OF_LINE.lastIndex);
  return isMixed(whole) && !isSentence(whole);
}

function isLineStart(text: string, coreStart: number): boolean {
  const before = text.slice(Math.max(0, coreStart - 100), coreStart);
  return LINE_START.test(before) && (coreStart <= 100 || /\n|\\n/.test(before));
}

/** `"X-Api-Key: abc"`: the name and the value alone in quotes, as a header is given. */
function isWholeString(text: string, match: RegExpExecArray, { end }: Value): boolean {
  const quote = text.charAt(end);
  return quote !== '' && quoteBefore(text, match) === quote;
}

/** The quote that was opened right before the name. */
function quoteBefore(text: string, match: RegExpExecArray): string | undefined {
  const before = text.slice(Math.max(0, match.index - 64), match.index);
  return /(["'])[\w.-]{0,60}$/.exec(before)?.[1];
}

/** `X-Auth-Token`: with a dash before it. */
function isHeader(text: string, match: RegExpExecArray): boolean {
  return match[0].includes('-') || text.charAt(match.index - 1) === '-';
}

function isFlagSecret(match: RegExpExecArray, { head, quoted }: Value): boolean {
  const { dashes, name = '', core = '' } = match.groups ?? {};
  if (/^no-|-no-$/.test(name) || isReference(head) || /^=/.test(head)) return false;
  // In a usage line the word stands for the value.
  if (
    /^(?:[A-Z_]{0,12}(?:PASS|PASSWORD|PASSWD|KEY|TOKEN|SECRET)|STRING|VALUE|TEXT)[\]).,]*$/.test(
      head,
    )
  )
    return false;
  if (/^(?:pass|pat)$/i.test(core) && !/(?:^|-)$/.test(name)) return false;
  // `-token abc` and `-ClientSecret abc`; not `-psecret abc`.
  if (dashes === '-' && name !== '' && !/^[A-Z]/.test(core)) return false;
  return quoted ? !isSentence(head) : !(PROSE.test(head) || /^(?:-|id=|\d{1,5}$)/.test(head));
}
