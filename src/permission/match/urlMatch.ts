import type { FetchAction } from '../action.ts';
import type { Verdict } from '../rule.ts';
import { allowedBy, asked, deniedBy, reachesFurther } from '../verdict.ts';
import type { PatternRule } from './ruleSet.ts';

/** What URL patterns say of a fetch: the origin exactly, the path by whole segments, and only for reading. */
export function judgeUrl(action: FetchAction, rules: readonly PatternRule<'url'>[]): Verdict {
  const url = URL.canParse(action.url) ? new URL(action.url) : undefined;
  const denying = url && rules.find((rule) => rule.effect === 'deny' && denies(rule, url));
  if (denying) return deniedBy(denying, action);
  const doubt = reachesFurther(action) ?? doubtOf(action, url);
  if (doubt) return asked(action, doubt);
  const allowing = rules.filter((rule) => rule.effect === 'allow' && url && covers(rule, url));
  const [first] = allowing;
  if (!first) return asked(action, 'No rule covers this address.');
  // Where all of a host is allowed and nothing denied, it does not matter how a path is read.
  const whole = allowing.find(({ match }) => match.pathPrefix === undefined);
  if (whole && !rules.some(({ effect }) => effect === 'deny')) return allowedBy(whole, action);
  const pathDoubt = pathDoubtOf(action.url);
  return pathDoubt ? asked(action, pathDoubt) : allowedBy(first, action);
}

type UrlRule = PatternRule<'url'>;

function covers({ match }: UrlRule, { origin, pathname }: URL): boolean {
  return origin === match.origin && isUnder(pathname, match.pathPrefix ?? '');
}

function isUnder(path: string, prefix: string): boolean {
  const folder = prefix.replace(/\/+$/, '');
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** A host with a dot at its end is the same host, `%61` the same as `a`. */
function denies(rule: UrlRule, url: URL): boolean {
  if (covers(rule, url)) return true;
  const same = new URL(url);
  same.hostname = same.hostname.replace(/\.$/, '');
  const { origin, pathPrefix = '' } = rule.match;
  return origin === same.origin && isUnder(decoded(url.pathname), decoded(pathPrefix));
}

function decoded(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}

/** Why this address is not read the same way by everyone, or does more than read. */
function doubtOf({ url: raw, method }: FetchAction, url: URL | undefined): string | undefined {
  if (!url) return 'The address cannot be read.';
  if (method !== undefined && !/^(?:get|head)$/i.test(method))
    return 'Only GET and HEAD can be answered by a rule for addresses.';
  if (url.username !== '' || url.password !== '') return 'The address holds a name or a password.';
  // What a URL parser drops or repairs, another program may read as another host or path.
  return PLAIN_HOST.test(raw) && !/[\s\\\p{C}]/u.test(raw) ? undefined : READ_DIFFERENTLY;
}

/** A host and perhaps a port, with nothing that some programs take for a name or a password. */
const PLAIN_HOST = /^https?:\/\/(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?(?:[/?#]|$)/i;
const READ_DIFFERENTLY = 'The address is written so that programs may read it differently.';

function pathDoubtOf(raw: string): string | undefined {
  if (/[^\0-\x7f]/.test(raw)) return READ_DIFFERENTLY;
  const path = raw.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/, '');
  if (/%(?:2f|5c|25|00)/i.test(path) || /\/\//.test(path) || hasDotSegment(path))
    return 'The path holds "..", doubled or encoded separators.';
  return undefined;
}

function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => /^(?:\.|%2e){1,2}(?:;.*)?$/i.test(segment));
}
