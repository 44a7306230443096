import assert from 'node:assert/strict';
import {
  RelayTransport,
  type RelayTransportOptions,
} from '../../../../src/phone/relay/transport.ts';
import { waitFor } from '../../../support/waitFor.ts';

const BOX = 'mailbox_under_test_00001';

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

describe('the relay transport', () => {
  let sent: Sent[];
  let transport: RelayTransport;

  afterEach(() => transport.dispose());

  function dial(
    answer: (sent: Sent, index: number) => Response | Promise<Response>,
    options: Partial<RelayTransportOptions> = {},
  ): RelayTransport {
    sent = [];
    transport = new RelayTransport({
      relay: new URL('https://relay.example/'),
      firstDelayMs: 1,
      fetch: async (input, init = {}) => {
        const each = { url: String(input), init };
        sent.push(each);
        return await answer(each, sent.length - 1);
      },
      ...options,
    });
    return transport;
  }

  it('is up when the page is there, and says why not when it is not', async () => {
    const answers = [200, 404, 502, 507];
    const seen: string[] = [];
    dial((_, index) => new Response('', { status: answers[index] ?? 200 }));
    for (const _ of answers) {
      await transport.start().catch(() => undefined);
      const { status } = transport;
      seen.push(status.state === 'down' ? status.why.message : status.state);
    }
    assert.deepEqual(
      seen.map((each) => each.split('. ')[0]),
      [
        'up',
        'The relay relay.example does not answer as a relay (404)',
        'The relay relay.example is down (502)',
        'The relay relay.example is full (507)',
      ],
    );
  });

  it('says that the relay cannot be reached, and what was not done', async () => {
    dial(() => {
      throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') });
    });
    await assert.rejects(transport.start(), {
      code: 'relayFailed',
      message: /cannot be reached \(getaddrinfo ENOTFOUND\)\. Phones away .* were not reached/,
    });
  });

  it('follows no redirect', async () => {
    dial(() => new Response('', { status: 200 }));
    await transport.start();
    await transport.publish(BOX, 'x');
    transport.subscribe(BOX, () => undefined);
    await transport.close(BOX);
    assert.deepEqual([...new Set(sent.map(({ init }) => init.redirect))], ['error']);
    assert.deepEqual(
      sent.map(({ init }) => init.method ?? 'GET'),
      ['GET', 'POST', 'GET', 'DELETE'],
    );
  });

  it('tries again what may pass, in order', async () => {
    const answers = [429, 500, 503, 507, 202, 202];
    dial((_, index) => new Response('', { status: answers[index] ?? 500 }));
    await Promise.all([transport.publish(BOX, 'one'), transport.publish(BOX, 'two')]);
    assert.deepEqual(
      sent.map(({ init }) => init.body),
      ['one', 'one', 'one', 'one', 'one', 'two'],
    );
  });

  it('does not try again what cannot pass', async () => {
    dial(() => new Response('', { status: 413 }));
    await assert.rejects(
      transport.publish(BOX, 'x'),
      /does not take a message of this size \(413\)/,
    );
    assert.equal(sent.length, 1);
  });

  it('gives up after a while, and takes the next one', async () => {
    let isDown = true;
    dial(() => new Response('', { status: isDown ? 503 : 202 }), { giveUpMs: 20 });
    await assert.rejects(transport.publish(BOX, 'x'), /is down \(503\)/);
    isDown = false;
    await transport.publish(BOX, 'y');
  });

  it('refuses what is too much to wait for, and loses nothing of the rest', async () => {
    const gate = new EventTarget();
    const opened = new Promise((resolve) => gate.addEventListener('open', resolve));
    dial(async () => {
      await opened;
      return new Response('', { status: 202 });
    });
    const all = Array.from({ length: 300 }, (_, index) => transport.publish(BOX, String(index)));
    const settled = Promise.allSettled(all);
    gate.dispatchEvent(new Event('open'));
    const outcomes = await settled;
    assert.deepEqual(
      [outcomes.filter(({ status }) => status === 'rejected').length, sent.length],
      [44, 256],
    );
  });

  it('settles everything that waits when it is disposed', async () => {
    dial(
      ({ init }) =>
        new Promise((_, reject) =>
          init.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
    );
    const waiting = [transport.publish(BOX, 'one'), transport.publish(BOX, 'two')];
    const settled = Promise.allSettled(waiting);
    await waitFor(() => sent.length === 1, 'the first try');
    transport.dispose();
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    await assert.rejects(transport.publish(BOX, 'three'), /is closed/);
    await assert.rejects(transport.start(), /is closed/);
  });

  it('resumes a second before the last event: a restarted relay gives out the same ids again', async () => {
    const texts: string[] = [];
    const date = 'Sat, 21 Nov 2026 14:20:39 GMT';
    const streams = ['', 'id: 1795270900:3\ndata: one\n\n', 'id: strange\ndata: two\n\n'];
    dial((_, index) => {
      const headers = { 'content-type': 'text/event-stream', date };
      return new Response(streams[index] ?? '', { status: 200, headers });
    });
    transport.subscribe(BOX, (text) => texts.push(text));
    await waitFor(() => sent.length >= 4, 'four connections');
    assert.deepEqual(
      sent.slice(0, 4).map(({ init }) => new Headers(init.headers).get('last-event-id')),
      [null, '1795270838:0', '1795270899:0', 'strange'],
    );
    assert.deepEqual(texts, ['one', 'two']);
  });

  it('ends a stream that has no end of line', async () => {
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(0x61)),
      });
    dial(() => {
      const headers = { 'content-type': 'text/event-stream' };
      return new Response(endless(), { status: 200, headers });
    });
    transport.subscribe(BOX, () => undefined);
    await waitFor(() => sent.length >= 2, 'another connection');
    assert.ok(sent[0]?.init.signal?.aborted);
  });

  it('takes a page that is no event stream for no relay', async () => {
    dial(
      () =>
        new Response('<p>Sign in</p>', { status: 200, headers: { 'content-type': 'text/html' } }),
    );
    transport.subscribe(BOX, () => assert.fail('nothing was sent'));
    await waitFor(() => transport.status.state === 'down', 'the refusal');
    assert.ok(transport.status.state === 'down');
    assert.match(transport.status.why.message, /does not answer as a relay \(200\)/);
  });

  it('a name that is no mailbox is never asked for', () => {
    dial(() => new Response('', { status: 200 }));
    assert.throws(() => transport.open('../../etc/passwd'), TypeError);
  });
});
