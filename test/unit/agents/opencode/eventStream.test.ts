import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, httpApi } from '../../../../src/agents/opencode/api.ts';
import { EventStream } from '../../../../src/agents/opencode/eventStream.ts';
import { isJsonObject } from '../../../../src/base/json.ts';
import { waitFor } from '../../../support/waitFor.ts';

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

describe('The server of OpenCode, as we speak to it', () => {
  let server: http.Server;
  let handle: Handler;
  let url: string;
  let stream: EventStream | undefined;
  const got: unknown[] = [];
  const opened: boolean[] = [];

  beforeEach(async () => {
    server = http.createServer((request, response) => handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    got.length = 0;
    opened.length = 0;
  });
  afterEach(async () => {
    stream?.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const api = () => httpApi({ url, password: 'pä55', directory: '/home/dev/a b' });
  const start = async (silenceMs = 10_000) => {
    stream = new EventStream({
      open: (signal) => api().events(signal),
      onOpen: (first) => opened.push(first),
      onEvent: (event) => got.push(event),
      log: () => undefined,
      firstDelayMs: 1,
      silenceMs,
    });
    await stream.start();
  };
  const events = (response: http.ServerResponse) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' });

  it('sends the password and the directory with each request', async () => {
    handle = (request, response) => {
      const query = new URL(request.url ?? '', url).searchParams;
      const { authorization } = request.headers;
      response.end(JSON.stringify({ authorization, directory: query.get('directory') }));
    };
    const authorization = `Basic ${Buffer.from('opencode:pä55').toString('base64')}`;
    for (const answer of [await api().get('/x?limit=1'), await api().post('/x', {})])
      assert.deepEqual(answer, { authorization, directory: '/home/dev/a b' });
  });

  it('says which status it was answered with, and follows nobody elsewhere', async () => {
    handle = (_, response) => response.writeHead(404).end('nothing');
    await assert.rejects(api().get('/x'), (error) => {
      assert.ok(error instanceof ApiError && error.status === 404);
      return true;
    });
    handle = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    await assert.rejects(api().get('/x'), TypeError);
  });

  it('reads events whose characters and lines come in pieces', async () => {
    const bytes = Buffer.from(': a comment\n\nevent: x\ndata: {"text":\ndata: "Ä…"}\n\n');
    handle = (_, response) => {
      events(response);
      void (async () => {
        for (const byte of bytes) {
          response.write(Buffer.from([byte]));
          await sleep(1);
        }
      })();
    };
    await start();
    await waitFor(() => got.length > 0, 'an event');
    assert.deepEqual(got, [{ text: 'Ä…' }]);
  });

  it('connects again, and says so, when its connection ends or cannot be made', async () => {
    let count = 0;
    handle = (_, response) => {
      count++;
      if (count === 2 || count === 3) response.writeHead(503).end();
      else events(response).write(`data: {"n":${count}}\n\n`);
      if (count === 1) setTimeout(() => response.destroy(), 20);
    };
    await start();
    await waitFor(() => got.length === 2, 'the second connection');
    assert.deepEqual(
      got.map((event) => isJsonObject(event) && event['n']),
      [1, 4],
    );
    assert.deepEqual(opened, [true, false]);
  });

  it('takes a connection on which nothing comes for a dead one', async () => {
    handle = (_, response) => {
      events(response).write('data: {}\n\n');
    };
    await start(30);
    await waitFor(() => opened.length >= 2, 'another connection');
  });

  it('does not start when it cannot be connected at all, and ends when it is closed', async () => {
    handle = (_, response) => response.writeHead(401).end();
    await assert.rejects(start(), ApiError);
    handle = (_, response) => {
      events(response).write('data: {}\n\n');
    };
    await start();
    stream?.close();
    await sleep(30);
    assert.equal(opened.length, 1);
  });
});
