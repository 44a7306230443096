import assert from 'node:assert/strict';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Interfaces, privateAddresses } from '../../../../src/phone/lan/addresses.ts';
import { LanTransport } from '../../../../src/phone/lan/transport.ts';
import type { UserError } from '../../../../src/protocol/userError.ts';
import { freePort } from '../../../support/codeServer.ts';
import { lanOptions, OUTBOX, startLan } from '../../../support/lanUnderTest.ts';
import { MailboxClient } from '../../../support/mailboxClient.ts';
import { MemorySecrets } from '../../../support/phoneFakes.ts';
import { waitFor } from '../../../support/waitFor.ts';

describe('the LAN transport', () => {
  it('is at the same address with the same certificate after a restart', async () => {
    const stores = { secrets: new MemorySecrets(), workspaceSecrets: new MemorySecrets() };
    const first = await startLan(stores);
    const { fingerprint, pageUrl } = first.transport;
    await first.transport.stop();
    const second = await startLan(stores);
    assert.deepEqual(
      [second.transport.pageUrl, second.transport.fingerprint],
      [pageUrl, fingerprint],
    );
    await second.transport.stop();
  });

  it('listens to nothing while it rests, and is at the same address afterwards', async () => {
    const { page, transport } = await startLan();
    const { pageUrl } = transport;
    transport.open(OUTBOX);
    transport.rest();
    await assert.rejects(page.ask('/'), { code: 'ECONNREFUSED' });
    await transport.start();
    assert.deepEqual([transport.pageUrl, transport.status.state], [pageUrl, 'up']);
    const phone = await page.listen(OUTBOX);
    await transport.publish(OUTBOX, 'card');
    await waitFor(() => phone.events.length === 1, 'the card');
    phone.close();
    await transport.stop();
  });

  it('does not begin to listen when there is nobody to reach any more meanwhile', async () => {
    const transport = new LanTransport(lanOptions());
    const starting = transport.start();
    transport.rest();
    await assert.rejects(starting, /does not run/);
    assert.equal(transport.pageUrl, '');
    await transport.stop();
  });

  it('does not begin to listen when a network comes after nobody needs it', async () => {
    let interfaces: Interfaces = {};
    const options = { interfaces: () => interfaces, checkMs: 5 };
    const transport = new LanTransport(lanOptions(options));
    await assert.rejects(transport.start(), { code: 'noNetwork' });
    transport.rest();
    interfaces = networkInterfaces();
    const states: string[] = [];
    transport.onDidChange(({ state }) => states.push(state));
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.deepEqual(states, []);
    await transport.stop();
  });

  it('takes the next free port when its own is taken, and says so', async () => {
    const blocker = net.createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as net.AddressInfo;
    const workspaceSecrets = new MemorySecrets();
    workspaceSecrets.values.set('phone.port', String(port));
    const notices: UserError[] = [];
    const { page, transport } = await startLan({
      workspaceSecrets,
      onNotice: (notice) => notices.push(notice),
    });
    try {
      const moved = Number(new URL(transport.pageUrl).port);
      assert.notEqual(moved, port);
      assert.equal((await page.ask('/')).status, 200);
      assert.match(
        String(notices[0]?.message),
        new RegExp(`Port ${port} is in use .* port ${moved}`),
      );
      // The next start tries the port that phones know again.
      assert.equal(workspaceSecrets.values.get('phone.port'), String(port));
    } finally {
      await transport.stop();
      await new Promise((resolve) => blocker.close(resolve));
    }
  });

  it('windows share the ports from the wanted one on: each comes back to its own', async () => {
    const port = await freePort();
    const secrets = [new MemorySecrets(), new MemorySecrets()];
    const start = async (window: number) => {
      const workspaceSecrets = secrets[window] ?? new MemorySecrets();
      const { transport } = await startLan({ workspaceSecrets, port });
      return { transport, port: Number(new URL(transport.pageUrl).port) };
    };
    const first = await start(0);
    const second = await start(1);
    assert.equal(first.port, port);
    assert.ok(second.port > port && second.port < port + 8);
    await Promise.all([first.transport.stop(), second.transport.stop()]);
    const secondAgain = await start(1);
    const firstAgain = await start(0);
    assert.deepEqual([firstAgain.port, secondAgain.port], [first.port, second.port]);
    await Promise.all([firstAgain.transport.stop(), secondAgain.transport.stop()]);
  });

  it('takes no other port than the wanted ones, and says that they are taken', async () => {
    // None comes after it.
    const port = 65_535;
    const blocker = net.createServer();
    await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve));
    const transport = new LanTransport(lanOptions({ port }));
    await assert.rejects(transport.start(), { code: 'serverFailed' });
    assert.equal(transport.status.state, 'down');
    await transport.stop();
    await new Promise((resolve) => blocker.close(resolve));
  });

  it('a stored port that is none is not used', async () => {
    for (const stored of ['nonsense', '-1', '80', '70000', '1.5', '']) {
      const workspaceSecrets = new MemorySecrets();
      workspaceSecrets.values.set('phone.port', stored);
      const { page, transport } = await startLan({ workspaceSecrets });
      assert.equal((await page.ask('/')).status, 200, stored);
      assert.ok(Number(new URL(transport.pageUrl).port) >= 1024, stored);
      await transport.stop();
    }
  });

  it('says what is missing, and can be started when it is there', async () => {
    const interfaces = {};
    const broken = new MemorySecrets();
    broken.get = () => Promise.reject(new Error('The keyring is locked'));
    const failures: readonly [Parameters<typeof lanOptions>[0], RegExp][] = [
      [{ address: undefined, interfaces: () => interfaces }, /There is no local network/],
      [{ address: 'wlan9' }, /no network interface or address "wlan9"/],
      [{ secrets: broken }, /certificate for phones cannot be used \(The keyring is locked\)/],
      [{ pageFolder: '/nowhere/at/all' }, /phone page is missing/],
    ];
    for (const [options, message] of failures) {
      const transport = new LanTransport(lanOptions(options));
      await assert.rejects(transport.start(), message);
      assert.ok(transport.status.state === 'down');
      assert.match(transport.status.why.message, message);
      assert.match(transport.status.why.message, /were not reached/);
      await assert.rejects(transport.publish(OUTBOX, 'x'), /does not run/);
      await transport.stop();
    }
    const later = new LanTransport(lanOptions({ secrets: broken }));
    await assert.rejects(later.start());
    broken.get = MemorySecrets.prototype.get;
    await later.start();
    assert.equal(later.status.state, 'up');
    await later.stop();
  });

  it('what was published while it was down is there for a phone that resumes', async () => {
    const secrets = new MemorySecrets();
    const transport = new LanTransport(lanOptions({ secrets }));
    await assert.rejects(transport.publish(OUTBOX, 'early'));
    await transport.start();
    const listening = await new MailboxClient(transport.pageUrl).listen(OUTBOX, {
      'last-event-id': 'what-it-had-before',
    });
    await transport.publish(OUTBOX, 'late');
    while (listening.events.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(
      listening.events.map((event) => event.data),
      ['early', 'late'],
    );
    await transport.stop();
    await listening.ended;
  });

  it('notices that the machine has left the network, and is back at the same address after', async () => {
    const here: Interfaces = networkInterfaces();
    let interfaces = here;
    const { page, transport } = await startLan({ interfaces: () => interfaces, checkMs: 10 });
    const { pageUrl } = transport;
    interfaces = {};
    await waitFor(() => transport.status.state === 'down', 'the loss to be noticed');
    assert.ok(transport.status.state === 'down');
    assert.match(transport.status.why.message, /no longer at 127\.0\.0\.1\. Phones/);
    await assert.rejects(page.ask('/'));
    interfaces = here;
    await waitFor(() => transport.status.state === 'up', 'the return');
    assert.equal(transport.pageUrl, pageUrl);
    assert.equal((await page.ask('/')).status, 200);
    await transport.stop();
  });

  it('comes up by itself when there is a network at last', async () => {
    let interfaces: Interfaces = {};
    const transport = new LanTransport(lanOptions({ interfaces: () => interfaces, checkMs: 10 }));
    await assert.rejects(transport.start(), /no network interface/);
    interfaces = networkInterfaces();
    await waitFor(() => transport.status.state === 'up', 'the network');
    await transport.stop();
  });

  it('frees its port when it is stopped, streams and half requests and all', async () => {
    const hour = 3_600_000;
    const { page, transport } = await startLan({ limits: { headMs: hour, requestMs: hour } });
    transport.open(OUTBOX);
    const half = net.connect(Number(new URL(transport.pageUrl).port), '127.0.0.1');
    await new Promise((resolve) => half.once('connect', resolve));
    const streams = await Promise.all([1, 2, 3].map(() => page.listen(OUTBOX)));
    const { port } = new URL(transport.pageUrl);
    await transport.stop();
    await Promise.all(streams.map(({ ended }) => ended));
    await assert.rejects(page.ask('/'));
    const next = net.createServer();
    await new Promise<void>((resolve) => next.listen(Number(port), '127.0.0.1', resolve));
    await new Promise((resolve) => next.close(resolve));
  });

  it('is not left running when it is stopped while it starts', async () => {
    const transport = new LanTransport(lanOptions());
    const starting = transport.start();
    const stopping = transport.stop();
    await assert.rejects(starting, /does not run/);
    await stopping;
    assert.equal(transport.status.state, 'down');
    assert.equal(transport.pageUrl, '');
  });

  it('listens on one address only', async () => {
    const { transport } = await startLan();
    const { hostname } = new URL(transport.pageUrl);
    assert.equal(hostname, '127.0.0.1');
    const port = Number(new URL(transport.pageUrl).port);
    // Linux has all of 127.0.0.0/8; elsewhere the other addresses of this machine have to do.
    const others = [...privateAddresses(), ...(process.platform === 'linux' ? ['127.0.0.2'] : [])];
    for (const host of others) assert.equal(await connects(host, port), false, host);
    await transport.stop();
  });
});

function connects(host: string, port: number): Promise<boolean> {
  const socket = net.connect({ host, port });
  return new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy());
}
