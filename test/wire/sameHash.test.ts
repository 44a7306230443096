import assert from 'node:assert/strict';
import { type Action, argsHash } from '../../src/permission/action.ts';
import type { PermissionRequest } from '../../src/permission/request.ts';
import { canHaveRule } from '../../src/permission/rules.ts';
import { type Asked, acp, claude, codex, linkAssistant, openCode } from './askedRequests.ts';

/** Who asked, the recorded session, which of its requests it is, and the texts of its frames that are replaced. */
type Row = readonly [
  dialect: string,
  asked: Asked,
  index: number,
  texts: Readonly<Record<string, string>>,
];

const COMMAND = { tool: 'execute', command: 'pnpm test', cwd: '.' } as const;
const COMMANDS: readonly Row[] = [
  ['Claude Code', claude('bash-allow'), 0, {}],
  ['Claude Code over ACP', acp('claude-bash-allow'), 0, {}],
  ['Codex, in its /bin/bash -lc', codex('policy-untrusted-dfa'), 3, { 'npm test': 'pnpm test' }],
  ['Codex, other words', codex('policy-untrusted-dfa'), 1, { 'git status': 'pnpm test' }],
  ['Codex over ACP', acp('codex-cmd-allow-once'), 0, { 'touch /usr/local/hk2': 'pnpm test' }],
  ["Codex over Zed's ACP", acp('codex-zed-cmd'), 0, { 'touch /usr/local/hk2': 'pnpm test' }],
  ['Gemini CLI', acp('gemini-shell-allow-once'), 0, { 'echo hi > out.txt': 'pnpm test' }],
  ['Qwen Code', acp('qwen-shell-once-reject'), 1, { 'touch 2.txt': 'pnpm test' }],
  ['OpenCode', openCode('serve-basic'), 0, { 'echo hello-once': 'pnpm test' }],
  ['OpenCode over ACP', acp('opencode'), 0, { 'echo acp-once': 'pnpm test' }],
  ['GitHub Copilot CLI', acp('copilot-run'), 0, { 'touch one.txt': 'pnpm test' }],
  ['agent (link-assistant)', linkAssistant('bash-once'), 0, { 'touch made.txt': 'pnpm test' }],
];

const FETCH = { tool: 'fetch', url: 'https://one.example/a' } as const;
const FETCHES: readonly Row[] = [
  ['Claude Code', claude('para-webfetch'), 0, {}],
  ['Claude Code over ACP', acp('claude-para'), 0, {}],
  ['Qwen Code', acp('qwen-mcp-fetch'), 3, { 'http://127.0.0.1:9/page': FETCH.url }],
  ['OpenCode', openCode('serve-fetch-mcp'), 0, {}],
  ['OpenCode over ACP', acp('opencode-fetch'), 0, { 'http://127.0.0.1:9/page': FETCH.url }],
  ['GitHub Copilot CLI', acp('copilot-run'), 7, { 'http://127.0.0.1:9/page': FETCH.url }],
  [
    'agent (link-assistant)',
    linkAssistant('tools-list'),
    2,
    { 'http://127.0.0.1:4873/x': FETCH.url },
  ],
];

const MCP = {
  tool: 'mcp',
  server: 'lab-srv',
  toolName: 'delete_record',
  arguments: { id: 42 },
} as const;
const CODEX_MCP = { labmcp: 'lab-srv', danger: 'delete_record', '{"path":"/x"}': '{"id":42}' };
const MCP_CALLS: readonly Row[] = [
  [
    'Claude Code',
    claude('mcp-allow'),
    0,
    { mcp__lab__deploy: 'mcp__lab-srv__delete_record', '{"target":"staging"}': '{"id":42}' },
  ],
  ['Claude Code over ACP', acp('claude-mcp'), 0, {}],
  ['Codex', codex('mcp-elicitation'), 0, CODEX_MCP],
  ['Codex over ACP', acp('codex-mcp'), 0, CODEX_MCP],
  ['Gemini CLI', acp('gemini-mcp'), 0, {}],
  [
    'OpenCode',
    openCode('serve-fetch-mcp'),
    1,
    { marks_mark: 'lab-srv_delete_record', '{"file":"x"}': '{"id":42}' },
  ],
  ['Qwen Code', acp('qwen-mcp-fetch'), 0, {}],
];

const PLAIN_MCP = {
  tool: 'mcp',
  server: 'lab',
  toolName: 'deploy',
  arguments: { target: 'staging' },
} as const;
const PLAIN_MCP_CALLS: readonly Row[] = [
  ['Claude Code', claude('mcp-allow'), 0, {}],
  [
    'GitHub Copilot CLI',
    acp('copilot-mcp'),
    0,
    { delete_record: 'deploy', '{"id":42}': '{"target":"staging"}' },
  ],
];

const FILE = '/home/dev/project/src/file.txt';
const file = (name: string) => ({ [`/home/dev/project${name}`]: FILE });
const EDITS: readonly Row[] = [
  ['Claude Code', claude('edit-allow'), 0, file('/edit-me.txt')],
  ['Claude Code, a whole file', claude('write-allow'), 0, file('/hello.txt')],
  ['Claude Code over ACP', acp('claude-edit'), 0, file('/edit-me.txt')],
  ['Codex', codex('file-accept'), 0, file('.txt')],
  ['Codex over ACP', acp('codex-patch'), 0, { '/usr/local/hk3.txt': FILE }],
  ['Gemini CLI', acp('gemini-write'), 0, file('/new.txt')],
  ['Qwen Code', acp('qwen-write'), 0, file('/new.txt')],
  ['OpenCode', openCode('serve-basic'), 4, file('/w1.txt')],
  // The call names its file in another way than the request for it.
  ['OpenCode over ACP', acp('opencode'), 3, { ...file('/acp.txt'), '"acp.txt"': '"src/file.txt"' }],
  ['GitHub Copilot CLI', acp('copilot-run'), 5, file('/new.txt')],
  ['agent (link-assistant)', linkAssistant('edit-once'), 0, file('/edit-once/f.txt')],
];

describe('One call, one hash, whoever asks', () => {
  same('a command', COMMAND, COMMANDS);
  same('a fetch', FETCH, FETCHES);
  same('a call of an MCP tool', MCP, MCP_CALLS);
  // Copilot puts a hyphen between the two names, so where they end is known only where they have none.
  same('a call of an MCP tool whose names are plain', PLAIN_MCP, PLAIN_MCP_CALLS);

  for (const [dialect, asked, index, texts] of EDITS)
    it(`an edit names its file for the rules of paths: ${dialect}`, async () => {
      const { action } = await requestOf(asked, index, texts);
      assert.deepEqual([action.tool, action.tool === 'edit' && action.path], ['edit', FILE]);
    });
});

describe('A call whose arguments the agent does not show', () => {
  it('has no rule: OpenCode over ACP asks for an MCP call before it tells what it is called with', async () => {
    const request = await requestOf(acp('opencode-mcp'), 0, {});
    assert.equal(request.action.tool, 'other');
    assert.equal(canHaveRule(request), false);
  });

  it('has no rule: what Gemini fetches is in words that its model wrote', async () => {
    const request = await requestOf(acp('gemini-fetch'), 0, {});
    assert.equal(request.action.tool, 'other');
    assert.equal(canHaveRule(request), false);
  });
});

describe('A call of an MCP tool over Copilot whose names are not certain', () => {
  const UNCERTAIN: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['can be cut in two places', { '"lab-delete_record"': '"lab-srv-delete_record"' }],
    ['is asked for under another title', { '"title":"delete_record"': '"title":"deploy"' }],
    ['is described in words', { 'lab-delete_record': 'my lab-delete_record' }],
  ];
  for (const [title, texts] of UNCERTAIN)
    it(`has no rule: it ${title}`, async () => {
      const request = await requestOf(acp('copilot-mcp'), 0, texts);
      assert.equal(request.action.tool, 'other');
      assert.equal(canHaveRule(request), false);
    });
});

describe('A call that may do more has another hash', () => {
  /** What is put beside the command in its recorded input, and whether it only is shown then. */
  const MORE: readonly (readonly [string, Asked, number, string, string])[] = [
    [
      'outside of the sandbox',
      claude('bash-allow'),
      0,
      '"command":"pnpm test"',
      '"dangerouslyDisableSandbox":true',
    ],
    [
      'in the background',
      claude('bash-allow'),
      0,
      '"command":"pnpm test"',
      '"run_in_background":true',
    ],
    [
      'in the background, Qwen',
      acp('qwen-shell-once-reject'),
      1,
      '"is_background":false',
      '"is_background":true',
    ],
    [
      'with a field that nobody knows',
      claude('bash-allow'),
      0,
      '"command":"pnpm test"',
      '"as_root":true',
    ],
    [
      'with a field that nobody knows, ACP',
      acp('claude-bash-allow'),
      0,
      '"command":"pnpm test"',
      '"as_root":true',
    ],
    [
      'with a field that nobody knows, Qwen',
      acp('qwen-shell-once-reject'),
      1,
      '"is_background":false',
      '"as_root":true',
    ],
    [
      'with a field that nobody knows, Copilot',
      acp('copilot-run'),
      0,
      '"command":"touch one.txt"',
      '"as_root":true',
    ],
  ];
  for (const [title, asked, index, beside, more] of MORE)
    it(title, async () => {
      const plain = await requestOf(asked, index, {});
      const isReplaced = more.startsWith(beside.slice(0, beside.indexOf(':')));
      const wide = await requestOf(asked, index, {
        [beside]: isReplaced ? more : `${beside},${more}`,
      });
      assert.notEqual(wide.argsHash, plain.argsHash);
      assert.notDeepEqual(wide.action, plain.action);
    });

  it('because Codex may run it outside of its sandbox, or with more permissions', async () => {
    for (const [name, from] of [
      ['cmd-acceptForSession', 'touch /usr/local/t1'],
      ['cmd-additionalPermissions', 'touch /usr/local/labdir2'],
    ] as const) {
      const request = await requestOf(codex(name), 0, { [from]: 'pnpm test' });
      assert.ok(request.action.widened, name);
      assert.notEqual(request.argsHash, argsHash(COMMAND));
    }
  });
});

function same(title: string, action: Action, rows: readonly Row[]): void {
  for (const [dialect, asked, index, texts] of rows)
    it(`${title}: ${dialect}`, async () => {
      const request = await requestOf(asked, index, texts);
      assert.deepEqual(request.action, action);
      assert.equal(request.argsHash, argsHash(action));
      assert.equal(canHaveRule(request), true);
    });
}

async function requestOf(
  asked: Asked,
  index: number,
  texts: Readonly<Record<string, string>>,
): Promise<PermissionRequest> {
  const request = (await asked(texts))[index];
  assert.ok(request);
  return request;
}
