import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { PAGE_HEADERS } from '../../src/phone/lan/headers.ts';
import { RelayTransport, type RelayTransportOptions } from '../../src/phone/relay/transport.ts';
import type { TransportStatus } from '../../src/phone/transport.ts';
import { MailboxClient } from '../support/mailboxClient.ts';
import { Relay } from '../support/nginx.ts';
import { waitFor } from '../support/waitFor.ts';

const INBOX = 'inbox_of_the_extension_1';
const OUTBOX = 'outbox_to_the_phone_0001';
/** As the page does: workers that have just started may not yet tell each other of what is new. */
const BEGINNING = { 'last-event-id': '1:0' };

describe('the relay, with the real nginx', () => {
  let relay: Relay;
  let page: MailboxClient;
  const transports: RelayTransport[] = [];

  beforeEach(async () => {
    relay = await Relay.start();
    page = new MailboxClient(relay.url);
  });

  afterEach(async () => {
    for (const transport of transports.splice(0)) transport.dispose();
    await relay.dispose();
  });

  function dial(options: Partial<RelayTransportOptions> = {}): RelayTransport {
    const transport = new RelayTransport({
      relay: new URL(relay.url),
      firstDelayMs: 20,
      ...options,
    });
    transports.push(transport);
    return transport;
  }

  /** Listens at {@link INBOX}, and waits until the relay knows. */
  async function listening(transport: RelayTransport): Promise<string[]> {
    const received: string[] = [];
    transport.subscribe(INBOX, (text) => received.push(text));
    await waitFor(() => transport.status.state === 'up', 'the relay');
    return received;
  }

  it('carries envelopes both ways, in order', async () => {
    const transport = dial();
    await transport.start();
    const received = await listening(transport);
    const phone = await page.listen(OUTBOX, BEGINNING);
    const envelopes = Array.from({ length: 100 }, (_, index) => `{"n":${index},"x":"é"}`);
    await Promise.all(envelopes.map((each) => transport.publish(OUTBOX, each)));
    for (const each of envelopes) assert.equal((await page.leave(INBOX, each)).status, 201);
    await waitFor(() => phone.events.length >= 100 && received.length >= 100, 'all envelopes');
    assert.deepEqual(
      phone.events.map((event) => event.data),
      envelopes,
    );
    assert.deepEqual(received, envelopes);
    phone.close();
  });

  it('a phone that was cut off resumes with nothing lost', async () => {
    const transport = dial();
    const before = await page.listen(OUTBOX, BEGINNING);
    await transport.publish(OUTBOX, 'one');
    await waitFor(() => before.events.length === 1, 'the first envelope');
    before.close();
    for (const each of ['two', 'three']) await transport.publish(OUTBOX, each);
    const after = await page.listen(OUTBOX, { 'last-event-id': before.events[0]?.id ?? '' });
    await transport.publish(OUTBOX, 'four');
    await waitFor(() => after.events.length >= 3, 'the others');
    assert.deepEqual(
      after.events.map((event) => event.data),
      ['two', 'three', 'four'],
    );
    after.close();
  });

  it('the extension loses nothing that was left while it was cut off, even before its first envelope', async () => {
    let isCut = false;
    const cuts: AbortController[] = [];
    const cutting: typeof fetch = (input, init) => {
      if (isCut) return Promise.reject(new TypeError('fetch failed'));
      const cut = new AbortController();
      cuts.push(cut);
      const signal = AbortSignal.any([cut.signal, ...(init?.signal ? [init.signal] : [])]);
      return fetch(input, { ...init, signal });
    };
    const transport = dial({ fetch: cutting });
    const received = await listening(transport);
    isCut = true;
    for (const each of cuts) each.abort();
    await waitFor(() => transport.status.state === 'down', 'the cut to be seen');
    for (const each of ['one', 'two']) await page.leave(INBOX, each);
    isCut = false;
    await waitFor(() => received.length >= 2, 'what was left');
    assert.deepEqual([received, transport.status.state], [['one', 'two'], 'up']);
  });

  it('a connection that has died without a word is noticed and replaced', async () => {
    const transport = dial({ silenceMs: 400, tryMs: 400 });
    const statuses = watchStatus(transport);
    const received = await listening(transport);
    relay.freeze();
    await waitFor(() => transport.status.state === 'down', 'the silence to be noticed');
    const down = transport.status;
    assert.ok(down.state === 'down');
    assert.match(down.why.message, /has gone silent/);
    relay.thaw();
    await waitFor(() => transport.status.state === 'up', 'the relay to be back');
    await page.leave(INBOX, 'after the cut');
    await waitFor(() => received.length > 0, 'an envelope');
    assert.deepEqual([...new Set(received)], ['after the cut']);
    assert.deepEqual(statuses.slice(0, 3), ['up', 'down', 'up']);
  });

  it('a restarted relay has forgotten everything and goes on', async () => {
    const transport = dial();
    const statuses = watchStatus(transport);
    const received = await listening(transport);
    await page.leave(INBOX, 'before');
    await waitFor(() => received.length === 1, 'the first envelope');
    const phone = await page.listen(OUTBOX, BEGINNING);
    await transport.publish(OUTBOX, 'card');
    await waitFor(() => phone.events.length === 1, 'the card');
    await relay.stop();
    await phone.ended;
    // Nchan's ids are of a second and begin again; a page that resumes within it asks for what is open instead.
    await sleep(1100);
    const late = transport.publish(OUTBOX, 'sent while it was down');
    await waitFor(() => transport.status.state === 'down', 'the end to be seen');
    await relay.start();
    await waitFor(() => transport.status.state === 'up', 'the relay to be back');
    const again = await page.listen(OUTBOX, { 'last-event-id': phone.events[0]?.id ?? '' });
    await late;
    await page.leave(INBOX, 'after');
    await waitFor(() => received.length === 2 && again.events.length > 0, 'both ways to work');
    assert.deepEqual(received, ['before', 'after']);
    assert.deepEqual(
      again.events.map((event) => event.data),
      ['sent while it was down'],
    );
    assert.deepEqual([statuses[0], statuses.at(-1)], ['up', 'up']);
    again.close();
  });

  it('a closed mailbox is empty, and who listens there is cut off', async () => {
    const transport = dial();
    const phone = await page.listen(OUTBOX, BEGINNING);
    await transport.publish(OUTBOX, 'secret');
    await waitFor(() => phone.events.length === 1, 'the envelope');
    await transport.close(OUTBOX);
    await phone.ended;
    const again = await page.listen(OUTBOX, { 'last-event-id': '1:0' });
    await sleep(300);
    assert.deepEqual(again.events, []);
    again.close();
  });

  it('twenty devices share it', async () => {
    const transport = dial();
    const counts = new Map<string, number>();
    const mailboxes = Array.from({ length: 20 }, (_, index) => `device_number_${index}_of_twenty`);
    for (const mailbox of mailboxes)
      transport.subscribe(mailbox, () => counts.set(mailbox, (counts.get(mailbox) ?? 0) + 1));
    await waitFor(() => transport.status.state === 'up', 'all mailboxes');
    await Promise.all(mailboxes.flatMap((each) => [page.leave(each, 'a'), page.leave(each, 'b')]));
    await waitFor(() => [...counts.values()].reduce((a, b) => a + b, 0) >= 40, '40 envelopes');
    assert.deepEqual([...new Set(counts.values())], [2]);
  });

  it('refuses pages of other origins, large messages and names that are none', async () => {
    const foreign = { origin: 'https://evil.example' };
    const own = { origin: new URL(relay.url).origin };
    const post = (headers: Record<string, string>, body: string | Buffer = 'x') =>
      page.ask(`/m/${INBOX}`, { method: 'POST', headers, body });
    const asked = [
      await post(foreign),
      await post({ origin: 'null' }),
      await post({ ...own, 'sec-fetch-site': 'cross-site' }),
      await page.ask(`/m/${INBOX}`, { headers: foreign }),
      await page.ask('/m/short'),
      await page.ask(`/m/${'x'.repeat(65)}`),
      await page.ask('/link.html'),
      await page.ask('/../secret.html'),
    ];
    assert.deepEqual(
      asked.map(({ status }) => status),
      [403, 403, 403, 403, 404, 404, 404, 400],
    );
    assert.equal((await post(own, 'x'.repeat(16_384))).status, 202);
    const tooLarge = await post(own, Buffer.alloc(1024 * 1024)).catch(() => undefined);
    assert.ok(tooLarge === undefined || tooLarge.status === 413);
  });

  it('writes no name of a mailbox and no address anywhere', async () => {
    await page.leave(INBOX, Buffer.alloc(20_000)).catch(() => undefined);
    await page.ask(`/m/${INBOX}`, { method: 'POST', headers: { origin: 'null' }, body: 'x' });
    await page.ask(`/m/${INBOX}/../../x`);
    await relay.stop();
    assert.doesNotMatch(relay.errors, new RegExp(INBOX));
    assert.doesNotMatch(relay.errors, /127\.0\.0\.1/);
  });

  it('serves the page with the headers of the local network, for HTTPS also HSTS', async () => {
    const secure = await Relay.start({ tls: true });
    try {
      const securePage = new MailboxClient(secure.url);
      const { headers, status, body } = await securePage.ask('/');
      assert.deepEqual([status, headers['content-type']], [200, 'text/html; charset=utf-8']);
      assert.match(body, /Countersign/);
      for (const [name, value] of Object.entries(PAGE_HEADERS))
        assert.equal(headers[name.toLowerCase()], value, name);
      assert.equal(headers['strict-transport-security'], 'max-age=31536000');
      assert.equal(headers['cache-control'], 'no-cache');
      const manifest = await securePage.ask('/manifest.webmanifest');
      assert.match(String(manifest.headers['content-type']), /^application\/manifest\+json/);
      assert.equal((await securePage.leave(INBOX, 'x')).status, 202);
    } finally {
      await secure.dispose();
    }
  });

  it('one whose certificate is not trusted gets nothing, and that is said', async () => {
    const secure = await Relay.start({ tls: true });
    try {
      const transport = dial({ relay: new URL(secure.url), giveUpMs: 0 });
      const why = /cannot be reached \(.*certificate.*\)\. Phones away .* were not reached/;
      await assert.rejects(transport.start(), why);
      await assert.rejects(transport.publish(OUTBOX, 'x'), why);
      transport.subscribe(INBOX, () => assert.fail('something was heard'));
      await waitFor(() => transport.status.state === 'down', 'the refusal');
    } finally {
      await secure.dispose();
    }
  });

  it('one that is full says so, and goes on when there is room', async () => {
    const small = await Relay.start({
      replace: { 'nchan_shared_memory_size 256M': 'nchan_shared_memory_size 2M' },
    });
    try {
      const client = new MailboxClient(small.url);
      const phone = await client.listen(OUTBOX, BEGINNING);
      const transport = dial({ relay: new URL(small.url), giveUpMs: 0 });
      await transport.publish(OUTBOX, 'before');
      const mailboxes = Array.from({ length: 400 }, (_, at) => `one_of_many_mailboxes_${at}`);
      const outcomes = await Promise.allSettled(
        mailboxes.map((each) => transport.publish(each, 'x'.repeat(16_000))),
      );
      const refused = outcomes.find((each) => each.status === 'rejected');
      assert.match(
        String(refused?.reason),
        / is full \((?:507|500)\)\. Phones away .* were not reached/,
      );
      await Promise.all(mailboxes.map((each) => transport.close(each)));
      // Until its workers have memory to tell each other, one that it took may not be heard.
      const isHeard = async () => {
        await transport.publish(OUTBOX, 'after').catch(() => undefined);
        return phone.events.some(({ data }) => data === 'after');
      };
      await waitFor(isHeard, 'a message after that');
      assert.equal(phone.events[0]?.data, 'before');
      phone.close();
    } finally {
      await small.dispose();
    }
  });

  it('one that is asked too much says so, and what was refused is sent again', async () => {
    const slow = await Relay.start({
      replace: { 'rate=100r/s': 'rate=10r/s', 'burst=2000 nodelay': 'burst=2 nodelay' },
    });
    try {
      const transport = dial({ relay: new URL(slow.url), firstDelayMs: 100 });
      const phone = await new MailboxClient(slow.url).listen(OUTBOX, BEGINNING);
      const envelopes = Array.from({ length: 12 }, (_, index) => String(index));
      await Promise.all(envelopes.map((each) => transport.publish(OUTBOX, each)));
      await waitFor(() => phone.events.length >= 12, 'all envelopes');
      assert.deepEqual(
        phone.events.map((event) => event.data),
        envelopes,
      );
      phone.close();
      const impatient = dial({ relay: new URL(slow.url), giveUpMs: 0 });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, (_, index) =>
          impatient.publish(`many_mailboxes_in_a_row_${index}`, 'x'),
        ),
      );
      const refused = outcomes.find((each) => each.status === 'rejected');
      assert.match(String(refused?.reason), /is asked too much \(429\)/);
    } finally {
      await slow.dispose();
    }
  });
});

function watchStatus(transport: RelayTransport): TransportStatus['state'][] {
  const states: TransportStatus['state'][] = [];
  transport.onDidChange(({ state }) => states.push(state));
  return states;
}
