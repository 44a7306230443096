import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { isJsonObject, stringAt } from '../../src/base/json.ts';
import { argsHash } from '../../src/permission/action.ts';
import type { PermissionRequest } from '../../src/permission/request.ts';
import { canHaveRule } from '../../src/permission/rules.ts';
import { SESSION as ACP_SESSION, MemoryAgent } from './acp/memoryAgent.ts';
import { recording as acpRecording } from './acp/recording.ts';
import { MemoryClaude } from './claude/memoryClaude.ts';
import { recording as claudeRecording } from './claude/recording.ts';
import { MemoryCodex } from './codex/memoryCodex.ts';
import { recording as codexRecording, openedThread } from './codex/recording.ts';

/** The requests of a recorded session, with texts of its frames replaced by others. */
type Asked = (texts: Readonly<Record<string, string>>) => Promise<readonly PermissionRequest[]>;

/** Dialect, recorded session, the command that it asks for, and how many requests come before it. */
const COMMANDS: readonly (readonly [string, Asked, string, number])[] = [
  ['Claude Code', claude('bash-allow'), 'pnpm test', 0],
  ['Claude Code over ACP', acp('claude-bash-allow'), 'pnpm test', 0],
  ['Codex', codex('policy-untrusted-dfa'), 'npm test', 3],
  ['Codex, two words', codex('policy-untrusted-dfa'), 'git status', 1],
];

describe('One call, one hash', () => {
  const action = { tool: 'execute', command: 'pnpm test', cwd: '.' } as const;
  for (const [dialect, asked, command, index] of COMMANDS) {
    it(`a command asked by ${dialect}`, async () => {
      const request = (await asked({ [command]: 'pnpm test' }))[index];
      assert.deepEqual(request?.action, action);
      assert.equal(request.argsHash, argsHash(action));
      assert.equal(canHaveRule(request), true);
    });
  }

  it('a call of an MCP tool, asked by Claude Code and by Codex', async () => {
    const [first] = await claude('mcp-allow')({});
    const [second] = await codex('mcp-elicitation')({
      '"labmcp"': '"lab"',
      '"danger"': '"deploy"',
      '{"path":"/x"}': '{"target":"staging"}',
    });
    const mcp = { tool: 'mcp', server: 'lab', toolName: 'deploy' };
    const wanted = { ...mcp, arguments: { target: 'staging' } };
    assert.deepEqual([first?.action, second?.action], [wanted, wanted]);
    assert.equal(first?.argsHash, second?.argsHash);
  });

  it('not for a command that may leave the sandbox of Codex', async () => {
    const [request] = await codex('cmd-acceptForSession')({
      'touch /usr/local/t1': 'pnpm test',
    });
    assert.ok(request?.action.widened);
    assert.notEqual(request.argsHash, argsHash(action));
  });
});

function replaced(frame: object, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    JSON.stringify(frame),
  );
}

function claude(name: string): Asked {
  return async (texts) => {
    const memory = await MemoryClaude.start();
    for (const recorded of claudeRecording(name))
      if (recorded.kind === 'out') memory.says(replaced(recorded.frame, texts));
    return [...memory.pending, ...memory.settled.map(({ request }) => request)];
  };
}

function codex(name: string): Asked {
  return async (texts) => {
    const frames = codexRecording(name);
    const opened = { ...openedThread(frames), approvalPolicy: 'untrusted' };
    const memory = await MemoryCodex.start({ 'thread/start': opened });
    const requests: PermissionRequest[] = [];
    memory.broker.onDidRaise((request) => requests.push(request));
    for (const { frame, from } of frames)
      if (from === 'codex' && 'method' in frame) memory.says(replaced(frame, texts));
    return requests;
  };
}

function acp(name: string): Asked {
  return async (texts) => {
    const frames = acpRecording(name);
    const resultWith = (key: string) =>
      frames.map(({ frame }) => frame['result']).find((each) => isJsonObject(each) && key in each);
    const info = resultWith('agentInfo');
    const agentName = stringAt(isJsonObject(info) ? info['agentInfo'] : undefined, 'name') ?? '';
    const created = frames.find(({ frame }) => frame['method'] === 'session/new');
    const cwd = stringAt(created?.frame['params'], 'cwd') ?? ACP_SESSION.cwd;
    const agent = new MemoryAgent();
    const requests: PermissionRequest[] = [];
    agent.broker.onDidRaise((request) => requests.push(request));
    await agent.openAs(agentName, { ...ACP_SESSION, cwd, workspaceFolder: cwd });
    const sessionId = stringAt(resultWith('sessionId'), 'sessionId') ?? '';
    for (const { frame, from } of frames)
      if (from === 'agent' && 'method' in frame)
        agent.say(replaced(frame, texts).replaceAll(sessionId, 'S'));
    await turn();
    return requests;
  };
}
