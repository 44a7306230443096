import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { type Disposable, toDisposable } from '../../base/disposable.ts';
import type { ServerCertificate } from './certificate.ts';
import { Requests, type RequestsOptions } from './requests.ts';
import { refuse } from './responses.ts';

export interface LanServerOptions extends RequestsOptions {
  readonly certificate: ServerCertificate;
  /** Names that this server goes by, each an address or a host name without a port. */
  readonly names: readonly string[];
  /** Connections at once, of everybody and of one address. A phone needs up to six. */
  readonly maxConnections?: number | undefined;
  readonly maxConnectionsOfOne?: number | undefined;
  /** For the head of a request, TLS included, and for the whole of it. Milliseconds. */
  readonly headMs?: number | undefined;
  readonly requestMs?: number | undefined;
}

const IDLE_MS = 30_000;
const MAX_HEADER_BYTES = 8192;

/**
 * HTTPS on one address. Whoever sends slowly, too much or not HTTP is cut off, and nobody can take all connections; what a
 * request means is for {@link Requests}.
 */
export class LanServer implements Disposable {
  readonly #options: LanServerOptions;
  readonly #server: Server;
  readonly #requests: Requests;
  readonly #sockets = new Map<string, Set<Socket>>();
  #hosts: ReadonlySet<string> = new Set();

  constructor(options: LanServerOptions) {
    this.#options = options;
    this.#requests = new Requests(options);
    this.#server = createServer(serverOptions(options));
    this.#server.maxConnections = options.maxConnections ?? 256;
    this.#server.on('connection', (socket: Socket) => this.#count(socket));
    this.#server.on('request', (request, response) =>
      this.#requests.answer(request, response, this.#hosts),
    );
    // An `Expect` is never met: a body would be asked for before it is known whether anybody wants it.
    this.#server.on('checkContinue', (_, response) => refuse(response, 417));
    this.#server.on('checkExpectation', (_, response) => refuse(response, 417));
    this.#server.on('clientError', (_, socket) => socket.destroy());
    this.#server.on('tlsClientError', (_, socket) => socket.destroy());
  }

  /** Resolves with the port; rejects as `net.Server` does, and may be called again then. Port 0 is any free one. */
  async listen(address: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: address, port, exclusive: true }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const bound = this.#server.address();
    const taken = typeof bound === 'object' && bound !== null ? bound.port : port;
    this.#hosts = new Set(this.#options.names.map((name) => hostHeader(name, taken)));
    return taken;
  }

  /** Hears of it when the server stops by itself. */
  onError(listener: (error: Error) => void): Disposable {
    this.#server.on('error', listener);
    return toDisposable(() => this.#server.off('error', listener));
  }

  /** Resolves when nothing is connected any more and the port is free. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // Nobody is waited for: phones connect again when there is something to connect to.
    for (const sockets of this.#sockets.values()) for (const socket of sockets) socket.destroy();
    await closed;
  }

  dispose(): void {
    void this.close();
  }

  /** A connection counts from its first byte: half a TLS handshake takes a place as well. */
  #count(socket: Socket): void {
    const from = socket.remoteAddress ?? '';
    const sockets = this.#sockets.get(from) ?? new Set();
    if (sockets.size >= (this.#options.maxConnectionsOfOne ?? 48)) {
      socket.destroy();
      return;
    }
    this.#sockets.set(from, sockets.add(socket));
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) this.#sockets.delete(from);
    });
  }
}

function serverOptions({ certificate, headMs = 10_000, requestMs = 15_000 }: LanServerOptions) {
  return {
    key: certificate.key,
    cert: certificate.cert,
    minVersion: 'TLSv1.2' as const,
    handshakeTimeout: headMs,
    headersTimeout: headMs,
    requestTimeout: requestMs,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: Math.min(2000, headMs),
    maxHeaderSize: MAX_HEADER_BYTES,
    keepAlive: true,
    noDelay: true,
  };
}

/** As browsers write it: IPv6 in brackets, without the port that goes without saying. */
function hostHeader(name: string, port: number): string {
  const host = name.includes(':') ? `[${name}]` : name.toLowerCase();
  return port === 443 ? host : `${host}:${port}`;
}
