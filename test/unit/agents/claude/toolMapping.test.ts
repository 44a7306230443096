import assert from 'node:assert/strict';
import { actionOf, type Place } from '../../../../src/agents/claude/toolMapping.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import { type Action, argsHash } from '../../../../src/permission/action.ts';
import { canHaveRule } from '../../../../src/permission/rules.ts';
import { SESSION } from '../../../wire/claude/memoryClaude.ts';

const HERE: Place = {
  session: SESSION,
  inSessionDirectory: true,
  existingFile: () => ({ kind: 'none' }),
};

function map(toolName: string, input: JsonObject, place = HERE): Action {
  return actionOf({ toolName, input }, place);
}

const hash = (toolName: string, input: JsonObject) => argsHash(map(toolName, input));

describe('Tool calls of Claude Code in common words', () => {
  it('is a command in the session directory, without what the model says about it', () => {
    const input = { command: 'pnpm test', description: 'Run the tests', timeout: 60_000 };
    assert.deepEqual(map('Bash', input), { tool: 'execute', command: 'pnpm test', cwd: '.' });
    assert.equal(
      hash('Bash', input),
      argsHash({ tool: 'execute', command: 'pnpm test', cwd: '.' }),
    );
  });

  it('names the directory relative to the workspace folder', () => {
    const session = { ...SESSION, cwd: `${SESSION.cwd}/packages/a` };
    const action = map('Bash', { command: 'ls' }, { ...HERE, session });
    assert.deepEqual(action, { tool: 'execute', command: 'ls', cwd: 'packages/a' });
  });

  it('has no directory, and so no rule, where commands may run elsewhere', () => {
    const place = { ...HERE, inSessionDirectory: false };
    const action = map('Bash', { command: 'pnpm test' }, place);
    assert.deepEqual(action, { tool: 'execute', command: 'pnpm test' });
    assert.equal(canHaveRule({ source: 'agent_tool', action }), false);
  });

  const plain = { command: 'pnpm test' };
  for (const [what, input, field] of [
    [
      'a sandbox switched off',
      { ...plain, dangerouslyDisableSandbox: true },
      { widened: { dangerouslyDisableSandbox: true } },
    ],
    [
      'a run in the background, with how long it may last',
      { ...plain, run_in_background: true, timeout: 7_200_000 },
      { widened: { run_in_background: true, timeout: 7_200_000 } },
    ],
    [
      'a switch that is not even a boolean',
      { ...plain, dangerouslyDisableSandbox: 'yes' },
      { widened: { dangerouslyDisableSandbox: 'yes' } },
    ],
    [
      'a field that nobody knows',
      { ...plain, as_user: 'root' },
      { unclassified: { as_user: 'root' } },
    ],
    [
      'a field with a name that objects have',
      JSON.parse('{"command":"pnpm test","__proto__":{"as_user":"root"},"constructor":1}'),
      { unclassified: JSON.parse('{"__proto__":{"as_user":"root"},"constructor":1}') },
    ],
  ] as const) {
    it(`keeps ${what} in the action and its hash`, () => {
      const action = map('Bash', input);
      assert.deepEqual(action, { tool: 'execute', command: 'pnpm test', cwd: '.', ...field });
      assert.notEqual(argsHash(action), hash('Bash', plain));
    });
  }

  it('is the same command with the usual said', () => {
    const usual = { ...plain, run_in_background: false, dangerouslyDisableSandbox: false };
    assert.equal(hash('Bash', usual), hash('Bash', plain));
  });

  it('maps the edits, with paths made absolute', () => {
    assert.deepEqual(map('Write', { file_path: 'a/../b.txt', content: 'x\n' }), {
      tool: 'edit',
      path: '/home/dev/project/b.txt',
      change: { kind: 'write', newText: 'x\n' },
    });
    assert.deepEqual(map('Edit', { file_path: '/tmp/./a', old_string: '1', new_string: '2' }), {
      tool: 'edit',
      path: '/tmp/a',
      change: { kind: 'replace', oldText: '1', newText: '2', all: false },
    });
    assert.deepEqual(
      map('NotebookEdit', { notebook_path: '/n.ipynb', new_source: 's', cell_id: 'c' }),
      {
        tool: 'edit',
        path: '/n.ipynb',
        change: { kind: 'replace', oldText: '', newText: 's', all: false },
        unclassified: { cell_id: 'c' },
      },
    );
  });

  it('tells what a write goes over', () => {
    const write = (existing: ReturnType<Place['existingFile']>) =>
      map('Write', { file_path: '/a', content: 'new' }, { ...HERE, existingFile: () => existing });
    const edit = { tool: 'edit', path: '/a' } as const;
    const change = { kind: 'write', newText: 'new' } as const;
    assert.deepEqual(write({ kind: 'text', text: 'old' }), {
      ...edit,
      change: { ...change, oldText: 'old' },
    });
    assert.deepEqual(write({ kind: 'text', text: '' }), { ...edit, change });
    assert.deepEqual(write({ kind: 'unknown' }), {
      ...edit,
      change,
      widened: { overwrites: 'what is there and cannot be shown' },
    });
  });

  it('gives two lists of edits two hashes, though they look the same joined', () => {
    const edit = (old_string: string, new_string: string) => ({ old_string, new_string });
    const one = { file_path: '/a', edits: [edit('a\nb', 'c\nd')] };
    const two = { file_path: '/a', edits: [edit('a', 'c'), edit('b', 'd')] };
    const [first, second] = [map('MultiEdit', one), map('MultiEdit', two)];
    assert.ok(first.tool === 'edit' && second.tool === 'edit');
    assert.deepEqual(first.change, second.change);
    assert.notEqual(argsHash(first), argsHash(second));
  });

  it('tells an edit of every place from an edit of one', () => {
    const input = { file_path: '/a', old_string: '1', new_string: '2' };
    assert.notEqual(hash('Edit', input), hash('Edit', { ...input, replace_all: true }));
  });

  it('maps a read, a fetch and an MCP call', () => {
    assert.deepEqual(map('Read', { file_path: '../x', limit: 5 }), {
      tool: 'read',
      path: '/home/dev/x',
      unclassified: { limit: 5 },
    });
    assert.deepEqual(map('WebFetch', { url: 'https://a.example/', prompt: 'sum up' }), {
      tool: 'fetch',
      url: 'https://a.example/',
    });
    assert.deepEqual(map('mcp__linear__create', { title: 't' }), {
      tool: 'mcp',
      server: 'linear',
      toolName: 'create',
      arguments: { title: 't' },
    });
  });

  it('does not guess where the name of an MCP server ends', () => {
    const toolName = 'mcp__a__b__c';
    assert.deepEqual(map(toolName, {}), { tool: 'other', toolName, input: {} });
    assert.deepEqual(actionOf({ toolName, input: {}, mcpServer: 'a__b' }, HERE), {
      tool: 'mcp',
      server: 'a__b',
      toolName: 'c',
      arguments: {},
    });
  });

  for (const [toolName, input] of [
    ['Bash', { command: 1 }],
    ['Write', { file_path: '/a' }],
    ['Edit', { file_path: '/a', old_string: '1', new_string: '2', replace_all: 'yes' }],
    ['MultiEdit', { file_path: '/a', edits: [{ old_string: 'x' }] }],
    ['WebFetch', {}],
    ['constructor', { a: 1 }],
  ] as const) {
    it(`shows a ${toolName} that does not look like one as it is`, () => {
      assert.deepEqual(map(toolName, input), { tool: 'other', toolName, input });
    });
  }
});
