import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { type FrontDoor, openFrontDoor } from '../../support/frontDoor.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

// Sockets in the file system: npm start uses the door on Linux and macOS only.
const there = process.platform === 'win32' ? describe.skip : describe;

there('the door in front of code-server', () => {
  const folder = temporaryFolder();
  let behind: http.Server;
  let door: FrontDoor;

  before(async () => {
    const socket = path.join(folder, 'http');
    behind = http.createServer((request, response) => response.end(`inside ${request.url}`));
    behind.on('upgrade', (_request, client) => client.end('HTTP/1.1 101 Switching\r\n\r\ninside'));
    await new Promise<void>((resolve) => behind.listen(socket, resolve));
    door = await openFrontDoor(socket);
  });

  after(() => {
    door.close();
    behind.close();
    removeFolder(folder);
  });

  it('is closed without the key', async () => {
    const { status } = await ask(door, '/');
    assert.equal(status, 403);
  });

  it('is closed with a wrong key', async () => {
    const { status } = await ask(door, '/?key=guess', { cookie: `countersign-${door.port}=guess` });
    assert.equal(status, 403);
  });

  it('takes the key once, out of the address, and then lets that browser in', async () => {
    const entry = new URL(door.url('/?folder=/a'));
    const first = await ask(door, `${entry.pathname}${entry.search}`);
    assert.equal(first.status, 302);
    assert.equal(first.headers.location, '/?folder=%2Fa');
    const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    assert.equal((await ask(door, '/?folder=/a', { cookie })).body, 'inside /?folder=/a');
  });

  it('answers to no other host name, even with the key', async () => {
    const entry = new URL(door.url('/'));
    const { status } = await ask(door, `/${entry.search}`, {
      host: `rebound.example:${door.port}`,
    });
    assert.equal(status, 403);
  });

  it('upgrades no connection without the key', async () => {
    const request = http.get({
      port: door.port,
      host: '127.0.0.1',
      headers: { connection: 'Upgrade', upgrade: 'websocket' },
    });
    const outcome = await new Promise((resolve) => {
      request.once('upgrade', () => resolve('upgraded')).once('error', () => resolve('closed'));
    });
    assert.equal(outcome, 'closed');
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

function ask(door: FrontDoor, url: string, headers: http.OutgoingHttpHeaders = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port: door.port, path: url, headers });
    request.once('error', reject);
    request.once('response', async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode, headers: response.headers, body });
    });
  });
}
