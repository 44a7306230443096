import { createParser } from 'eventsource-parser';
import { parseJson } from '../../base/json.ts';

/** What is used of `opencode serve`: https://opencode.ai/docs/server. Paths are without the directory. */
export interface OpenCodeApi {
  /** Rejects with an {@link ApiError} for every status but 2xx, and with a `TypeError` when nobody answers. */
  get(path: string): Promise<unknown>;
  post(path: string, body?: object): Promise<unknown>;
  patch(path: string, body: object): Promise<unknown>;
  /** The events from now on, each as it was sent. Ends when the connection does. */
  events(signal: AbortSignal): Promise<AsyncIterable<unknown>>;
}

/** The server answered with an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, body: string) {
    super(`HTTP ${status}: ${body.slice(0, 500)}`);
    this.status = status;
  }
}

export interface ApiOptions {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly password: string;
  /** Everything is scoped to a directory: without it, the server's own is meant. */
  readonly directory: string;
}

/** Speaks to a server that asks for a password (basic authentication, user `opencode`). */
export function httpApi({ directory, password, url }: ApiOptions): OpenCodeApi {
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`;
  const send = async (method: string, path: string, more: RequestInit = {}) => {
    const target = new URL(path, url);
    target.searchParams.set('directory', directory);
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(target, { redirect: 'error', method, headers, ...more });
    if (!response.ok) throw new ApiError(response.status, await response.text());
    return response;
  };
  const value = async (response: Response) => parseJson(await response.text());
  return {
    get: async (path) => value(await send('GET', path)),
    post: async (path, body = {}) =>
      value(await send('POST', path, { body: JSON.stringify(body) })),
    patch: async (path, body) => value(await send('PATCH', path, { body: JSON.stringify(body) })),
    events: async (signal) => {
      const { body } = await send('GET', '/event', { signal });
      if (!body) throw new ApiError(200, 'no events');
      return parsed(body);
    },
  };
}

/** Characters that chunks cut in two stay whole. */
async function* parsed(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const complete: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => complete.push(data) });
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    for (const data of complete.splice(0)) yield parseJson(data);
  }
}
