import assert from 'node:assert/strict';
import { profileOf } from '../../../src/agents/acp/profiles.ts';
import { type MappedCall, mapToolCall } from '../../../src/agents/acp/toolMapping.ts';
import type { ExistingFile } from '../../../src/agents/existingFile.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { argsHash } from '../../../src/permission/action.ts';
import { canHaveRule } from '../../../src/permission/rules.ts';
import { SESSION } from '../../wire/acp/memoryAgent.ts';

const CWD = SESSION.cwd;

describe('an ACP tool call in common words', () => {
  it('does not know where an unknown agent runs a command, so no rule answers it', () => {
    const { action } = map({ kind: 'execute', rawInput: { command: 'ls', cwd: CWD } }, 'somebody');
    assert.deepEqual(action, { tool: 'execute', command: 'ls', unclassified: { cwd: CWD } });
    assert.equal(canHaveRule({ source: 'agent_tool', action }), false);
  });

  it('takes no title for a command', () => {
    const { action } = map({ kind: 'execute', title: 'ls' }, 'somebody');
    assert.deepEqual(action, {
      tool: 'other',
      toolName: 'execute',
      input: { title: 'ls' },
      incomplete: true,
    });
  });

  it('trusts a directory of OpenCode only along with the same command', () => {
    const told = (input: JsonObject) => ({ rawInput: { cwd: CWD, ...input } });
    const asked = { kind: 'execute', rawInput: { command: 'pnpm test' } };
    const cwds = [
      told({ command: 'pnpm test' }),
      told({ command: 'pnpm test', workdir: `${CWD}/sub` }),
      told({ command: 'ls' }),
      told({}),
      undefined,
    ].map((frame) => {
      const { action } = map(asked, 'OpenCode', frame);
      return action.tool === 'execute' && action.cwd;
    });
    assert.deepEqual(cwds, ['.', 'sub', undefined, undefined, undefined]);
  });

  it('trusts the directory of Gemini only when the words are exactly ours', () => {
    const cwds = [
      `[current working directory ${CWD}]`,
      `[current working directory ${CWD}] (why)`,
      `[current working directory ${CWD}]x`,
      `[current working directory ${CWD}/sub]`,
      `[current working directory ${CWD}/]`,
      `[in ${CWD}] (current working directory ${CWD})`,
      ` [current working directory ${CWD}]`,
      `[current working directory ${CWD}] [background]`,
      '',
    ].map((text) => {
      const content = [{ type: 'content', content: { type: 'text', text } }];
      const { action } = map({ kind: 'execute', title: 'ls', content }, 'gemini-cli');
      return action.tool === 'execute' ? action.cwd : action.tool;
    });
    assert.deepEqual(cwds, ['.', '.', ...Array(7).fill(undefined)]);
  });

  it('believes the title of a Gemini MCP call only when the name of the tool agrees', () => {
    const call = (title: string, name: string) =>
      map(
        {
          toolCallId: `${name}__1`,
          kind: 'other',
          title,
          content: [{ type: 'content', content: { type: 'text', text: '{"command":"x"}' } }],
        },
        'gemini-cli',
      ).action;
    const mcp = { tool: 'mcp', arguments: { command: 'x' } };
    assert.deepEqual(call('b_c (a MCP Server)', 'mcp_a_b_c'), {
      ...mcp,
      server: 'a',
      toolName: 'b_c',
    });
    assert.deepEqual(call('safe (a MCP Server)', 'mcp_a_run'), {
      ...mcp,
      server: 'a',
      toolName: 'run',
    });
    assert.deepEqual(call('safe (a MCP Server)', 'mcp_a_b_run'), {
      tool: 'other',
      toolName: 'mcp_a_b_run',
      input: { command: 'x' },
      incomplete: true,
    });
  });

  it('does not guess where the name of an MCP call is cut', () => {
    const call = (name: string) => map({ name, kind: 'other', rawInput: { a: 1 } }).action;
    assert.deepEqual(call('mcp__a__b'), {
      tool: 'mcp',
      server: 'a',
      toolName: 'b',
      arguments: { a: 1 },
    });
    assert.deepEqual(call('mcp__a__b__c'), {
      tool: 'other',
      toolName: 'mcp__a__b__c',
      input: { a: 1 },
      incomplete: true,
    });
  });

  it('asks again for every field that changes what happens, and not for a description', () => {
    const hash = (input: JsonObject) =>
      argsHash(map({ kind: 'execute', rawInput: { command: 'ls', ...input } }).action);
    assert.equal(hash({ description: 'List', is_background: false }), hash({}));
    const others = [
      { is_background: true },
      { sandbox: 'off' },
      { directory: '/etc' },
      { mode: 'async' },
    ];
    assert.equal(new Set([{}, ...others].map(hash)).size, 5);
  });

  it('shows what widens a call apart from what nobody has classified', () => {
    const rawInput = { command: 'ls', run_in_background: true, colour: 'red' };
    assert.deepEqual(map({ kind: 'execute', rawInput }).action, {
      tool: 'execute',
      command: 'ls',
      cwd: '.',
      widened: { run_in_background: true },
      unclassified: { colour: 'red' },
    });
  });

  it('unwraps a shell that is handed one text, and nothing else', () => {
    const command = (value: JsonObject['x']) => {
      const rawInput = { command: value ?? null, cwd: CWD };
      const { action } = map({ kind: 'execute', rawInput }, 'codex-acp');
      return action.tool === 'execute' ? action.command : action.incomplete;
    };
    assert.equal(command(['/bin/bash', '-lc', 'ls']), 'ls');
    assert.equal(command(['python', '-c', 'ls']), true);
    assert.equal(command(['bash', '-lc', 'ls', 'extra']), true);
    assert.equal(command(['rm', '-rf', '/']), true);
  });

  it('is no edit when the frames do not agree on one file', () => {
    const diff = (path: string) => ({ type: 'diff', path, oldText: 'a', newText: 'b' });
    const cases: JsonObject[] = [
      { rawInput: { file_path: '/p/a' }, content: [diff('/p/.vscode/settings.json')] },
      { content: [diff('/p/a'), diff('/p/b')] },
      { content: [diff('/p/a')], locations: [{ path: '/p/b' }] },
      { content: [diff('/p/a'), diff('/p/a')] },
      {},
    ];
    for (const frame of cases) {
      const { action } = map({ kind: 'edit', ...frame });
      assert.deepEqual([action.tool, action.incomplete], ['other', true]);
      assert.equal(canHaveRule({ source: 'agent_tool', action }), false);
    }
  });

  it('shows what a write overwrites, also when the agent does not say it', () => {
    const write = (path: string, content: JsonObject[] = []) => {
      const { action } = map({
        kind: 'edit',
        rawInput: { file_path: path, content: 'new' },
        content,
      });
      return action.tool === 'edit' && [action.change, action.widened];
    };
    const written = { kind: 'write', newText: 'new' };
    const told = [{ type: 'diff', path: '/p/old', oldText: 'told', newText: 'new' }];
    assert.deepEqual(write('/p/new'), [written, undefined]);
    assert.deepEqual(write('/p/empty'), [written, undefined]);
    assert.deepEqual(write('/p/old'), [{ ...written, oldText: 'before' }, undefined]);
    assert.deepEqual(write('/p/old', told), [{ ...written, oldText: 'told' }, undefined]);
    const overwrites = 'what is there and cannot be shown';
    assert.deepEqual(write('/p/picture'), [written, { overwrites }]);
  });

  it('knows a file without its change as an edit that always asks', () => {
    const { action } = map({ kind: 'edit', locations: [{ path: 'src/../a.ts' }] });
    assert.deepEqual(action, { tool: 'edit', path: `${CWD}/a.ts`, change: { kind: 'unseen' } });
    assert.equal(canHaveRule({ source: 'agent_tool', action }), false);
  });

  it('knows fetches, reads, moves and deletions', () => {
    const actions = [
      { kind: 'fetch', rawInput: { url: 'https://a.example', prompt: 'p', method: 'post' } },
      { kind: 'read', rawInput: { path: 'a' } },
      { kind: 'delete', rawInput: { file_path: '/x/a' } },
      { kind: 'move', rawInput: { source: 'a', destination: '/b' } },
    ].map((frame) => map(frame).action);
    assert.deepEqual(actions, [
      { tool: 'fetch', url: 'https://a.example', method: 'POST' },
      { tool: 'read', path: `${CWD}/a` },
      { tool: 'delete', path: '/x/a' },
      { tool: 'move', from: `${CWD}/a`, to: '/b' },
    ]);
  });

  it('binds a rule to another tool only by its own name and its whole input', () => {
    const known = map({ kind: 'other', name: 'Todo', rawInput: { a: 1 } });
    assert.deepEqual(known, {
      action: { tool: 'other', toolName: 'Todo', input: { a: 1 } },
      toolName: 'Todo',
    });
    const nameless = map({ kind: 'other', title: 'Todo', rawInput: { a: 1 } });
    assert.equal(nameless.action.incomplete, true);
  });
});

const FILES: Readonly<Record<string, ExistingFile>> = {
  '/p/old': { kind: 'text', text: 'before' },
  '/p/empty': { kind: 'text', text: '' },
  '/p/picture': { kind: 'unknown' },
};

function map(asked: JsonObject, agentName = 'qwen-code', told?: JsonObject): MappedCall {
  return mapToolCall({
    asked: { toolCallId: 'c', ...asked },
    ...(told && { told: { toolCallId: 'c', ...told } }),
    profile: profileOf(agentName),
    session: SESSION,
    existingFile: (path) => FILES[path] ?? { kind: 'none' },
  });
}
