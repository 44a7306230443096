/** A stretch of text, by UTF-16 index, that must not be shown. */
export interface SecretRange {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

interface Detector {
  readonly kind: string;
  readonly pattern: RegExp;
}

/** Where there is a group named `secret`, only it is taken out, so that the reader sees what kind of value was there. */
const DETECTORS: readonly Detector[] = [
  {
    kind: 'private key',
    pattern:
      /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  },
  {
    kind: 'GitHub token',
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g,
  },
  { kind: 'GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{16,}/g },
  { kind: 'Anthropic key', pattern: /\bsk-ant-[A-Za-z0-9_-]{16,}/g },
  { kind: 'OpenAI key', pattern: /\bsk-(?:proj-)?[A-Za-z0-9_-]{20,}/g },
  { kind: 'Slack token', pattern: /\bxox[abposr]-[A-Za-z0-9-]{10,}/g },
  { kind: 'AWS key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { kind: 'Google key', pattern: /\bAIza[A-Za-z0-9_-]{30,}/g },
  { kind: 'Stripe key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}/g },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{30,}/g },
  {
    kind: 'JSON web token',
    pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g,
  },
  {
    kind: 'credentials',
    pattern:
      /\b(?:authorization|proxy-authorization)["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token)\s+)?(?<secret>[^\s"']{6,})/gi,
  },
  { kind: 'password', pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:(?<secret>[^\s/@"']+)@/gi },
  {
    kind: 'secret value',
    pattern:
      /(?:\b|_|--)(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|auth[_-]?token|credential)s?["']?(?:\s*[:=]\s*|\s+(?=["']?[A-Za-z0-9+/_-]{12,}["']?(?:\s|$)))["']?(?<secret>[^\s"',;&|}]{4,})/gi,
  },
];

/** A cheap word that must be there before the expensive patterns are tried. */
const HINT =
  /-----BEGIN|gh[pousr]_|github_pat_|glpat-|sk-|xox|AKIA|ASIA|AIza|[rs]k_|npm_|eyJ|:\/\/|auth|pass|secret|token|key|credential/i;

/** Values that look like a secret's place but name a variable instead of holding one. */
const REFERENCE = /^(?:\$[\w{(]|<|\*+$|process\.env|null$|true$|false$|undefined$)/i;

/** The secrets in a text, in order, not overlapping. */
export function findSecrets(text: string): readonly SecretRange[] {
  if (!HINT.test(text)) return [];
  const found: SecretRange[] = [];
  for (const { kind, pattern } of DETECTORS) {
    for (const match of text.matchAll(pattern)) {
      const value = match.groups?.['secret'];
      if (value !== undefined && REFERENCE.test(value)) continue;
      const end = match.index + match[0].length;
      const start = value === undefined ? match.index : match.index + match[0].lastIndexOf(value);
      found.push({ kind, start, end: value === undefined ? end : start + value.length });
    }
  }
  return withoutOverlaps(found);
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
