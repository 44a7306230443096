import assert from 'node:assert/strict';
import type { Action } from '../../../src/permission/action.ts';
import { buildRequest } from '../../../src/permission/newRequest.ts';
import { findSecrets } from '../../../src/permission/secrets.ts';
import { safeText } from '../../../src/permission/spans.ts';
import { draftOf, execute } from '../../support/builders.ts';

/** Made to make patterns start again and again, each repeated to a size. */
const PIECES = [
  'token',
  'token=',
  'token=$',
  'token:',
  'token="a b',
  'password ',
  'eyJaaaaaaaa-',
  'eyJaaaaaaaa.',
  'a.',
  '://a:',
  'http://a@',
  '-----BEGIN ',
  'Private-Lines: 1\nAAAAAAAAAAAAAAAAAAAA\n',
  'LS0tLS1CRUdJTiAA',
  'cookie: ',
  'cookie: a=b; ',
  'curl -b a=',
  'password is ',
  'pass-key-',
  'name: token value: ',
  "define('token', '",
  '{"token":"',
  'echo x | ',
  '<password>',
  '<password a',
  "'token=",
  'identified by ',
  'eyJaaaaaaaa.aaaaaaaa.',
  'hooks.slack.com/services/',
  'a_live_',
  'your ',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----AAAAAAAAAAAAAAAAAAAA',
  ' --a-token-',
  ' -',
  'mysql ',
  'docker login ',
  'curl -u ',
  'curl |',
  'authorization:',
  'cookie: a=',
  'git push ',
  "insert into t (password) values ('a'),",
  "value='a' where a='",
  'a_value where ',
  '://a:example@',
  'kind: Secret\ndata:\n  a: b\n',
  'login <<< ',
  'echo a | create secret ',
  ' -u a -p ',
  'net use \\\\a ',
  'setPassword("',
  'ssh-keygen -N ',
  'login("a", ',
  'getConnection(a, ',
  'token ?? ',
  'token: a1b2 c ',
  "token='\\''",
  '"token=a ',
  'password = """',
  'AKIAAAAAAAAAAAAAAAAA ',
  'A%3D',
  '$6$a$a',
  'DATA_',
  'rm -r',
  '.git/',
  '/./',
  '"\'\\',
  '\\',
  ' ',
  '\n',
  '\u200b',
  '\ud800',
  'é',
  '\u001b[2K',
];

function repeated(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length));
}

/** Tried again when it is above the limit: other work on the machine must not fail the test. */
function milliseconds(work: () => unknown, limit: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3 && best > limit; i++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const SIZE = 1_000_000;
/** Milliseconds. Linear work takes a tenth of a second, on any machine less than this; quadratic work takes minutes. */
const QUADRATIC = 5000;

describe('A hostile payload of a megabyte', () => {
  const slow = (work: (text: string) => unknown, limit: number) =>
    PIECES.map((piece) => ({ piece, time: milliseconds(() => work(repeated(piece, SIZE)), limit) }))
      .filter(({ time }) => time > limit)
      .map(({ piece, time }) => `${JSON.stringify(piece)} took ${time.toFixed(0)} ms`);

  it('does not stop redaction', () => {
    assert.deepEqual(slow(findSecrets, QUADRATIC), []);
    assert.deepEqual(slow(safeText, QUADRATIC), []);
  }).timeout(120_000);

  it('does not stop the making of a card', () => {
    const actions: ((text: string) => Action)[] = [
      (text) => execute(text),
      (text) => execute(`rm -${text}!`),
      (text) => ({ tool: 'fetch', url: `https://${text}` }),
      (text) => ({ tool: 'read', path: text }),
      (text) => ({ tool: 'mcp', server: text, toolName: text, arguments: { text } }),
    ];
    for (const action of actions)
      assert.deepEqual(
        slow((text) => buildRequest(draftOf(action(text)), '', 0), QUADRATIC),
        [],
      );
  }).timeout(240_000);

  it('does not stop the making of a diff', () => {
    const lines = (of: (index: number) => string) =>
      Array.from({ length: 100_000 }, (_, index) => of(index)).join('\n');
    const texts = [
      lines(String),
      lines((i) => `x${i}`),
      lines((i) => String(i % 2)),
      lines((i) => String((i * 7) % 3)),
    ];
    const times = texts.flatMap((oldText) =>
      texts.map((newText) => {
        const draft = draftOf({
          tool: 'edit',
          path: '/p/a',
          change: { kind: 'write', oldText, newText },
        });
        return milliseconds(() => buildRequest(draft, '', 0), QUADRATIC);
      }),
    );
    assert.deepEqual(
      times.filter((time) => time > QUADRATIC),
      [],
    );
  }).timeout(60_000);
});
