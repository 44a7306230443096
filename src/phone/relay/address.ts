import { err, ok, type Result } from '../../base/result.ts';
import type { UserError } from '../../protocol/userError.ts';
import { badRelayAddress } from './errors.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The address of a relay as it was typed: HTTPS, or plain HTTP on this machine itself. The result ends with a slash; the
 * page and the mailboxes are below it.
 */
export function parseRelayAddress(text: string): Result<URL, UserError> {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (
    !url ||
    !isSafe ||
    url.username ||
    url.password ||
    url.search ||
    url.hash ||
    /[?#]/.test(text)
  )
    return err(badRelayAddress(text));
  // The page asks for /m/… at the root of its origin.
  if (url.pathname !== '/') return err(badRelayAddress(text));
  return ok(url);
}
