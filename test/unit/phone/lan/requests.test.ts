import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  INBOX,
  type LanUnderTest,
  OUTBOX,
  pageFolder,
  startLan,
} from '../../../support/lanUnderTest.ts';
import { waitFor } from '../../../support/waitFor.ts';

describe('what the LAN server answers', () => {
  let lan: LanUnderTest;
  let received: string[];

  beforeEach(async () => {
    lan = await startLan();
    received = [];
    lan.transport.subscribe(INBOX, (text) => received.push(text));
    lan.transport.open(OUTBOX);
  });

  afterEach(() => lan.transport.stop());

  const host = () => new URL(lan.transport.pageUrl).host;
  const origin = () => new URL(lan.transport.pageUrl).origin;

  it('the files of the page, with headers that keep everything foreign out', async () => {
    const { status, headers, body } = await lan.page.ask('/');
    assert.equal(status, 200);
    assert.match(body, /Countersign/);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'none'; script-src 'self'/,
    );
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['strict-transport-security'], undefined);
    assert.equal(headers['access-control-allow-origin'], undefined);
    const icon = await lan.page.ask('/icons/icon.png');
    assert.deepEqual([icon.status, icon.headers['content-type']], [200, 'image/png']);
  });

  it('"not modified" for a file that the browser has', async () => {
    const { headers } = await lan.page.ask('/app.js');
    const again = await lan.page.ask('/app.js', {
      headers: { 'if-none-match': String(headers.etag) },
    });
    assert.deepEqual([again.status, again.body], [304, '']);
  });

  it('no file but those of the page', async () => {
    const paths = [
      '/secret.html',
      '/../secret.html',
      '/%2e%2e/secret.html',
      '/icons/../../secret.html',
      '/..%2fsecret.html',
      '/..\\secret.html',
      '//etc/passwd',
      '/icons/',
      '/__proto__',
    ];
    const answers = await Promise.all(paths.map((each) => lan.page.ask(each)));
    assert.deepEqual(
      answers.map(({ status, body }) => ({ status, body })),
      paths.map(() => ({ status: 404, body: '' })),
    );
  });

  it('no link out of the folder', async () => {
    const folder = pageFolder();
    fs.symlinkSync(path.join(folder, '../secret.html'), path.join(folder, 'link.html'));
    const other = await startLan({ pageFolder: folder });
    try {
      assert.equal((await other.page.ask('/link.html')).status, 404);
    } finally {
      await other.transport.stop();
    }
  });

  it('an envelope that a phone leaves reaches the extension', async () => {
    const { status } = await lan.page.leave(INBOX, '{"sealed":"é"}');
    assert.equal(status, 201);
    assert.deepEqual(received, ['{"sealed":"é"}']);
  });

  it('nobody who comes by another name: DNS that was bent to this address', async () => {
    const names = [
      'evil.example',
      `evil.example:${new URL(origin()).port}`,
      'localhost',
      '127.0.0.1',
    ];
    for (const name of names) {
      const headers = { host: name, origin: `https://${name}` };
      const asked = [
        await lan.page.ask('/', { headers }),
        await lan.page.ask(`/m/${OUTBOX}`, { headers }),
        await lan.page.ask(`/m/${INBOX}`, { method: 'POST', headers, body: 'x' }),
      ];
      assert.deepEqual(
        asked.map(({ status }) => status),
        [421, 421, 421],
        name,
      );
    }
    assert.deepEqual(received, []);
  });

  it('whoever comes by its name in mDNS, in any letters', async () => {
    const name = `${os.hostname().split('.')[0]}.LOCAL:${new URL(origin()).port}`;
    assert.equal((await lan.page.ask('/', { headers: { host: name } })).status, 200);
  });

  it('no page of another origin, whatever it sends', async () => {
    const foreign: readonly Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: `http://${host()}` },
      { origin: 'null' },
      { origin: `${origin()}.evil.example` },
      { origin: origin(), 'sec-fetch-site': 'cross-site' },
      { origin: origin(), 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of foreign) {
      const left = await lan.page.ask(`/m/${INBOX}`, { method: 'POST', headers, body: 'x' });
      const listened = await lan.page.ask(`/m/${OUTBOX}`, { headers });
      assert.deepEqual([left.status, listened.status], [403, 403], JSON.stringify(headers));
    }
    assert.deepEqual(received, []);
  });

  it('no envelope that does not say where it comes from', async () => {
    const { status } = await lan.page.ask(`/m/${INBOX}`, { method: 'POST', body: 'x' });
    assert.deepEqual([status, received], [403, []]);
  });

  it('no method but those of a mailbox and of a page', async () => {
    const headers = { origin: origin() };
    const asked: readonly [string, string, number][] = [
      ['DELETE', `/m/${INBOX}`, 405],
      ['PUT', `/m/${INBOX}`, 405],
      ['OPTIONS', `/m/${INBOX}`, 405],
      ['HEAD', `/m/${OUTBOX}`, 405],
      ['TRACE', '/', 405],
      ['POST', '/', 405],
    ];
    for (const [method, where, status] of asked)
      assert.equal((await lan.page.ask(where, { method, headers })).status, status, method);
  });

  it('a mailbox is used in one direction only', async () => {
    const left = await lan.page.leave(OUTBOX, 'x');
    const listened = await lan.page.ask(`/m/${INBOX}`);
    assert.deepEqual([left.status, listened.status], [404, 404]);
  });

  it('thousands of guesses stop after twenty, and phones that are paired do not notice', async () => {
    const guesses = Array.from({ length: 60 }, (_, index) => `guess_number_${index}_of_very_many`);
    const statuses: number[] = [];
    for (const guess of guesses) statuses.push((await lan.page.leave(guess, 'x')).status);
    assert.deepEqual(
      [
        statuses.filter((each) => each === 404).length,
        statuses.filter((each) => each === 429).length,
      ],
      [20, 40],
    );
    assert.equal((await lan.page.ask(`/m/${guesses[0]}`)).headers['retry-after'], '60');
    assert.equal((await lan.page.leave(INBOX, 'good')).status, 201);
    lan.clock.advance(60_000);
    assert.equal((await lan.page.leave('guess_after_a_minute_0001', 'x')).status, 404);
    assert.deepEqual(received, ['good']);
  });

  it('an envelope of 16,384 bytes, and none of more', async () => {
    const largest = 'x'.repeat(16_384);
    assert.equal((await lan.page.leave(INBOX, largest)).status, 201);
    assert.equal((await lan.page.leave(INBOX, `${largest}x`)).status, 413);
    assert.deepEqual(received, [largest]);
  });

  it('nothing that is not text', async () => {
    const { status } = await lan.page.leave(INBOX, Buffer.from([0x7b, 0xff, 0xfe]));
    assert.deepEqual([status, received], [400, []]);
  });

  it('a phone that listens gets what is published from then on, and the rest after a cut', async () => {
    await lan.transport.publish(OUTBOX, 'before');
    const first = await lan.page.listen(OUTBOX);
    await lan.transport.publish(OUTBOX, 'one');
    await lan.transport.publish(OUTBOX, 'two\nid: 99\r\ndata: forged');
    await waitFor(() => first.events.length === 2, 'two events');
    assert.deepEqual(
      first.events.map((event) => event.data),
      ['one', 'two\nid: 99\ndata: forged'],
    );
    first.close();
    await lan.transport.publish(OUTBOX, 'three');
    const last = first.events[0]?.id ?? '';
    const byHeader = await lan.page.listen(OUTBOX, { 'last-event-id': last });
    const byQuery = await lan.page.listen(`${OUTBOX}?last_event_id=${last}`);
    for (const again of [byHeader, byQuery]) {
      await waitFor(() => again.events.length === 2, 'two events again');
      assert.deepEqual(
        again.events.map((event) => event.data),
        ['two\nid: 99\ndata: forged', 'three'],
      );
      again.close();
    }
  });

  it('a revoked phone is told so, now and whenever it comes back', async () => {
    const before = await lan.page.listen(OUTBOX);
    await lan.transport.publish(OUTBOX, 'secret');
    await lan.transport.close(OUTBOX);
    await lan.transport.close(INBOX);
    await before.ended;
    const after = await lan.page.listen(OUTBOX, { 'last-event-id': before.events[0]?.id ?? '' });
    await after.ended;
    assert.deepEqual(
      before.events.map((event) => event.event ?? event.data),
      ['secret', 'gone'],
    );
    assert.deepEqual(
      after.events.map((event) => event.event ?? event.data),
      ['gone'],
    );
    assert.equal((await lan.page.leave(INBOX, 'late')).status, 410);
    assert.deepEqual(received, []);
  });
});
