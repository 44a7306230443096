import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { parseCommand } from '../../../src/cli/args.ts';
import { policyCheck } from '../../../src/cli/policyCheck.ts';
import { ROOT, removeFolder, temporaryFolder } from '../../support/testFolder.ts';

describe('countersign policy check', () => {
  const folder = temporaryFolder();
  after(() => removeFolder(folder));

  /** What is printed for lines, objects or texts, with rules from a file. */
  async function check(lines: readonly unknown[], rules?: unknown) {
    const file = path.join(folder, 'rules.json');
    if (rules !== undefined)
      writeFileSync(file, typeof rules === 'string' ? rules : JSON.stringify({ rules }));
    const input = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    let out = '';
    let problems = '';
    const code = await policyCheck({
      rules: rules === undefined ? undefined : file,
      stdin: Readable.from([Buffer.from(input.join('\n'))]),
      output: {
        out: async (text) => {
          out += text;
        },
        problem: (text) => {
          problems += text;
        },
      },
      folder,
      programFolder: path.join(ROOT, 'dist'),
    });
    const answers = out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    return { code, problems, answers, verdicts: answers.map(({ verdict }) => verdict) };
  }

  it('answers each line in its order, with the rule, the reason and the parts', async () => {
    const { code, answers } = await check(
      [
        { id: 'a', tool: 'execute', command: 'git log -5 | head' },
        { id: 7, tool: 'execute', command: 'git log; rm x' },
      ],
      [{ id: 'log', match: { command: ['git', 'log'] } }, { match: { command: ['head'] } }],
    );
    assert.equal(code, 0);
    assert.deepEqual(answers, [
      {
        id: 'a',
        verdict: 'allow',
        rule: 'log',
        why: 'Allowed by a rule: commands that begin with "git log".',
        parts: [
          { text: 'git log -5', verdict: 'allow', rule: 'log' },
          { text: 'head', verdict: 'allow', rule: 'rules[1]' },
        ],
      },
      {
        id: 7,
        verdict: 'ask',
        why: 'No rule covers "rm x".',
        parts: [
          { text: 'git log', verdict: 'allow', rule: 'log' },
          { text: 'rm x', verdict: 'ask' },
        ],
      },
    ]);
  });

  it('judges every kind of call', async () => {
    const rules = [
      { match: { exact: 'pnpm test' } },
      { match: { path: { tool: 'edit', glob: 'src/**' } } },
      { match: { url: 'https://a.example/docs' } },
      { match: { url: { origin: 'https://b.example' } } },
      { match: { mcp: { server: 's', tool: 't', where: { repo: 'x' } } } },
      { effect: 'deny', match: { command: ['rm'] } },
    ];
    const { verdicts } = await check(
      [
        { tool: 'execute', command: 'pnpm test' },
        { tool: 'execute', command: 'pnpm  test' },
        { tool: 'execute', command: 'pnpm test', cwd: 'sub' },
        { tool: 'execute', command: 'pnpm test', cwd: '/elsewhere', workspace: '/ws' },
        { tool: 'execute', command: 'rm x' },
        { tool: 'edit', path: 'src/a.ts' },
        { tool: 'edit', path: '../src/a.ts' },
        { tool: 'delete', path: 'src/a.ts' },
        { tool: 'fetch', url: 'https://a.example/docs/x' },
        { tool: 'fetch', url: 'https://a.example/docs/x', method: 'POST' },
        { tool: 'fetch', url: 'https://b.example/x' },
        { tool: 'mcp', server: 's', toolName: 't', arguments: { repo: 'x', n: 1 } },
        { tool: 'mcp', server: 's', toolName: 't', arguments: { repo: 'y' } },
        { tool: 'mcp', server: 's', serverHash: 'b', toolName: 't', arguments: { repo: 'x' } },
        { tool: 'execute', command: 'pnpm test', shell: 'pwsh' },
        { tool: 'execute', command: 'pnpm test', env: { A: 'b' } },
        { tool: 'other', toolName: 'x' },
        { tool: 'mcp', server: 's', mcpTool: 't', args: { repo: 'x' } },
        { tool: 'mcp', server: 's', name: 't', input: { repo: 'y' } },
        { tool: 'fetch', url: 'https://b.example/x', body: 'secret' },
        { tool: 'fetch', url: 'https://b.example/x', headers: { a: 'b' } },
        { tool: 'fetch', url: 'https://b.example/x', headers: {}, body: null },
        { tool: 'execute', command: 'pnpm test', stdin: 'x' },
      ],
      rules,
    );
    assert.deepEqual(
      verdicts,
      'allow ask ask ask deny allow ask ask allow ask allow allow ask ask allow ask ask allow ask ask ask allow ask'.split(
        ' ',
      ),
    );
  });

  it('uses the rules of a line instead of those of the file', async () => {
    const line = { tool: 'execute', command: 'git log' };
    const own = [{ match: { command: ['ls'] } }];
    const { verdicts } = await check(
      [line, { ...line, rules: own }, { ...line, command: 'ls', rules: own }],
      [{ match: { command: ['git', 'log'] } }],
    );
    assert.deepEqual(verdicts, ['allow', 'ask', 'allow']);
  });

  it('asks for a line that it does not understand, goes on, and says so in the end', async () => {
    const { code, verdicts, answers } = await check(
      [
        'not json',
        { id: 'x', tool: 'fly' },
        { id: 'y', tool: 'execute' },
        { tool: 'execute', command: 'ls' },
      ],
      [{ match: { command: ['ls'] } }],
    );
    assert.equal(code, 1);
    assert.deepEqual(verdicts, ['ask', 'ask', 'ask', 'allow']);
    assert.deepEqual(
      answers.map(({ id }) => id),
      [null, 'x', 'y', null],
    );
    assert.match(answers[0].why, /^The line was not understood: /);
  });

  it('names a rule that it refuses, with the place and the reason; the others work', async () => {
    const { code, problems, verdicts } = await check(
      [{ tool: 'execute', command: 'ls' }],
      [
        { match: { tool: 'execute' } },
        { match: { command: [] } },
        { match: { path: { tool: 'edit', glob: '**' } } },
        { match: { mcp: { server: 's', tool: 't' } } },
        { match: { url: 'example.org' } },
        { effect: 'maybe', match: { command: ['rm'] } },
        { match: { command: ['ls'], path: { tool: 'edit', glob: 'a' } } },
        { match: { command: ['ls'] }, unless: 'x' },
        'ls',
        { match: { command: ['ls'] } },
      ],
    );
    assert.deepEqual([code, verdicts], [0, ['allow']]);
    const places = problems.split('\n').map((line) => line.slice(0, line.indexOf(':')));
    assert.deepEqual(places.slice(0, 9), [
      'rules[0].match',
      'rules[1].match.command',
      'rules[2].match.path.glob',
      'rules[3].match.mcp.where',
      'rules[4].match.url',
      'rules[5].effect',
      'rules[6].match',
      'rules[7].unless',
      'rules[8]',
    ]);
  });

  it('holds a rule for a script to what the script holds now', async () => {
    mkdirSync(path.join(folder, 'ws'));
    writeFileSync(path.join(folder, 'ws/build.sh'), 'echo');
    const workspace = path.join(folder, 'ws');
    const { verdicts } = await check(
      [
        { tool: 'execute', command: 'sh build.sh', workspace },
        { tool: 'execute', command: 'sh other.sh', workspace },
        { tool: 'execute', command: './build.sh -x', workspace },
      ],
      [
        { match: { exact: 'sh build.sh' } },
        { match: { command: ['sh', 'other.sh'] } },
        { match: { command: ['./build.sh'] } },
      ],
    );
    assert.deepEqual(verdicts, ['allow', 'ask', 'allow']);
  });

  it('checks nothing when the rules cannot be read', async () => {
    const { code, problems, answers } = await check([{ tool: 'execute', command: 'ls' }], '{');
    assert.deepEqual([code, answers], [2, []]);
    assert.match(problems, /rules\.json were not read: .* Nothing was checked\./);
  });

  it('is read from the command line', () => {
    const value = (...argv: string[]) => {
      const parsed = parseCommand(argv);
      return parsed.ok ? parsed.value : parsed.error.message;
    };
    assert.deepEqual(value('policy', 'check', '--rules', 'r.json'), {
      kind: 'policyCheck',
      rules: 'r.json',
    });
    assert.deepEqual(value('policy'), { kind: 'help', topic: 'policy' });
    assert.equal(value('policy', 'burn'), 'There is no command "policy burn".');
  });
});
