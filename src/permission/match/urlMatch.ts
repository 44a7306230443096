import type { FetchAction } from '../action.ts';
import type { Rule, UrlMatch, Verdict } from '../rule.ts';
import { allowedBy, asked, deniedBy, reachesFurther } from '../verdict.ts';
import type { PatternRule } from './ruleSet.ts';

/** What URL patterns say of a fetch: the origin exactly, the path by whole segments, and only for reading. */
export function judgeUrl(action: FetchAction, rules: readonly PatternRule<'url'>[]): Verdict {
  const url = URL.canParse(action.url) ? new URL(action.url) : undefined;
  const denying = url && rules.find((rule) => rule.effect === 'deny' && denies(rule, url));
  if (denying) return deniedBy(denying, action);
  const doubt = reachesFurther(action) ?? doubtOf(action, url);
  if (doubt) return asked(action, doubt);
  const allowing = url && rules.find((rule) => rule.effect === 'allow' && covers(rule, url));
  return allowing ? allowedBy(allowing, action) : asked(action, 'No rule covers this address.');
}

function covers({ match }: Rule & { readonly match: UrlMatch }, url: URL): boolean {
  if (url.origin !== match.origin) return false;
  const prefix = match.pathPrefix?.replace(/\/+$/, '') ?? '';
  if (prefix === '') return true;
  return url.pathname === prefix || url.pathname.startsWith(`${prefix}/`);
}

/** A host with a dot at its end is the same host. */
function denies(rule: Rule & { readonly match: UrlMatch }, url: URL): boolean {
  if (covers(rule, url)) return true;
  const same = new URL(url);
  same.hostname = same.hostname.replace(/\.$/, '');
  return covers(rule, same);
}

/** Why this address is not read the same way by everyone, or does more than read. */
function doubtOf({ url: raw, method }: FetchAction, url: URL | undefined): string | undefined {
  if (!url) return 'The address cannot be read.';
  if (method !== undefined && !/^(?:get|head)$/i.test(method))
    return 'Only GET and HEAD can be answered by a rule for addresses.';
  if (url.username !== '' || url.password !== '') return 'The address holds a name or a password.';
  // What a URL parser drops or repairs, another program may read as another host or path.
  if (!/^https?:\/\/[^/%?#]+(?:[/?#]|$)/i.test(raw) || /[\s\\\p{C}]|[^\0-\x7f]/u.test(raw))
    return 'The address is written so that programs may read it differently.';
  const path = raw.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/, '');
  if (/%(?:2f|5c|25|00)/i.test(path) || /\/\//.test(path) || hasDotSegment(path))
    return 'The path holds "..", doubled or encoded separators.';
  return undefined;
}

function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => /^(?:\.|%2e){1,2}(?:;.*)?$/i.test(segment));
}
