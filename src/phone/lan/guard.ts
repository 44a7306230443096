import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { mailboxOf } from '../mailboxPath.ts';

/** What a request may do. */
export type Route =
  | { readonly kind: 'page'; readonly path: string }
  | { readonly kind: 'listen'; readonly mailbox: string; readonly lastEventId: string | undefined }
  | { readonly kind: 'leave'; readonly mailbox: string }
  | Refused;

export interface Refused {
  readonly kind: 'refused';
  /** An HTTP status. */
  readonly status: number;
  /** The methods that are allowed here, with 405. */
  readonly allow?: string;
}

/**
 * Who asks comes before what is asked. A name that is not ours in `Host` is a foreign name that was made to point here; a
 * foreign `Origin`, or a browser that says "not from your own page", is another page using our visitor.
 */
export function routeOf(
  { method, url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  hosts: ReadonlySet<string>,
): Route {
  const { host, origin } = headers;
  if (host === undefined || !hosts.has(host.toLowerCase())) return refused(421);
  if (origin !== undefined && !isOurs(origin, hosts)) return refused(403);
  const [path = '', query = ''] = splitOnce(url, '?');
  const mailbox = mailboxOf(path);
  if (mailbox === undefined) return pageRoute(method, path);
  if (!isFromOurPage(headers)) return refused(403);
  switch (method) {
    case 'GET':
      return { kind: 'listen', mailbox, lastEventId: lastEventIdOf(headers, query) };
    case 'POST':
      // A browser always says where a POST comes from.
      return origin === undefined ? refused(403) : { kind: 'leave', mailbox };
    default:
      return { kind: 'refused', status: 405, allow: 'GET, POST' };
  }
}

function pageRoute(method: string | undefined, path: string): Route {
  if (method === 'GET' || method === 'HEAD') return { kind: 'page', path };
  return { kind: 'refused', status: 405, allow: 'GET, HEAD' };
}

function isOurs(origin: string, hosts: ReadonlySet<string>): boolean {
  return origin.startsWith('https://') && hosts.has(origin.slice('https://'.length).toLowerCase());
}

/** Browsers without this header send `Origin` from other pages instead. */
function isFromOurPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin';
}

function refused(status: number): Refused {
  return { kind: 'refused', status };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Where Nchan looks for it. A new `EventSource` cannot send the header. */
function lastEventIdOf(headers: IncomingHttpHeaders, query: string): string | undefined {
  const sent = headers['last-event-id'];
  if (typeof sent === 'string') return sent;
  return new URLSearchParams(query).get('last_event_id') ?? undefined;
}
