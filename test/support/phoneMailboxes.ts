import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export type Files = ReadonlyMap<string, Uint8Array>;

/** How the server treats mailboxes: as it should, cutting every connection, refusing, or taking posts and losing them. */
export type Mood = 'good' | 'cut' | 'refuse' | 'lose';

interface Mailbox {
  readonly kept: { readonly id: number; readonly text: string }[];
  readonly streams: Set<ServerResponse>;
}

/** Mailboxes with the HTTP shape of nginx and Nchan, and the static files of the page, on loopback. */
export class PhoneMailboxes {
  readonly #server: Server;
  readonly #files: Files;
  readonly #boxes = new Map<string, Mailbox>();
  readonly #hearers = new Map<string, (text: string) => void>();
  #nextId = 1;
  mood: Mood = 'good';
  /** Everything that went over the wire in mailboxes. */
  readonly seen: string[] = [];
  /** How many streams were ever opened, and `Last-Event-ID` of each. */
  readonly opened: (string | undefined)[] = [];

  private constructor(files: Files) {
    this.#files = files;
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  static async start(files: Files): Promise<PhoneMailboxes> {
    const mailboxes = new PhoneMailboxes(files);
    await new Promise<void>((resolve) => mailboxes.#server.listen(0, '127.0.0.1', resolve));
    return mailboxes;
  }

  /** `localhost` is a trusted origin: service workers run there. */
  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  publish(box: string, text: string): void {
    const entry = { id: this.#nextId++, text };
    const { kept, streams } = this.#box(box);
    kept.push(entry);
    this.seen.push(text);
    for (const stream of streams) stream.write(frame(entry));
  }

  hear(box: string, hearer: (text: string) => void): void {
    this.#hearers.set(box, hearer);
  }

  gone(box: string): void {
    for (const stream of this.#box(box).streams) stream.write('event: gone\ndata: \n\n');
  }

  /** Ends all streams and treats what comes next as `mood` says. */
  cutAll(mood: Mood): void {
    this.mood = mood;
    for (const { streams } of this.#boxes.values()) for (const each of streams) each.destroy();
  }

  streams(): number {
    return [...this.#boxes.values()].reduce((sum, { streams }) => sum + streams.size, 0);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #box(name: string): Mailbox {
    const box = this.#boxes.get(name) ?? { kept: [], streams: new Set() };
    this.#boxes.set(name, box);
    return box;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const box = /^\/m\/([A-Za-z0-9_-]{22,64})$/.exec(pathname)?.[1];
    if (box !== undefined) {
      if (this.mood === 'cut') request.socket.destroy();
      else if (this.mood === 'refuse') response.writeHead(502).end();
      else if (request.method === 'POST') this.#post(box, request, response);
      else this.#stream(box, request, response);
      return;
    }
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const body = this.#files.get(name);
    response.writeHead(body ? 200 : 404, {
      'content-type': TYPES[path.extname(name)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  }

  #post(box: string, request: IncomingMessage, response: ServerResponse): void {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      response.writeHead(202).end();
      this.seen.push(text);
      if (this.mood === 'good') this.#hearers.get(box)?.(text);
    });
  }

  #stream(box: string, request: IncomingMessage, response: ServerResponse): void {
    const last = request.headers['last-event-id'];
    this.opened.push(typeof last === 'string' ? last : undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': hello\n\n');
    const { kept, streams } = this.#box(box);
    if (last !== undefined)
      for (const entry of kept) if (entry.id > Number(last)) response.write(frame(entry));
    streams.add(response);
    response.on('close', () => streams.delete(response));
  }
}

function frame({ id, text }: { readonly id: number; readonly text: string }): string {
  return `id: ${id}\ndata: ${text}\n\n`;
}

/** The strictest that the page works under. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};
