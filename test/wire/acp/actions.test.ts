import assert from 'node:assert/strict';
import { actionOf } from '../../../src/agents/claude/toolMapping.ts';
import { isJsonObject, type JsonObject, stringAt } from '../../../src/base/json.ts';
import { type Action, argsHash } from '../../../src/permission/action.ts';
import type { PermissionRequest } from '../../../src/permission/request.ts';
import { canHaveRule } from '../../../src/permission/rules.ts';
import { MemoryAgent, SESSION, settle } from './memoryAgent.ts';
import { recording } from './recording.ts';

const PROJECT = SESSION.cwd;

describe('what recorded ACP agents ask for', () => {
  const sameCommand: readonly (readonly [string, number, string])[] = [
    ['claude-bash-allow', 0, 'pnpm test'],
    ['gemini-shell-allow-once', 0, 'echo hi > out.txt'],
    ['gemini-shell-allow-once', 1, 'echo again > out2.txt'],
    ['qwen-shell-once-reject', 1, 'touch 2.txt'],
    ['opencode', 0, 'echo acp-once'],
    ['copilot-run', 0, 'touch one.txt'],
    ['copilot-run', 1, 'touch two.txt'],
    ['codex-cmd-allow-once', 0, 'touch /usr/local/hk2'],
    ['codex-zed-cmd', 0, 'touch /usr/local/hk2'],
  ];
  const expected = argsHash({ tool: 'execute', command: 'pnpm test', cwd: '.' });
  for (const [name, index, command] of sameCommand) {
    it(`gives one hash for one command: ${name} ${index}`, async () => {
      const requests = await asked(name, (text) =>
        text.replaceAll(JSON.stringify(command).slice(1, -1), 'pnpm test'),
      );
      const request = requests[index];
      assert.deepEqual(request?.action, { tool: 'execute', command: 'pnpm test', cwd: '.' });
      assert.equal(request.argsHash, expected);
      assert.equal(canHaveRule(request), true);
    });
  }

  it('gives the hashes of Claude Code in its own dialect to the same calls over ACP', async () => {
    const place = {
      session: SESSION,
      inSessionDirectory: true,
      existingFile: () => ({ kind: 'none' }) as const,
    };
    const native = (toolName: string, input: JsonObject) =>
      argsHash(actionOf({ toolName, input }, place));
    const hashes = await Promise.all(
      ['claude-bash-allow', 'claude-edit', 'claude-write', 'claude-para'].map(
        async (name) => (await asked(name))[0]?.argsHash,
      ),
    );
    const file = (name: string) => ({ file_path: `${PROJECT}/${name}` });
    assert.deepEqual(hashes, [
      native('Bash', { command: 'pnpm test', description: 'Other words', timeout: 1000 }),
      native('Edit', { ...file('edit-me.txt'), old_string: 'old line', new_string: 'new line' }),
      native('Write', { ...file('hello.txt'), content: 'hello from the fake model\n' }),
      native('WebFetch', { url: 'https://one.example/a', prompt: 'q' }),
    ]);
  });

  it('does not know where a Gemini command runs unless it is exactly the session directory', async () => {
    const actions = await actionsOf('gemini-shell-shapes');
    assert.deepEqual(
      actions.map(
        (action) => action.tool === 'execute' && [action.command.slice(0, 12), action.cwd],
      ),
      [
        ['pwd > where.', undefined],
        ['pwd > where2', undefined],
        ['cat <<EOF > ', undefined],
        ['echo $(id)', undefined],
        ['sleep 1', undefined],
      ],
    );
    const requests = await asked('gemini-shell-shapes');
    assert.deepEqual(requests.map(canHaveRule), [false, false, false, false, false]);
  });

  it('shows that Gemini runs a command in the background', async () => {
    const [background] = (await actionsOf('gemini-shell-shapes')).slice(-1);
    assert.deepEqual(background?.widened, { background: true });
  });

  it('reads the MCP calls of Gemini, and never takes an argument "command" for a shell command', async () => {
    const requests = await asked('gemini-mcp');
    const [plain, command, omitted] = requests;
    assert.deepEqual(plain?.action, {
      tool: 'mcp',
      server: 'lab-srv',
      toolName: 'delete_record',
      arguments: { id: 42 },
    });
    assert.deepEqual(command?.action, {
      tool: 'mcp',
      server: 'lab-srv',
      toolName: 'run',
      arguments: { command: 'ls -la' },
    });
    assert.deepEqual([omitted?.action.incomplete, omitted && canHaveRule(omitted)], [true, false]);
  });

  it('gives one hash for one MCP call, by Gemini and by Qwen', async () => {
    const [gemini] = await asked('gemini-mcp');
    const [qwen] = await asked('qwen-mcp-fetch');
    assert.equal(gemini?.argsHash, qwen?.argsHash);
  });

  it('gives one hash for one fetch, by Qwen and by Copilot', async () => {
    const fetches = [...(await asked('qwen-mcp-fetch')), ...(await asked('copilot-run'))].filter(
      ({ action }) => action.tool === 'fetch',
    );
    assert.deepEqual(
      fetches.map(({ action }) => action),
      Array(2).fill({ tool: 'fetch', url: 'http://127.0.0.1:9/page' }),
    );
  });

  const edits: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['gemini-write', ['new.txt', 'old.txt', 'old.txt'], ['write', 'write', 'write']],
    ['qwen-write', ['new.txt', 'old.txt'], ['write', 'replace']],
    ['opencode', ['acp.txt'], ['write']],
    ['copilot-run', ['new.txt', 'old.txt'], ['patch', 'patch']],
    ['claude-edit', ['edit-me.txt'], ['replace']],
    ['claude-write', ['hello.txt'], ['write']],
  ];
  for (const [name, files, changes] of edits) {
    it(`names the file and the change of an edit: ${name}`, async () => {
      const found = (await actionsOf(name)).filter((action) => action.tool === 'edit');
      assert.deepEqual(
        found.map(({ path, change }) => [path, change.kind]),
        files.map((file, index) => [`${PROJECT}/${file}`, changes[index]]),
      );
      for (const action of found) assert.equal(action.unclassified, undefined);
    });
  }

  it('takes the diff that Codex told before it asked', async () => {
    assert.deepEqual(await actionsOf('codex-patch'), [
      { tool: 'edit', path: '/usr/local/hk3.txt', change: { kind: 'write', newText: 'x\n' } },
    ]);
  });

  it('takes server, tool and arguments that Codex told before it asked', async () => {
    assert.deepEqual(await actionsOf('codex-mcp'), [
      { tool: 'mcp', server: 'labmcp', toolName: 'danger', arguments: { path: '/x' } },
    ]);
  });

  it('keeps the directory that Qwen names', async () => {
    const [inSub] = await actionsOf('qwen-shell-once-reject');
    assert.deepEqual(inSub, { tool: 'execute', command: 'pwd > 1.txt', cwd: 'sub' });
  });

  it('takes the reason from where each agent puts it', async () => {
    const reasons = await Promise.all(
      ['claude-bash-allow', 'gemini-shell-allow-once', 'copilot-run', 'codex-zed-cmd'].map(
        async (name) => (await asked(name))[0]?.display.why?.join(''),
      ),
    );
    assert.deepEqual(reasons, ['Run the test suite', 'write hi', 'make one', 'Write there?']);
  });

  it('says before the click that a deny ends the turn in Codex, and not elsewhere', async () => {
    const [codex] = await asked('codex-cmd-reject');
    const [claude] = await asked('claude-bash-reject');
    assert.deepEqual([codex?.denyEndsTurn, claude?.denyEndsTurn], [true, undefined]);
  });

  it('forwards no "always" of any agent', async () => {
    for (const name of ['gemini-mcp', 'qwen-write', 'opencode', 'copilot-run', 'codex-cancel'])
      for (const { options } of await asked(name))
        for (const { kind, bound } of options)
          assert.equal(bound === 'exact', !kind.endsWith('always'));
  });
});

/** The permission requests of a recording, as they come out of a connection; `change` edits the frames' text first. */
async function asked(
  name: string,
  change: (text: string) => string = (text) => text,
): Promise<PermissionRequest[]> {
  const frames = recording(name);
  const init = frames.find(({ frame }) => frame['result'] !== undefined)?.frame;
  const info = (init?.['result'] as { agentInfo?: JsonObject } | undefined)?.agentInfo;
  const created = frames.find(({ frame }) => stringAt(frame['result'], 'sessionId') !== undefined);
  const sessionId = stringAt(created?.frame['result'], 'sessionId') ?? '';
  const cwd = frames.find(({ frame }) => frame['method'] === 'session/new')?.frame['params'];
  const folder = stringAt(cwd, 'cwd') ?? PROJECT;
  const agent = new MemoryAgent();
  const requests: PermissionRequest[] = [];
  agent.broker.onDidRaise((request) => requests.push(request));
  const session = { ...SESSION, cwd: folder, workspaceFolder: folder };
  const opened = created?.frame['result'];
  await agent.openAs(stringAt(info, 'name') ?? '', session, isJsonObject(opened) ? opened : {});
  for (const { from, frame } of frames) {
    if (from === 'agent' && 'method' in frame)
      agent.say(change(JSON.stringify(frame)).replaceAll(sessionId, 'S'));
  }
  await settle();
  assert.equal(agent.failure, undefined);
  return requests;
}

async function actionsOf(name: string): Promise<Action[]> {
  return (await asked(name)).map(({ action }) => action);
}
