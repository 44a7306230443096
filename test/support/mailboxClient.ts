import type { IncomingHttpHeaders } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { createParser, type EventSourceMessage } from 'eventsource-parser';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Listening {
  readonly events: readonly EventSourceMessage[];
  /** When the server has ended it. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Does over HTTP what the phone page does in a browser, at the page's address. Any certificate is good enough. */
export class MailboxClient {
  readonly #url: URL;

  constructor(pageUrl: string) {
    this.#url = new URL(pageUrl);
  }

  /** Rejects when the connection ends without an answer. */
  ask(path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = this.#request(path, method, headers, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  /** Leaves an envelope as `fetch` of the page would. */
  leave(mailbox: string, body: string | Buffer): Promise<Answer> {
    return this.ask(`/m/${mailbox}`, {
      method: 'POST',
      headers: { origin: this.#url.origin },
      body,
    });
  }

  /** Resolves when the stream stands. */
  listen(mailbox: string, headers: Readonly<Record<string, string>> = {}): Promise<Listening> {
    const events: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (event) => events.push(event) });
    return new Promise((resolve, reject) => {
      const accept = { accept: 'text/event-stream', ...headers };
      const request = this.#request(`/m/${mailbox}`, 'GET', accept, (response) => {
        const ended = new Promise<void>((done) => response.once('close', done));
        response.on('error', () => undefined);
        response.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
        if (response.statusCode !== 200) reject(new Error(`Status ${response.statusCode}`));
        else resolve({ events, ended, close: () => request.destroy() });
      });
      request.once('error', reject);
      request.end();
    });
  }

  #request(
    path: string,
    method: string,
    headers: Readonly<Record<string, string>>,
    onResponse: (response: http.IncomingMessage) => void,
  ): http.ClientRequest {
    const { hostname, port, protocol } = this.#url;
    const options = { hostname, port, path, method, headers, agent: false };
    return protocol === 'https:'
      ? https.request({ ...options, rejectUnauthorized: false }, onResponse)
      : http.request(options, onResponse);
  }
}
