import assert from 'node:assert/strict';
import { agentEnvironment } from '../../../src/agents/environment.ts';

describe('agentEnvironment', () => {
  it("takes out the editor's and our own variables and keeps the person's", () => {
    const kept = { PATH: '/usr/bin', ANTHROPIC_API_KEY: 'k', EDITOR: 'vim', MY_VSCODE_: '1' };
    const env = agentEnvironment({
      ...kept,
      VSCODE_IPC_HOOK: '/run/x',
      VSCODE_INSPECTOR_OPTIONS: '{}',
      ELECTRON_RUN_AS_NODE: '1',
      COUNTERSIGN_CACHE: '/c',
      CODE_SERVER_PARENT_PID: '1',
      CHROME_DESKTOP: 'code.desktop',
      UNSET: undefined,
    });
    assert.deepEqual(env, kept);
  });

  it("takes out the debugger's NODE_OPTIONS only", () => {
    const bootloader = '--require "/x/ms-vscode.js-debug/src/bootloader.js"';
    assert.deepEqual(agentEnvironment({ NODE_OPTIONS: bootloader }), {});
    const own = { NODE_OPTIONS: '--max-old-space-size=4096' };
    assert.deepEqual(agentEnvironment(own), own);
  });

  it('takes out what only works inside the integrated terminal', () => {
    assert.deepEqual(
      agentEnvironment({
        TERM_PROGRAM: 'vscode',
        TERM_PROGRAM_VERSION: '1.101.0',
        GIT_ASKPASS: '/opt/code/resources/app/extensions/git/dist/askpass.sh',
      }),
      {},
    );
    const own = { TERM_PROGRAM: 'iTerm.app', TERM_PROGRAM_VERSION: '3', GIT_ASKPASS: '/bin/ask' };
    assert.deepEqual(agentEnvironment(own), own);
  });

  it('does not let Claude Code take itself for a part of another one', () => {
    assert.deepEqual(
      agentEnvironment({
        CLAUDECODE: '1',
        CLAUDE_CODE_SSE_PORT: '1',
        CLAUDE_CODE_USE_BEDROCK: '1',
      }),
      { CLAUDE_CODE_USE_BEDROCK: '1' },
    );
  });
});
