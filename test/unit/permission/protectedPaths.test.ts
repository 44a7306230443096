import assert from 'node:assert/strict';
import type { Action } from '../../../src/permission/action.ts';
import { isProtected } from '../../../src/permission/protectedPaths.ts';
import { execute } from '../../support/builders.ts';

function edit(path: string): Action {
  return { tool: 'edit', path, change: { kind: 'write', newText: '' } };
}

function wrong(expected: boolean, actions: readonly Action[]): string[] {
  return actions.filter((action) => isProtected(action) !== expected).map((a) => JSON.stringify(a));
}

describe('isProtected', () => {
  it('is true for files that say how agents ask, and for what runs by itself', () => {
    const paths = [
      '/p/.vscode/settings.json',
      '/p/.vscode/tasks.json',
      '/p/.vscode',
      '/p/x.code-workspace',
      '/home/dev/.config/Code/User/settings.json',
      '/home/dev/.vscode-server/data/Machine/settings.json',
      '/home/dev/.config/Code/User/globalStorage/countersign.countersign/journal/a.ndjson',
      '/home/dev/.countersign/journal/a.ndjson',
      '/p/.claude/settings.local.json',
      '/home/dev/.claude.json',
      '/p/.mcp.json',
      '/home/dev/.codex/config.toml',
      '/p/.gemini/settings.json',
      '/p/.qwen/settings.json',
      '/p/opencode.json',
      '/p/opencode.jsonc',
      '/home/dev/.config/opencode/config.json',
      '/p/.git/hooks/pre-commit',
      '/p/.git/config',
      '/p/.git',
      '/p/.husky/pre-commit',
      '/home/dev/.bashrc',
      '/home/dev/.ssh/authorized_keys',
      'C:\\p\\.vscode\\settings.json',
    ];
    assert.deepEqual(wrong(true, paths.map(edit)), []);
  });

  it('is false for the sample workspace of the demo, but not for a way out of it', () => {
    const storage = '/home/dev/.config/Code/User/globalStorage/countersign.countersign';
    assert.deepEqual(wrong(false, [edit(`${storage}/sample/src/a b.ts`)]), []);
    const ways = [
      '',
      '/rules.json',
      '/sample/../rules.json',
      '/sample/.*/rules.json',
      '/samples/x',
    ];
    assert.deepEqual(
      wrong(
        true,
        ways.map((way) => edit(`${storage}${way}`)),
      ),
      [],
    );
    const out = execute(`cp x ${storage}/sample/a; cp a ${storage}/rules.json`);
    assert.deepEqual(wrong(true, [out]), []);
  });

  it('is true for other spellings of the same file', () => {
    const paths = [
      '/p/.VSCode/Settings.JSON',
      '/p/.vscode//settings.json',
      '/p/.git/./hooks/pre-commit',
      '/p/.claude./settings.json',
      '/p/.vscode/settings.json::$DATA',
      '/p/.cla\u200cude/settings.json',
      '/p/.v\u017fcode/settings.json',
      '/p/.ｃlaude/settings.json',
    ];
    assert.deepEqual(wrong(true, paths.map(edit)), []);
  });

  it('is true for commands, moves, deletes and tools that name one', () => {
    assert.deepEqual(
      wrong(true, [
        execute('echo {} > .claude/settings.json'),
        execute('cp evil .git/hooks/pre-commit'),
        execute('cp evil .g"i"t/hooks/pre-commit'),
        execute('cp evil .cl\\aude/settings.json'),
        execute("sed -i s/a/b/ '.vscode/settings.json'"),
        execute('rm -rf .git/'),
        execute('cp evil hooks/pre-commit', { cwd: '.git' }),
        execute('cat x>~/.bashrc'),
        { tool: 'delete', path: '/p/.git' },
        { tool: 'move', from: '/p/a', to: '/p/.claude' },
        { tool: 'move', from: '/p/.vscode', to: '/p/b' },
        {
          tool: 'mcp',
          server: 'fs',
          toolName: 'write',
          arguments: { at: { path: '/p/.mcp.json' } },
        },
        { tool: 'mcp', server: 'fs', toolName: 'write', arguments: { '/p/.mcp.json': '{}' } },
        { tool: 'other', toolName: 'Write', input: { files: ['C:\\p\\.claude\\settings.json'] } },
      ]),
      [],
    );
  });

  it('is false for ordinary work', () => {
    assert.deepEqual(
      wrong(false, [
        edit('/p/src/settings.json'),
        edit('/p/.gitignore'),
        edit('/p/.github/workflows/ci.yml'),
        edit('/p/claude/settings.json'),
        edit('/p/docs/opencode.md'),
        edit('/p/.vscode-test/a'),
        execute('git commit -m "profile the code"'),
        execute('git clone https://github.com/x/y.git'),
        execute('cat .vscode/extensions.json'),
        execute('rm -f .git/index.lock'),
        { tool: 'read', path: '/p/.claude/settings.json' },
        { tool: 'fetch', url: 'https://example.com/.git/config' },
      ]),
      [],
    );
  });
});
