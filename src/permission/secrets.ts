import { findAssignedSecrets } from './assignedSecrets.ts';
import { isReference, looksRandom } from './secretValues.ts';

/** A stretch of text, by UTF-16 index, that must not be shown. */
export interface SecretRange {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/**
 * Where a text comes from. In a `command` nothing is ever taken out that a shell could run: no white space, quotes or
 * operators, or else `password="a; curl … | sh; "` would hide what is asked for behind the word "redacted".
 */
export type SecretContext = 'command' | 'text';

interface Detector {
  readonly kind: string;
  /** One of these must be in the lower-case text before the pattern is tried. */
  readonly hints: readonly string[];
  /**
   * Where there is a group named `secret`, only it is taken out, so that the reader sees what kind of value was there.
   * Every pattern is linear: what repeats without a limit cannot start again inside its own match.
   */
  readonly pattern: RegExp;
  /** Tells a value from a word that only stands in its place. */
  readonly isSecret?: (value: string, match: RegExpMatchArray) => boolean;
}

const DETECTORS: readonly Detector[] = [
  {
    kind: 'private key',
    hints: ['-----begin'],
    // Only what looks like key material is taken out: a shell line after a faked header stays in sight.
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?:\s|\\[nrt\\]){0,8}(?:(?:Proc-Type|DEK-Info|Version|Comment):[^\n\\;|&<>$`]{0,100}|[A-Za-z0-9+/=]{16,}))*(?:(?:\s|\\[nrt\\]){0,8}[A-Za-z0-9+/=]{0,15}(?:\s|\\[nrt\\]){0,8}-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  {
    kind: 'GitHub token',
    hints: ['gho_', 'ghp_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g,
  },
  shape('GitLab token', 'glpat-', /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{16,}/g),
  shape('Anthropic key', 'sk-ant-', /(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{16,}/g),
  {
    kind: 'OpenAI key',
    hints: ['sk-'],
    pattern: /(?<![A-Za-z0-9])sk-(?:proj-|svcacct-)?(?<secret>[A-Za-z0-9_-]{20,})/g,
    // `sk-learn-something-with-many-words` is a name.
    isSecret: (value) => /\d/.test(value),
  },
  shape('Slack token', 'xox', /(?<![A-Za-z0-9])xox[abeposr]-[A-Za-z0-9-]{10,}/g),
  {
    kind: 'AWS key',
    hints: ['akia', 'asia'],
    pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  },
  shape('Google key', 'aiza', /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{30,}/g),
  {
    kind: 'Stripe key',
    hints: ['k_live_', 'k_test_'],
    pattern: /(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{10,}/g,
  },
  shape('npm token', 'npm_', /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,}/g),
  {
    kind: 'JSON web token',
    hints: ['eyj'],
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g,
  },
  {
    kind: 'credentials',
    hints: ['authorization'],
    pattern:
      /authorization\\{0,6}["']?\s{0,4}[:=]\s{0,4}\\{0,6}["']?(?<scheme>(?:bearer|basic|token|digest|negotiate|apikey|bot)\s{1,4})?(?<secret>[^\s"'`\\,;&|<>(){}]{6,})/gi,
    isSecret: (value, { groups }) => groups?.['scheme'] !== undefined || looksRandom(value),
  },
  {
    kind: 'credentials',
    hints: ['bearer'],
    pattern: /(?<![A-Za-z])bearer\s{1,4}(?<secret>[A-Za-z0-9._~+/=-]{12,})/gi,
    isSecret: looksRandom,
  },
  {
    kind: 'credentials',
    hints: ['cookie'],
    pattern:
      /cookie\\{0,6}["']?\s{0,4}:\s{0,4}\\{0,6}["']?[\w.-]{1,64}=(?<secret>[^\s"'`\\;&|<>(){}]{6,})/gi,
  },
  {
    kind: 'password',
    hints: ['://'],
    // Up to the last @: an unescaped @ in a password must not show the rest of it.
    pattern: /:\/\/[^\s/:@"'`]{0,256}:(?<secret>[^\s/"'`\\;|<>(){}]{1,512})@/g,
  },
  {
    kind: 'credentials',
    hints: ['://'],
    pattern: /:\/\/(?<secret>[A-Za-z0-9_-]{20,256})@/g,
    isSecret: looksRandom,
  },
  {
    kind: 'credentials',
    hints: ['sig', 'x-amz-security-token', 'x-goog'],
    pattern:
      /[?&](?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature)=(?<secret>[A-Za-z0-9%+/=_.-]{16,})/gi,
  },
  {
    kind: 'password',
    hints: ['curl', 'http', 'wget'],
    pattern:
      /(?<=\s)(?:-u|--user)[ =]{1,4}["']?[^\s:"'`;&|<>(){}]{0,128}:(?<secret>[^\s"'`\\;&|<>(){}]{1,256})/g,
    isSecret: (value) => !/^\d{1,6}$/.test(value),
  },
  {
    kind: 'password',
    hints: ['mysql', 'mariadb'],
    // -p takes its value without a space here; elsewhere -p is a port or a path and stays readable.
    pattern:
      /(?<![A-Za-z])(?:mysql|mariadb)[a-z-]{0,12}\s[^;&|\n]{0,120}?(?<=\s)-p["']?(?<secret>[^\s"'`\\;&|<>(){}]{1,256})/g,
  },
  {
    kind: 'password',
    hints: ['login'],
    pattern:
      /(?:docker|podman)\s{1,4}login\s[^;&|\n]{0,120}?(?<=\s)-p[ =]{0,4}["']?(?<secret>[^\s"'`\\;&|<>(){}]{1,256})/g,
  },
  {
    kind: 'password',
    hints: ['sshpass'],
    pattern: /(?<![A-Za-z])sshpass\s{1,4}-p\s{0,4}["']?(?<secret>[^\s"'`\\;&|<>(){}]{1,256})/g,
  },
];

function shape(kind: string, hint: string, pattern: RegExp): Detector {
  return { kind, hints: [hint], pattern };
}

/** One of these must be there before anything else is tried: most texts hold none. */
const HINT =
  /-----BEGIN|gh[pousr]_|github_pat_|glpat-|sk-|xox|AKIA|ASIA|AIza|[rs]k_|npm_|eyJ|:\/\/|auth|bearer|cookie|pass|pwd|secret|token|key|credential|sig|curl|http|wget|mysql|mariadb|docker|podman/i;

/** A name that promises a secret, for {@link findAssignedSecrets}. */
const NAMED = /pass|pwd|secret|token|key|credential|_auth/i;

/** The secrets in a text, in order, not overlapping. Time grows with the length of the text, whatever it holds. */
export function findSecrets(text: string, context: SecretContext = 'text'): readonly SecretRange[] {
  if (!HINT.test(text)) return [];
  const lower = text.toLowerCase();
  const found: SecretRange[] = [];
  for (const { kind, hints, pattern, isSecret } of DETECTORS) {
    if (!hints.some((hint) => lower.includes(hint))) continue;
    for (const match of text.matchAll(pattern)) {
      const value = match.groups?.['secret'] ?? '';
      if (value !== '' && isReference(value)) continue;
      if (isSecret && !isSecret(value, match)) continue;
      found.push({ kind, ...rangeOf(match, value) });
    }
  }
  const all = NAMED.test(text) ? found.concat(findAssignedSecrets(text, context)) : found;
  return withoutOverlaps(
    context === 'command' ? all.flatMap((each) => inCommand(text, each)) : all,
  );
}

/** What a shell could run. */
const OPERATOR = /[\s;|&<>`(){}"']/;

/** The stretch up to the first character that a shell acts on; key material has a pattern of its own for that. */
function inCommand(text: string, range: SecretRange): SecretRange[] {
  if (range.kind === 'private key') return [range];
  const at = text.slice(range.start, range.end).search(OPERATOR);
  if (at === 0) return [];
  return [at < 0 ? range : { ...range, end: range.start + at }];
}

/** The secret is always at the end of its match, but for one closing character. */
function rangeOf(match: RegExpExecArray, value: string): { start: number; end: number } {
  const end = match.index + match[0].length;
  if (value === '') return { start: match.index, end };
  const start = match.index + match[0].lastIndexOf(value);
  return { start, end: start + value.length };
}

function withoutOverlaps(ranges: SecretRange[]): SecretRange[] {
  ranges.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: SecretRange[] = [];
  for (const range of ranges) {
    const last = kept.at(-1);
    if (!last || range.start >= last.end) kept.push(range);
    else if (range.end > last.end) kept[kept.length - 1] = { ...last, end: range.end };
  }
  return kept;
}
