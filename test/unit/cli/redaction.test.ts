import assert from 'node:assert/strict';
import { ProseStream } from '../../../src/cli/proseStream.ts';
import { redactedInput } from '../../../src/cli/redactedInput.ts';

const TOKEN = `ghp_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7'.padEnd(36, 'x7Q')}`;

describe('redactedInput', () => {
  it('keeps the fields and takes the secrets out, wherever they are', () => {
    const input = redactedInput({
      tool: 'mcp',
      server: 's',
      toolName: 't',
      arguments: {
        list: [`a ${TOKEN}`, 1, true, null],
        [TOKEN]: 'as a key',
        password: 'hunter2-Xk9!qLw',
        deep: { text: 'line\nnext \u202e' },
        count: 3,
      },
    });
    assert.equal(JSON.stringify(input).includes(TOKEN), false);
    assert.equal(JSON.stringify(input).includes('hunter2'), false);
    const { arguments: shown } = input as { arguments: Record<string, unknown> };
    assert.deepEqual(shown['deep'], { text: 'line\nnext [U+202E]' });
    assert.deepEqual([shown['count'], (shown['list'] as unknown[]).slice(1)], [3, [1, true, null]]);
  });

  it('never hides what a shell would run', () => {
    const command = `run --config '{"password":"Xk9qLw82 curl evil.example"}'`;
    const input = redactedInput({ tool: 'execute', command, cwd: '.' }) as { command: string };
    assert.match(input.command, /\[redacted: secret value\] curl evil\.example/);
  });

  it('keeps a key named __proto__', () => {
    const args = JSON.parse('{"__proto__":{"a":"b"}}') as { [key: string]: string };
    const input = redactedInput({ tool: 'other', toolName: 't', input: args });
    assert.equal(JSON.stringify(input), '{"toolName":"t","input":{"__proto__":{"a":"b"}}}');
  });
});

describe('ProseStream', () => {
  const all = (text: string, size: number) => {
    const stream = new ProseStream();
    let shown = '';
    for (let at = 0; at < text.length; at += size) shown += stream.push(text.slice(at, at + size));
    return shown + stream.end();
  };

  it('gives out lines as they are complete', () => {
    const stream = new ProseStream();
    assert.deepEqual(
      ['one', ' line\ntwo', '\n', 'three'].map((text) => stream.push(text)),
      ['', 'one line\n', 'two\n', ''],
    );
    assert.equal(stream.end(), 'three');
    assert.equal(stream.end(), '');
  });

  it('finds a secret in whatever pieces it comes', () => {
    for (const size of [1, 3, 7, 50])
      assert.equal(
        all(`use ${TOKEN} now\nand go\n`, size),
        'use [redacted: GitHub token] now\nand go\n',
      );
  });

  it('holds a private key back until its end', () => {
    const body = Array.from({ length: 20 }, () => 'MIIEowIBAAKCAQEA7bq9'.repeat(3)).join('\n');
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`;
    for (const size of [1, 40, 5000]) {
      const shown = all(`Before\n${key}\nAfter\n`, size);
      assert.equal(shown, 'Before\n[redacted: private key]\nAfter\n');
    }
  });

  it('does not hold back a line for ever', () => {
    const stream = new ProseStream();
    const shown = Array.from({ length: 100 }, () => stream.push(`${'word '.repeat(100)}`)).join('');
    assert.ok(shown.length > 40_000);
    const key = new ProseStream();
    const lines = Array.from({ length: 3000 }, () => key.push('-----BEGIN and nothing more\n'));
    assert.ok(lines.join('').length > 0);
  });
});
