import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { claudeProgram } from '../support/agentCache.ts';
import { type ClaudeUnderTest, claudeUnderTest } from '../support/claudeUnderTest.ts';
import { ROOT } from '../support/testFolder.ts';

/** For `--import`, from whatever folder. */
const TSX = pathToFileURL(createRequire(path.join(ROOT, 'package.json')).resolve('tsx')).href;

type Line = Readonly<Record<string, unknown>> & { readonly type: string };

/** What the consumer of the relay does with a request. */
type Consumer = (line: Line, send: (answer: object) => void, close: () => void) => void;

const answer = (line: Line, decision: string, more: object = {}) => ({
  type: 'permission_response',
  id: line['id'],
  decision,
  ...more,
});

describe('countersign run with the real Claude Code', function () {
  this.timeout(120_000);
  let claude: ClaudeUnderTest;
  beforeEach(async () => {
    claude = await claudeUnderTest();
  });
  afterEach(() => claude.dispose());

  async function run(prompt: string, consumer: Consumer) {
    const programs = path.join(claude.folder, 'bin');
    fs.mkdirSync(programs);
    fs.symlinkSync(await claudeProgram(), path.join(programs, 'claude'));
    const child = spawn(
      process.execPath,
      [
        ...['--import', TSX, path.join(ROOT, 'src/cli.ts')],
        ...['run', '--agent', 'claude', '--approve-each', '--cwd', claude.cwd, '--prompt', prompt],
        ...['--journal', path.join(claude.folder, 'journal')],
      ],
      { env: { ...claude.env, PATH: [programs, claude.env['PATH']].join(path.delimiter) } },
    );
    const exited = once(child, 'exit');
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const lines: Line[] = [];
    const send = (sent: object) => void child.stdin.write(`${JSON.stringify(sent)}\n`);
    for await (const text of createInterface({ input: child.stdout })) {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      if (line.type === 'permission_request') consumer(line, send, () => child.stdin.end());
    }
    const [code] = (await exited) as [number | null];
    return { code, lines, errors };
  }

  const made = (file: string) => fs.existsSync(path.join(claude.cwd, file));

  it('runs what was allowed once, and ends with its exit code', async () => {
    const { code, lines, errors } = await run(
      claude.prompt([claude.makeFile('allowed')]),
      (line, send) => {
        assert.deepEqual(
          [line['tool'], line['toolName'], line['command'], line['input'], line['scope']],
          ['execute', 'Bash', 'touch allowed', { command: 'touch allowed', cwd: '.' }, 'session'],
        );
        send(answer(line, 'once'));
      },
    );
    assert.equal(code, 0, errors);
    assert.equal(made('allowed'), true);
    const last = lines.at(-1);
    assert.deepEqual([last?.type, last?.['reason'], last?.['code']], ['session_ended', 'done', 0]);
  });

  it('does not run what was rejected, and passes the message on', async () => {
    const { code, errors } = await run(claude.prompt([claude.makeFile('rejected')]), (line, send) =>
      send(answer(line, 'reject', { message: 'Use the other folder' })),
    );
    assert.equal(code, 0, errors);
    assert.equal(made('rejected'), false);
    assert.match(claude.toldToModel() ?? '', /Use the other folder/);
  });

  it('runs nothing when its consumer closes standard input', async () => {
    const { code, lines, errors } = await run(
      claude.prompt([claude.makeFile('unanswered')]),
      (_, __, close) => close(),
    );
    assert.equal(code, 3, errors);
    assert.equal(made('unanswered'), false);
    assert.equal(lines.at(-1)?.['reason'], 'consumerGone');
  });

  it('asks once for a call that is always allowed in this run', async () => {
    let asked = 0;
    const calls = [{ name: 'Bash', input: { command: 'touch twice', description: 'Make it' } }];
    const prompt = claude.model.script({ calls }, { calls });
    const { code, errors } = await run(prompt, (line, send) => {
      asked++;
      send(answer(line, 'always'));
    });
    assert.equal(code, 0, errors);
    assert.equal(asked, 1);
    assert.equal(claude.model.outcomes.length, 2);
  });
});
