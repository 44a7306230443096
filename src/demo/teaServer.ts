import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const TEAS = { sencha: 90, assam: 240, chamomile: 420 };

/** Serves a few teas on loopback, for the demo's fetch: there is no internet in it. Returns the address. */
export function startTeaServer(): Promise<string> {
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && request.url === '/teas.json';
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(found ? JSON.stringify(TEAS) : '{}');
  });
  // The demo ends when its client is gone, not when nobody fetches any more.
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve(`http://127.0.0.1:${port}/teas.json`);
    });
  });
}
