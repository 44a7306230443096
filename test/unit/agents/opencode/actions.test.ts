import assert from 'node:assert/strict';
import { type AskedCall, actionOf } from '../../../../src/agents/opencode/actions.ts';
import type { Ask } from '../../../../src/agents/opencode/frames.ts';
import { draftOf } from '../../../../src/agents/opencode/requests.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import { canHaveRule } from '../../../../src/permission/rules.ts';
import { SESSION } from '../../../wire/opencode/memoryOpenCode.ts';

interface Told {
  readonly tool: string;
  readonly input: JsonObject;
}

function asked(
  permission: string,
  metadata: JsonObject,
  call?: Told,
  more: Partial<AskedCall> = {},
): AskedCall {
  const ask: Ask = {
    id: 'per_1',
    sessionId: 'ses_1',
    permission,
    patterns: ['x'],
    metadata,
    always: ['*'],
  };
  return {
    ask,
    call,
    session: SESSION,
    mcpServers: ['my server', 'github'],
    existingFile: () => ({ kind: 'none' }),
    ...more,
  };
}

const bash = (input: JsonObject): Told => ({ tool: 'bash', input });
const rulesFor = (each: AskedCall) =>
  canHaveRule(draftOf(each, { id: 'opencode', name: 'OpenCode', version: '' }));

describe('Requests of OpenCode in common words', () => {
  it('are a command in the directory that its call names', () => {
    const of = (input?: JsonObject) =>
      actionOf(asked('bash', { command: 'pnpm test' }, input && bash(input)));
    const command = 'pnpm test';
    assert.deepEqual(of({ command, description: 'x', timeout: 5 }), {
      tool: 'execute',
      command,
      cwd: '.',
    });
    assert.deepEqual(of({ command, workdir: 'packages/a' }), {
      tool: 'execute',
      command,
      cwd: 'packages/a',
    });
    assert.deepEqual(of({ command, workdir: '/tmp' }), { tool: 'execute', command, cwd: '/tmp' });
    assert.deepEqual(of({ command, sudo: true }), {
      tool: 'execute',
      command,
      cwd: '.',
      unclassified: { sudo: true },
    });
  });

  it('are in an unknown directory, and so without a rule, when the call is not known', () => {
    const unknown = asked('bash', { command: 'pnpm test' });
    assert.deepEqual(actionOf(unknown), { tool: 'execute', command: 'pnpm test' });
    assert.equal(rulesFor(unknown), false);
    const other = asked('bash', { command: 'pnpm test' }, bash({ command: 'rm -rf /' }));
    assert.deepEqual(actionOf(other), { tool: 'execute', command: 'pnpm test' });
    const odd = asked('bash', { command: 'ls' }, bash({ command: 'ls', workdir: 7 }));
    assert.equal(rulesFor(odd), false);
  });

  it('are a write with what it goes over, and an edit with its diff', () => {
    const filepath = '/home/dev/project/a.ts';
    const diff = '--- a\n+++ a\n@@ -1 +1 @@\n-x\n+y\n';
    const write: Told = { tool: 'write', input: { filePath: 'a.ts', content: 'y' } };
    const edit: Told = {
      tool: 'edit',
      input: { filePath: 'a.ts', oldString: 'x', newString: 'y' },
    };
    const existingFile = () => ({ kind: 'text', text: 'x' }) as const;
    const of = (call?: Told) => actionOf(asked('edit', { filepath, diff }, call, { existingFile }));
    const base = { tool: 'edit', path: filepath };
    assert.deepEqual(of(write), { ...base, change: { kind: 'write', newText: 'y', oldText: 'x' } });
    assert.deepEqual(of(edit), { ...base, change: { kind: 'patch', diff } });
    assert.deepEqual(of(), { ...base, change: { kind: 'patch', diff } });
    const unknown = asked('edit', { filepath, diff }, write, {
      existingFile: () => ({ kind: 'unknown' }),
    });
    assert.ok(actionOf(unknown).widened);
  });

  it('are of the file that is asked for, whatever the call says', () => {
    const write: Told = { tool: 'write', input: { filePath: 'other.ts', content: 'y' } };
    const metadata = { filepath: '/home/dev/project/a.ts', diff: '+y' };
    assert.deepEqual(actionOf(asked('edit', metadata, write)), {
      tool: 'edit',
      path: '/home/dev/project/a.ts',
      change: { kind: 'patch', diff: '+y' },
    });
  });

  it('are a change that nobody has seen when there is no diff, and no rule answers it', () => {
    const unseen = asked('edit', { filepath: 'a.ts' });
    assert.deepEqual(actionOf(unseen), {
      tool: 'edit',
      path: '/home/dev/project/a.ts',
      change: { kind: 'unseen' },
    });
    assert.equal(rulesFor(unseen), false);
  });

  it('are shown whole, and asked for each time, when they change several files', () => {
    const several = asked('edit', { filepath: 'a, b', files: [{}, {}], diff: '…' });
    assert.equal(actionOf(several).tool, 'other');
    assert.equal(rulesFor(several), false);
  });

  it('are a fetch of the same words as other agents', () => {
    assert.deepEqual(actionOf(asked('webfetch', { url: 'https://a.example/', format: 'text' })), {
      tool: 'fetch',
      url: 'https://a.example/',
    });
  });

  it('are an MCP call with the arguments of the call, or an incomplete one', () => {
    const call: Told = { tool: 'my_server_run', input: { a: 1 } };
    assert.deepEqual(actionOf(asked('my_server_run', {}, call)), {
      tool: 'mcp',
      server: 'my server',
      toolName: 'run',
      arguments: { a: 1 },
    });
    const unseen = asked('github_create', {});
    assert.equal(actionOf(unseen).incomplete, true);
    assert.equal(rulesFor(unseen), false);
    const unclear = asked('a_b_c', {}, undefined, { mcpServers: ['a', 'a_b'] });
    assert.equal(actionOf(unclear).tool, 'other');
    assert.equal(rulesFor(unclear), false);
  });

  it('are a place outside the folder, as OpenCode calls it', () => {
    const place = asked(
      'external_directory',
      { command: 'cat /etc/hosts' },
      bash({ command: 'x' }),
    );
    assert.deepEqual(actionOf(place), {
      tool: 'other',
      toolName: 'external_directory',
      input: { patterns: ['x'], command: 'cat /etc/hosts' },
    });
  });

  it('are a question for a person when the agent goes round in circles', () => {
    assert.equal(rulesFor(asked('doom_loop', { tool: 'bash', input: {} })), false);
  });
});
