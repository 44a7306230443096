import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { readRegistry } from '../../../../src/agents/registry/read.ts';
import { UserError } from '../../../../src/protocol/userError.ts';

type Answer = (response: http.ServerResponse, url: string) => void;

const ENTRY = {
  id: 'one',
  name: 'One',
  version: '1.2.3',
  description: 'The first.',
  authors: ['Somebody'],
  license: 'MIT',
  distribution: { npx: { package: 'one-agent@1.2.3', args: ['--acp'] } },
};

describe('Reading an ACP registry', () => {
  let server: http.Server;
  let answer: Answer;
  beforeEach(async () => {
    server = http.createServer((request, response) => answer(response, request.url ?? ''));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/registry.json`;
  const never = new AbortController().signal;
  const sending = (value: unknown) => {
    answer = (response) => response.end(JSON.stringify(value));
  };
  const refused = async (words: RegExp, url = address()) => {
    await assert.rejects(readRegistry(url, never), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, 'registryFailed');
      assert.match(error.message, words);
      assert.match(error.message, /Nothing was started\.$/);
      assert.match(error.next, /need no registry/);
      return true;
    });
  };

  it('lists its agents, and names the entries that it leaves out', async () => {
    sending({
      version: '1.0.0',
      agents: [ENTRY, { ...ENTRY, id: 'BAD' }, { ...ENTRY, name: 'Twice' }, 7],
    });
    const { agents, leftOut } = await readRegistry(address(), never);
    assert.deepEqual(
      agents.map(({ id, name, version }) => [id, name, version]),
      [['one', 'One', '1.2.3']],
    );
    assert.deepEqual(
      leftOut.map((words) => words.split(':')[0]),
      ['BAD', 'one', 'number 4'],
    );
  });

  it('says what is wrong with an answer that is no registry', async () => {
    answer = (response) => response.end('<html>');
    await refused(/is no registry: it has no list of agents/);
    answer = (response) => response.writeHead(503).end();
    await refused(/answered 503/);
  });

  it('says that nobody is there', async () => {
    const gone = address();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await refused(/cannot be reached: .*ECONNREFUSED/, gone);
  });

  it('reads no more than it can hold', async () => {
    let sent = 0;
    answer = (response) => {
      const more = () => {
        if (response.destroyed) return;
        sent += 1;
        response.write('x'.repeat(1024 * 1024), () => setImmediate(more));
      };
      more();
    };
    await refused(/is larger than \d+ bytes/);
    assert.ok(sent < 64, `${sent} MiB were sent`);
  });

  it('follows no redirect', async () => {
    let asked = 0;
    answer = (response, url) => {
      asked += 1;
      if (url === '/elsewhere') response.end(JSON.stringify({ agents: [ENTRY] }));
      else response.writeHead(302, { location: '/elsewhere' }).end();
    };
    await refused(/cannot be reached/);
    assert.equal(asked, 1);
  });

  it('waits as long as the server does, until it is stopped', async () => {
    const abort = new AbortController();
    let asked: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    answer = () => asked();
    const reading = readRegistry(address(), abort.signal);
    await arrived;
    abort.abort();
    await assert.rejects(reading, { name: 'AbortError' });
  });

  for (const url of [
    'http://example.com/registry.json',
    'http://127.0.0.1.example.com/',
    'file:///etc/passwd',
    'ftp://localhost/',
    'nonsense',
  ])
    it(`asks nobody at ${url}`, () => refused(/is not an https address/, url));
});
