import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { AcpLauncherOptions } from '../../../src/agents/acp/launcher.ts';
import type { StartOptions } from '../../../src/agents/agent.ts';
import { createAcpLauncher, createLauncher } from '../../../src/agents/catalog.ts';
import { refuseLooseStart } from '../../../src/agents/looseStart.ts';
import { removeFolder, temporaryFolder } from '../../support/testFolder.ts';

type Given = Partial<Pick<AcpLauncherOptions, 'args' | 'command' | 'env'>>;
const check = ({ args = [], command = 'mine', env = {} }: Given) =>
  refuseLooseStart({ name: 'Mine', command, args, env }, {});

const LOOSE: readonly (readonly string[])[] = [
  ['--dangerously-skip-permissions'],
  ['--allow-dangerously-skip-permissions'],
  ['--dangerously-bypass-approvals-and-sandbox'],
  ['--dangerously-bypass-hook-trust'],
  ['--yolo'],
  ['--yolo=true'],
  ['-y'],
  ['--approval-mode', 'yolo'],
  ['--approval-mode=yolo'],
  ['--approval-mode', 'auto-edit'],
  ['--approval-mode', 'auto_edit'],
  ['--approval-mode', 'auto'],
  ['--approvalMode', 'yolo'],
  ['--approval-mode'],
  ['--permission-mode', 'bypassPermissions'],
  ['--permission-mode=acceptEdits'],
  ['--permission-mode', 'dontAsk'],
  ['--permission-mode', 'auto'],
  ['--full-auto'],
  ['--approve-for-me'],
  ['-a', 'never'],
  ['-a', 'on-failure'],
  ['--ask-for-approval', 'never'],
  ['--ask-for-approval=on-request'],
  ['-c', 'approval_policy="never"'],
  ['-c', 'approval_policy = "on-request"'],
  ['--config', 'approval_policy=never'],
  ['-c', 'sandbox_mode="danger-full-access"'],
  ['--sandbox', 'danger-full-access'],
  ['-s', 'danger-full-access'],
  ['--allow-all-tools'],
  ['--allow-all'],
  ['--allow-all-paths'],
  ['--allow-all-urls'],
  ['--allow-tool', 'shell(rm:*)'],
  ['--allow-tool=write'],
  ['--allow-url', 'example.com'],
  ['--autopilot'],
  ['--allowed-tools', 'run_shell_command'],
  ['--allowedTools', 'Bash'],
  ['--auto-approve'],
  ['--trust-all-tools'],
  ['-c', 'exec gemini --acp --yolo'],
  ['-c', "gemini --acp '--approval-mode' 'yolo'"],
];

describe('Arguments of an agent of the settings that switch its asking off', () => {
  for (const loose of LOOSE)
    it(`are refused: ${loose.join(' ')}`, () => {
      const refused = {
        code: 'agentNotGated',
        message: /its arguments hold .* It was not started/,
      };
      assert.throws(() => check({ args: loose }), refused);
      assert.throws(() => check({ args: ['--acp', ...loose, '--debug'] }), refused);
    });

  const fine: readonly Given[] = [
    { args: [] },
    { args: ['--acp'] },
    { args: ['--acp', '--approval-mode', 'default'] },
    { args: ['--permission-mode=plan'] },
    { args: ['-a', 'untrusted', '-c', 'approval_policy="untrusted"', '-c', 'model="x"'] },
    { args: ['--sandbox', 'read-only', '-s', 'workspace-write'] },
    { args: ['--yolo=false', '--no-yolo', '--deny-tool', 'write'] },
    { command: 'npx', args: ['-y', '@google/gemini-cli', '--acp'] },
    { command: '/usr/local/bin/npx', args: ['--quiet', '-y', 'x'] },
    { args: ['-c', 'exec gemini --acp'] },
  ];
  for (const given of fine)
    it(`are not these: ${JSON.stringify(given)}`, () => assert.doesNotThrow(() => check(given)));

  it('are told from what a runner is told', () => {
    const args = ['-y', '@google/gemini-cli', '--acp', '-y'];
    assert.throws(() => check({ command: 'npx', args }), { code: 'agentNotGated' });
  });

  it('can be variables', () => {
    for (const [name, value] of [
      ['COPILOT_ALLOW_ALL', 'true'],
      ['copilot_allow_all', '1'],
      ['COPILOT_ASSISTED_APPROVAL', 'on'],
      ['INITIAL_AGENT_MODE', 'agent-full-access'],
      ['LINK_ASSISTANT_AGENT_PERMISSION_MODE', 'auto'],
      ['OPENCODE_PERMISSION', '{"*":"allow"}'],
    ] as const)
      assert.throws(
        () => check({ env: { [name]: value } }),
        { code: 'agentNotGated', message: new RegExp(`its environment holds ${name}=`) },
        name,
      );
    const env = { COPILOT_ALLOW_ALL: 'false', INITIAL_AGENT_MODE: 'workspace-write', MODE: 'yolo' };
    assert.doesNotThrow(() => check({ env }));
  });

  describe('in a script around the program', () => {
    let folder: string;
    beforeEach(() => {
      folder = temporaryFolder();
    });
    afterEach(() => removeFolder(folder));
    const checkScript = (text: string, name = 'copilot') => {
      fs.writeFileSync(path.join(folder, name), text, { mode: 0o755 });
      const start = { name: 'Copilot', command: 'copilot', args: [], env: {} };
      refuseLooseStart(start, { PATH: folder });
    };

    for (const line of [
      'exec /opt/copilot --allow-all-tools "$@"',
      'exec /opt/copilot "$@" --allow-tool "shell(rm:*)"',
      'exec /opt/copilot \\\n  --yolo "$@"',
      'exec codex -c \'approval_policy = "never"\' "$@"',
      'export COPILOT_ALLOW_ALL=true; exec /opt/copilot "$@"',
      'COPILOT_ALLOW_ALL="1" exec /opt/copilot "$@"',
      'exec claude --permission-mode=bypassPermissions "$@"',
    ])
      it(`are refused: ${JSON.stringify(line)}`, () => {
        for (const shell of ['#!/bin/sh', '#!/usr/bin/env bash', '#!/bin/zsh -f'])
          assert.throws(() => checkScript(`${shell}\n# ours\n${line}\n`), {
            code: 'agentNotGated',
            message: /the script .*copilot holds .* It was not started/,
          });
      });

    for (const text of [
      '#!/bin/sh\n# not with --yolo\nexec npx -y @github/copilot --deny-tool write "$@"\n',
      '#!/bin/sh\nCOPILOT_ALLOW_ALL=false exec /opt/copilot --model gpt-x "$@"\n',
      // A program of its own that knows such options.
      '#!/usr/bin/env node\nif (process.argv.includes("--yolo")) go();\n',
      '\u007fELF --allow-all-tools',
      `#!/bin/sh\n${'x'.repeat(70_000)} --yolo`,
    ])
      it(`are not these: ${JSON.stringify(text.slice(0, 70))}`, () => {
        assert.doesNotThrow(() => checkScript(text));
      });

    it('are refused of an agent of the parity table as well', async () => {
      const file = path.join(folder, 'started');
      const program = path.join(folder, 'copilot');
      const script = `#!/bin/sh\ntouch ${file}\nexec /opt/copilot --allow-all-tools "$@"\n`;
      fs.writeFileSync(program, script, { mode: 0o755 });
      const commands = { copilot: program };
      const launcher = await createLauncher('copilot', { demoProgram: '', commands });
      await assert.rejects(launcher.start(startIn(folder)), { code: 'agentNotGated' });
      assert.equal(fs.existsSync(file), false);
    });
  });

  it('are refused before anything is started', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'started');
    try {
      const script = `require('node:fs').writeFileSync(${JSON.stringify(file)}, '')`;
      const start = async (...more: string[]) => {
        const args = ['-e', script, '--', ...more];
        const options = { id: 'mine', name: 'Mine', command: process.execPath, args };
        const launcher = await createAcpLauncher(options, () => false);
        await assert.rejects(launcher.start(startIn(folder)));
        return fs.existsSync(file);
      };
      assert.equal(await start('--acp', '--yolo'), false);
      assert.equal(await start('--acp'), true);
    } finally {
      removeFolder(folder);
    }
  });
});

function startIn(cwd: string): StartOptions {
  return {
    session: { key: 'k', title: 'Test', cwd, workspaceFolder: cwd },
    gate: { raise: () => assert.fail('Nothing asks') },
    env: { PATH: process.env['PATH'] },
    signal: new AbortController().signal,
    log: () => undefined,
  };
}
