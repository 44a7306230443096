import { createParser } from 'eventsource-parser';
import { parseJson } from '../../base/json.ts';
import { noAnswer } from './errors.ts';

/** What is used of `opencode serve`: https://opencode.ai/docs/server. Paths are without the directory. */
export interface OpenCodeApi {
  /**
   * Rejects with an {@link ApiError} for every status but 2xx, with a `TypeError` when the connection fails, and with a
   * `UserError` when the answer does not come in time: whether the server does what it was told is not known then.
   */
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
  /** How long the server may take to answer, in milliseconds; two minutes unless set. */
  readonly limitMs?: number;
}

/** Its first answers can take long: it installs what plugins need. */
const LIMIT_MS = 120_000;

/** Speaks to a server that asks for a password (basic authentication, user `opencode`). */
export function httpApi(options: ApiOptions): OpenCodeApi {
  const { directory, limitMs = LIMIT_MS, password, url } = options;
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`;
  const send = async (method: string, path: string, more: RequestInit = {}) => {
    const target = new URL(path, url);
    target.searchParams.set('directory', directory);
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(target, { redirect: 'error', method, headers, ...more });
    if (!response.ok) throw new ApiError(response.status, await response.text());
    return response;
  };
  const call = (method: string, path: string, body?: object) =>
    limited(limitMs, async (signal) => {
      const more = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await send(method, path, { ...more, signal });
      return parseJson(await response.text());
    });
  return {
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    events: async (closed) => {
      // Only until they begin: what follows may be as long as it likes.
      const { body } = await limited(limitMs, (limit) =>
        send('GET', '/event', { signal: AbortSignal.any([closed, limit]) }),
      );
      if (!body) throw new ApiError(200, 'no events');
      return parsed(body);
    },
  };
}

/** Cuts a call off that takes too long. */
async function limited<T>(
  milliseconds: number,
  call: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(noAnswer(milliseconds)), milliseconds);
  timer.unref();
  try {
    return await call(limit.signal);
  } finally {
    clearTimeout(timer);
  }
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
