import assert from 'node:assert/strict';
import { Connection, type ConnectionState } from '../../../webview/phone/connection.ts';
import { waitFor } from '../../support/waitFor.ts';

describe('the connection of the phone page', () => {
  it('is connected only when the desktop itself has answered', async () => {
    const page = new FakePage();
    page.connection.start();
    await page.opened(1);
    assert.deepEqual(page.kinds(), []);
    assert.equal(page.syncs, 1);
    page.send(1, 'id: 7\ndata: forged\n\n');
    await page.taken(1);
    assert.deepEqual(page.kinds(), []);
    page.send(1, 'id: 8\ndata: desktop\n\n');
    await page.taken(2);
    assert.deepEqual(page.kinds(), ['connected']);
  });

  it('says that the desktop cannot be reached when only the relay answers', async () => {
    const page = new FakePage();
    page.connection.start();
    await page.opened(1);
    page.pass(10_000);
    assert.deepEqual(page.states.at(-1), {
      kind: 'unreachable',
      since: undefined,
      cause: 'desktop',
    });
    page.send(1, 'data: desktop\n\n');
    await page.taken(1);
    assert.deepEqual(page.kinds(), ['unreachable', 'connected']);
  });

  it('says at once that it reconnects, resumes where it was, and is connected again', async () => {
    const page = await connected();
    const heard = page.now;
    page.pass(3000);
    page.cut(1);
    await page.changed(2);
    assert.deepEqual(page.states.at(-1), { kind: 'reconnecting', since: heard });
    page.pass(500);
    await page.opened(2);
    assert.equal(page.requests[1]?.lastEventId, '8');
    assert.equal(page.kinds().at(-1), 'reconnecting');
    page.send(2, 'data: desktop\n\n');
    await page.changed(3);
    assert.deepEqual(page.kinds(), ['connected', 'reconnecting', 'connected']);
  });

  it('asks the relay for a second more than it has: its numbers begin again when it is restarted', async () => {
    const page = await connected();
    page.send(1, 'id: 1700000000:3\ndata: desktop\n\n');
    await page.taken(2);
    page.cut(1);
    await page.changed(2);
    page.pass(500);
    await page.opened(2);
    assert.equal(page.requests[1]?.lastEventId, '1699999999:0');
  });

  it('counts comments as signs of life, and gives a silent stream up after 90 s', async () => {
    const page = await connected();
    page.hidden = true;
    for (let i = 0; i < 5; i++) {
      page.pass(30_000);
      page.send(1, ': still here\n\n');
      await page.turn();
    }
    assert.deepEqual(page.kinds(), ['connected']);
    page.pass(89_000);
    assert.deepEqual(page.kinds(), ['connected']);
    page.pass(2000);
    assert.deepEqual(page.kinds(), ['connected', 'reconnecting']);
  });

  it('asks a desktop that is silent for long whether it is there', async () => {
    const page = await connected();
    page.pass(45_000);
    assert.equal(page.syncs, 2);
    page.pass(10_000);
    assert.deepEqual(page.states.at(-1), {
      kind: 'unreachable',
      since: START,
      cause: 'desktop',
    });
  });

  it('asks again for what could not be kept, and not all the time', async () => {
    const page = await connected();
    page.keepFails = true;
    for (let i = 0; i < 3; i++) {
      page.send(1, 'data: desktop\n\n');
      await page.turn();
    }
    assert.equal(page.syncs, 1);
    page.pass(2000);
    assert.equal(page.syncs, 2);
    page.pass(7000);
    assert.equal(page.syncs, 2);
  });

  it('waits longer after each failure, never longer than 30 s, and says that it is unreachable', async () => {
    const page = await connected();
    page.refuse = 'network';
    page.cut(1);
    await page.changed(2);
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      const before = page.now;
      const count = page.requests.length;
      while (page.requests.length === count) page.pass(100);
      waits.push(page.now - before);
      await page.turn();
    }
    assert.deepEqual(waits, [300, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    assert.deepEqual(page.kinds(), ['connected', 'reconnecting', 'unreachable']);
  });

  it('does not wait when the network or the person is back', async () => {
    const page = await connected();
    page.refuse = 'network';
    page.cut(1);
    await page.changed(2);
    for (let i = 0; i < 60; i++) {
      page.pass(1000);
      await page.turn();
    }
    const count = page.requests.length;
    page.refuse = undefined;
    page.connection.wake();
    assert.equal(page.requests.length, count + 1);
    await page.opened(count + 1);
    page.send(count + 1, 'data: desktop\n\n');
    await page.changed(4);
    assert.equal(page.kinds().at(-1), 'connected');
  });

  it('does not claim to be connected after a long sleep, before the desktop has answered', async () => {
    const page = await connected();
    page.sleep(60_000);
    page.connection.wake();
    assert.deepEqual(page.states.at(-1), { kind: 'reconnecting', since: START });
    assert.equal(page.syncs, 2);
    assert.equal(page.requests.length, 1);
    page.send(1, 'data: desktop\n\n');
    await page.changed(3);
    assert.equal(page.kinds().at(-1), 'connected');
    page.sleep(100_000);
    page.connection.wake();
    assert.equal(page.requests.length, 2);
    assert.equal(page.kinds().at(-1), 'reconnecting');
  });

  it('gives a stream up that does not open', async () => {
    const page = new FakePage();
    page.refuse = 'never';
    page.connection.start();
    page.pass(15_500);
    assert.equal(page.requests.length, 2);
    assert.equal(page.requests[0]?.aborted, true);
    page.pass(5000);
    assert.deepEqual(page.states, [{ kind: 'unreachable', since: undefined, cause: 'network' }]);
  });

  it('is unreachable at once without a network, and says when the server refuses', async () => {
    const page = await connected();
    page.connection.offline();
    assert.deepEqual(page.states.at(-1), { kind: 'unreachable', since: START, cause: 'network' });
    const refused = new FakePage();
    refused.refuse = 'server';
    refused.connection.start();
    for (let i = 0; i < 21; i++) {
      await refused.turn();
      refused.pass(1000);
    }
    assert.deepEqual(refused.states.at(-1), {
      kind: 'unreachable',
      since: undefined,
      cause: 'server',
    });
  });

  it('loses the connection when what it asks does not leave', async () => {
    const page = await connected();
    page.syncFails = true;
    page.pass(45_000);
    await page.changed(2);
    assert.equal(page.kinds().at(-1), 'reconnecting');
  });

  it('ends when the mailbox is gone, and never comes back by itself', async () => {
    const page = await connected();
    page.send(1, 'event: gone\ndata: \n\n');
    await page.changed(2);
    assert.equal(page.kinds().at(-1), 'gone');
    page.pass(600_000);
    page.connection.wake();
    page.connection.offline();
    assert.equal(page.requests.length, 1);
    assert.equal(page.kinds().at(-1), 'gone');
  });

  it('holds no stream while another page listens, and is back when it is looked at', async () => {
    const page = await connected();
    page.connection.pause();
    page.pass(600_000);
    await page.turn();
    assert.equal(page.requests.length, 1);
    assert.deepEqual(page.kinds(), ['connected', 'connecting']);
    page.connection.wake();
    await page.opened(2);
    page.send(2, 'data: desktop\n\n');
    await page.changed(3);
    assert.equal(page.kinds().at(-1), 'connected');
  });

  it('says that it is unreachable when that does not succeed', async () => {
    const page = await connected();
    page.connection.pause();
    page.connection.wake();
    page.pass(20_000);
    assert.equal(page.kinds().at(-1), 'unreachable');
  });

  it('leaves nothing behind when it is stopped', async () => {
    const page = await connected();
    page.connection.stop();
    assert.equal(page.timers.size, 0);
    assert.equal(page.requests[0]?.aborted, true);
    await page.turn();
    assert.equal(page.timers.size, 0);
  });
});

const START = 1_700_000_000_000;

async function connected(): Promise<FakePage> {
  const page = new FakePage();
  page.connection.start();
  await page.opened(1);
  page.send(1, 'id: 8\ndata: desktop\n\n');
  await page.changed(1);
  assert.deepEqual(page.kinds(), ['connected']);
  return page;
}

interface FakeRequest {
  readonly lastEventId: string | undefined;
  readonly body: ReadableStreamDefaultController<Uint8Array>;
  aborted: boolean;
}

/** A page whose time passes only when the test says so. Envelopes with the text `desktop` are genuine. */
class FakePage {
  now = START;
  hidden = false;
  refuse: 'network' | 'server' | 'never' | undefined;
  syncFails = false;
  keepFails = false;
  syncs = 0;
  readonly states: ConnectionState[] = [];
  readonly requests: FakeRequest[] = [];
  readonly timers = new Set<{ readonly at: number; readonly run: () => void }>();
  #taken = 0;

  readonly connection = new Connection({
    path: '/m/box',
    lastEventId: undefined,
    ports: {
      fetch: (path, init) => this.#fetch(path, init),
      now: () => this.now,
      after: (milliseconds, run) => {
        const timer = { at: this.now + milliseconds, run };
        this.timers.add(timer);
        return () => this.timers.delete(timer);
      },
      random: () => 0,
      isVisible: () => !this.hidden,
    },
    onEnvelope: async (text) => {
      this.#taken++;
      if (this.keepFails) throw new Error('Not kept.');
      return text === 'desktop';
    },
    sync: async () => {
      this.syncs++;
      if (this.syncFails) throw new Error('Not sent.');
    },
    onChange: (state) => this.states.push(state),
  });

  kinds(): string[] {
    return this.states.map(({ kind }) => kind);
  }

  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const next = [...this.timers].sort((a, b) => a.at - b.at).find(({ at }) => at <= end);
      if (!next) break;
      this.timers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = end;
  }

  /** Time passes, but a sleeping phone runs no timer. */
  sleep(milliseconds: number): void {
    this.now += milliseconds;
  }

  send(request: number, text: string): void {
    this.requests[request - 1]?.body.enqueue(new TextEncoder().encode(text));
  }

  cut(request: number): void {
    this.requests[request - 1]?.body.error(new TypeError('network error'));
  }

  async opened(request: number): Promise<void> {
    await waitFor(() => this.requests.length >= request && this.syncs > 0, 'the stream');
    await this.turn();
  }

  taken(count: number): Promise<void> {
    return waitFor(() => this.#taken >= count, 'the envelope').then(() => this.turn());
  }

  changed(count: number): Promise<void> {
    return waitFor(() => this.states.length >= count, 'another state');
  }

  async turn(): Promise<void> {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    assert.equal(path, '/m/box');
    const headers = new Headers(init.headers);
    assert.equal(headers.get('accept'), 'text/event-stream');
    return new Promise((resolve, reject) => {
      let body: ReadableStreamDefaultController<Uint8Array> | undefined;
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => {
          body = controller;
        },
      });
      assert.ok(body);
      const request: FakeRequest = {
        lastEventId: headers.get('last-event-id') ?? undefined,
        body,
        aborted: false,
      };
      this.requests.push(request);
      init.signal?.addEventListener('abort', () => {
        request.aborted = true;
        reject(new DOMException('Aborted', 'AbortError'));
      });
      if (this.refuse === 'network') reject(new TypeError('Failed to fetch'));
      else if (this.refuse === 'server') resolve(new Response('', { status: 502 }));
      else if (this.refuse !== 'never') resolve(new Response(stream));
    });
  }
}
