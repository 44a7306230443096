import crypto from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** What asks before it lets anyone through to a server on a socket file. */
export interface FrontDoor {
  readonly port: number;
  /** `/?folder=…` with the key in it; opening it once lets that browser in. */
  url(path: string): string;
  close(): void;
}

const KEY = 'key';

/**
 * Serves `socketPath` on loopback, for those only who know the key: code-server without a password is a
 * shell for every user and every web page of this machine.
 */
export async function openFrontDoor(socketPath: string): Promise<FrontDoor> {
  const key = crypto.randomBytes(24).toString('base64url');
  const server = http.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const guard: Guard = { key, host: `127.0.0.1:${port}`, cookie: `countersign-${port}` };
  server.on('request', (request, response) => {
    if (admitted(guard, request)) relay(socketPath, request, response);
    else turnAway(guard, request, response);
  });
  server.on('upgrade', (request: http.IncomingMessage, client: Duplex, head: Buffer) => {
    if (admitted(guard, request)) relayUpgrade(socketPath, request, client, head);
    else client.destroy();
  });
  return {
    port,
    url: (path) => `http://${guard.host}${path}${path.includes('?') ? '&' : '?'}${KEY}=${key}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Guard {
  readonly key: string;
  /** The only Host header that is answered: a name that was made to resolve here is not it. */
  readonly host: string;
  /** Cookies are shared by all ports of a host, so the name has the port. */
  readonly cookie: string;
}

function admitted(guard: Guard, request: http.IncomingMessage): boolean {
  if (request.headers.host !== guard.host) return false;
  const cookies = (request.headers.cookie ?? '').split('; ');
  return cookies.some((each) => same(each, `${guard.cookie}=${guard.key}`));
}

/** The right key in the URL is exchanged for a cookie, and taken out of the address bar. */
function turnAway(
  guard: Guard,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): void {
  const url = new URL(request.url ?? '/', `http://${guard.host}`);
  const known = same(url.searchParams.get(KEY) ?? '', guard.key);
  if (!known || request.headers.host !== guard.host) {
    response.writeHead(403, { 'content-type': 'text/plain' });
    response.end('Open the whole URL that npm start printed.\n');
    return;
  }
  url.searchParams.delete(KEY);
  response.writeHead(302, {
    location: `${url.pathname}${url.search}`,
    'set-cookie': `${guard.cookie}=${guard.key}; HttpOnly; SameSite=Lax; Path=/`,
  });
  response.end();
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => crypto.createHash('sha256').update(text).digest();
  return crypto.timingSafeEqual(digest(a), digest(b));
}

function forward(socketPath: string, request: http.IncomingMessage): http.ClientRequest {
  const { method, url: path, headers } = request;
  return http.request({ socketPath, method, path, headers });
}

function relay(
  socketPath: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): void {
  const onward = forward(socketPath, request);
  onward.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  onward.once('error', () => response.destroy());
  response.once('close', () => onward.destroy());
  request.pipe(onward);
}

function relayUpgrade(
  socketPath: string,
  request: http.IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  const onward = forward(socketPath, request);
  onward.once('error', () => client.destroy());
  onward.once('response', () => client.destroy());
  onward.once('upgrade', (answer, upstream, upstreamHead) => {
    client.write(`HTTP/1.1 101 Switching Protocols\r\n${rawHeaders(answer)}\r\n`);
    client.write(upstreamHead);
    upstream.write(head);
    upstream.pipe(client).pipe(upstream);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.once('error', () => other.destroy()).once('close', () => other.destroy());
    }
  });
  onward.end();
}

function rawHeaders({ rawHeaders: raw }: http.IncomingMessage): string {
  let lines = '';
  for (let i = 0; i < raw.length; i += 2) lines += `${raw[i]}: ${raw[i + 1]}\r\n`;
  return lines;
}
