import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { LanTransportOptions } from '../../../../src/phone/lan/transport.ts';
import { INBOX, type LanUnderTest, OUTBOX, startLan } from '../../../support/lanUnderTest.ts';
import { waitFor } from '../../../support/waitFor.ts';

describe('the LAN server under attack', () => {
  let lan: LanUnderTest;
  let received: string[];

  beforeEach(async () => {
    await start({ maxConnectionsOfOne: 8 });
  });

  afterEach(() => lan.transport.stop());

  async function start(limits: NonNullable<LanTransportOptions['limits']>): Promise<void> {
    lan = await startLan({ limits });
    received = [];
    lan.transport.subscribe(INBOX, (text) => received.push(text));
    lan.transport.open(OUTBOX);
  }

  /** Who is slow is cut off after moments; so would be everybody on a machine that is busy. */
  async function beImpatient(limits: NonNullable<LanTransportOptions['limits']>): Promise<void> {
    await lan.transport.stop();
    await start(limits);
  }

  const port = () => Number(new URL(lan.transport.pageUrl).port);
  const head = (method: string, path: string, ...more: readonly string[]) =>
    [
      `${method} ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port()}`,
      `Origin: https://127.0.0.1:${port()}`,
      ...more,
      '',
      '',
    ].join('\r\n');

  async function dial(): Promise<Dialled> {
    const socket = tls.connect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false });
    const dialled = watch(socket);
    const shaken = new Promise<void>((resolve) => socket.once('secureConnect', () => resolve()));
    await Promise.race([shaken, dialled.closed]);
    return dialled;
  }

  it('cuts off whoever sends its head one letter at a time', async () => {
    await beImpatient({ headMs: 300, requestMs: 3_600_000 });
    const slow = await dial();
    slow.socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
    const drip = setInterval(() => slow.socket.writable && slow.socket.write('a'), 50);
    await slow.closed;
    clearInterval(drip);
    assert.equal((await lan.page.ask('/')).status, 200);
  });

  it('cuts off whoever sends its body one letter at a time', async () => {
    await beImpatient({ headMs: 600, requestMs: 600 });
    const slow = await dial();
    slow.socket.write(head('POST', `/m/${INBOX}`, 'Content-Length: 1000'));
    const drip = setInterval(() => slow.socket.writable && slow.socket.write('a'), 50);
    await slow.closed;
    clearInterval(drip);
    assert.deepEqual(received, []);
    assert.equal((await lan.page.leave(INBOX, 'good')).status, 201);
  });

  it('cuts off whoever does not shake hands', async () => {
    await beImpatient({ headMs: 300 });
    const socket = net.connect(port(), '127.0.0.1');
    await watch(socket).closed;
    assert.equal((await lan.page.ask('/')).status, 200);
  });

  it('reads no more of a megabyte than it allows, announced or not', async () => {
    const announced = await dial();
    announced.socket.write(head('POST', `/m/${INBOX}`, 'Content-Length: 1048576'));
    await announced.closed;
    const chunked = await dial();
    chunked.socket.write(head('POST', `/m/${INBOX}`, 'Transfer-Encoding: chunked'));
    const piece = `1000\r\n${'x'.repeat(4096)}\r\n`;
    for (let sent = 0; sent < 256 && chunked.socket.writable; sent++) {
      chunked.socket.write(piece);
      await new Promise(setImmediate);
    }
    if (chunked.socket.writable) chunked.socket.write('0\r\n\r\n');
    await chunked.closed;
    assert.match(announced.text(), /^HTTP\/1\.1 413 /);
    assert.deepEqual(received, []);
    assert.equal((await lan.page.leave(INBOX, 'good')).status, 201);
  });

  it('takes so many connections of one address, and others when they end', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => dial()));
    await waitFor(() => many.filter((each) => each.socket.destroyed).length >= 12, '12 to be cut');
    assert.equal(many.filter((each) => !each.socket.destroyed).length, 8);
    for (const each of many) each.socket.destroy();
    await Promise.all(many.map((each) => each.closed));
    await answers(lan);
  });

  const smuggled: Readonly<Record<string, readonly string[]>> = {
    'two lengths': ['Content-Length: 5', 'Content-Length: 6'],
    'a length and chunks': ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    'chunks that are none': ['Transfer-Encoding: chunked, identity'],
    'a length that is none': ['Content-Length: +5'],
    'a space before the colon': ['Content-Length : 5'],
    'a folded line': ['X-A: b', ' Content-Length: 5'],
  };
  for (const [what, lines] of Object.entries(smuggled)) {
    it(`takes no request with ${what}`, async () => {
      const dialled = await dial();
      dialled.socket.write(
        `${head('POST', `/m/${INBOX}`, ...lines)}0\r\n\r\n${head('GET', '/app.js')}`,
      );
      await dialled.closed;
      assert.doesNotMatch(dialled.text(), /HTTP\/1\.1 2/);
      assert.deepEqual(received, []);
      assert.equal((await lan.page.ask('/')).status, 200);
    });
  }

  it('answers nothing that stands behind a refused request', async () => {
    const dialled = await dial();
    dialled.socket.write(`${head('DELETE', '/')}${head('GET', '/')}`);
    await dialled.closed;
    assert.deepEqual(dialled.text().match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 405']);
  });

  it('asks for no body that it would not take', async () => {
    const dialled = await dial();
    dialled.socket.write(head('POST', `/m/${INBOX}`, 'Content-Length: 5', 'Expect: 100-continue'));
    await dialled.closed;
    assert.match(dialled.text(), /^HTTP\/1\.1 417 /);
  });

  it('takes no head of more than eight kilobytes', async () => {
    const dialled = await dial();
    dialled.socket.write(head('GET', '/', `X-Long: ${'x'.repeat(9000)}`));
    await dialled.closed;
    assert.doesNotMatch(dialled.text(), /HTTP\/1\.1 2/);
  });

  it('speaks neither plain HTTP nor TLS before 1.2', async () => {
    const socket = net.connect(port(), '127.0.0.1');
    const plain = watch(socket);
    socket.write(head('GET', '/'));
    await plain.closed;
    assert.equal(plain.text(), '');
    const old = tls.connect({
      port: port(),
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const [error] = await once(old, 'error');
    assert.match(String(error), /protocol|alert|version/i);
  });

  it('cuts off a phone that does not read, and it resumes with what it missed', async () => {
    const dialled = await dial();
    dialled.socket.write(head('GET', `/m/${OUTBOX}`));
    await once(dialled.socket, 'data');
    dialled.socket.pause();
    const envelope = 'x'.repeat(16_000);
    for (let count = 0; count < 2000 && !dialled.socket.destroyed; count++) {
      await lan.transport.publish(OUTBOX, envelope);
      if (count % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    dialled.socket.resume();
    await dialled.closed;
    await lan.transport.publish(OUTBOX, 'last');
    const again = await lan.page.listen(OUTBOX, { 'last-event-id': 'of-another-life' });
    await waitFor(() => again.events.at(-1)?.data === 'last', 'the last envelope');
    assert.equal(again.events.length, 256);
    again.close();
  });

  it('a broken subscriber changes nothing for the phone', async () => {
    const { page, transport } = lan;
    const errors: unknown[] = [];
    transport.subscribe(INBOX, () => {
      throw new Error('A bug of ours');
    });
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => errors.push(error));
    try {
      assert.equal((await page.leave(INBOX, 'x')).status, 201);
      await waitFor(() => errors.length === 1, 'the bug to be reported');
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of before) process.on('uncaughtException', listener);
    }
    assert.equal((await page.ask('/')).status, 200);
  });
});

interface Dialled {
  readonly socket: net.Socket;
  readonly closed: Promise<void>;
  text(): string;
}

function watch(socket: net.Socket): Dialled {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, closed, text: () => text };
}

/** Once its sockets are gone on the server's side too. */
async function answers({ page }: LanUnderTest): Promise<void> {
  for (;;) {
    const answer = await page.ask('/').catch(() => undefined);
    if (answer?.status === 200) return;
  }
}
