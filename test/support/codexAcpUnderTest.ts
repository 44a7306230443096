import path from 'node:path';
import { createLauncher } from '../../src/agents/catalog.ts';
import { installed, modernNode, type PinnedPackage } from './agentCache.ts';
import { type CodexUnderTest, codexUnderTest, exec } from './codexUnderTest.ts';

const CODEX_ACP: PinnedPackage = {
  name: '@agentclientprotocol/codex-acp',
  version: '2.6.0',
};

/** The real adapter with the real Codex in it, started as the catalogue says, with a scripted model and a home of its own. */
export async function codexAcpUnderTest(): Promise<CodexUnderTest> {
  const packages = path.join(await installed(CODEX_ACP), '../..');
  const node = await modernNode();
  const agent = await codexUnderTest();
  const ending = process.platform === 'win32' ? '.cmd' : '';
  const program = path.join(packages, '.bin', `codex-acp${ending}`);
  return {
    ...agent,
    launcher: await createLauncher('codex-acp', {
      demoProgram: '',
      commands: { 'codex-acp': program },
    }),
    env: {
      ...agent.env,
      // Its first line asks for `node`.
      PATH: `${path.dirname(node)}${path.delimiter}${agent.env['PATH'] ?? ''}`,
    },
    makeFile: outsideSandbox,
    makeFileInParallel: outsideSandbox,
  };
}

/** It asks only for what leaves its sandbox, so the model asks to leave it. */
function outsideSandbox(file: string) {
  return exec(`touch ${file}`, {
    sandbox_permissions: 'require_escalated',
    justification: 'Make a file',
  });
}
