import path from 'node:path';
import { build } from 'esbuild';
import { acpLauncher } from '../../src/agents/acp/launcher.ts';
import { createSampleWorkspace } from '../../src/demo/sampleWorkspace.ts';
import { platformVariables } from '../support/agentPlace.ts';
import { makeFolder, ROOT, removeFolder, temporaryFolder } from '../support/testFolder.ts';
import { agentContract } from './contract.ts';
import type { AgentUnderTest } from './conversation.ts';

agentContract('Demo agent', demoUnderTest);

/** The demo agent as it is shipped: one program, in a sample workspace. */
async function demoUnderTest(): Promise<AgentUnderTest> {
  const folder = temporaryFolder();
  const program = path.join(folder, 'demoAgent.mjs');
  await build({
    entryPoints: [path.join(ROOT, 'src/demo/demoAgent.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const cwd = makeFolder(folder, 'project');
  await createSampleWorkspace(cwd);
  const cup = (guest: string) => ({ guest });
  return {
    launcher: acpLauncher({
      id: 'demo',
      name: 'Demo agent',
      command: process.execPath,
      args: [program],
    }),
    env: platformVariables(),
    cwd,
    makeFile: cup,
    makeFileInParallel: cup,
    prompt: (calls) => {
      const guests = (calls as readonly ReturnType<typeof cup>[]).map(({ guest }) => guest);
      return guests.length > 0 ? `[[cups:${guests.join(',')}]]` : '[[say]]';
    },
    // ACP has no place for a sentence along with a deny.
    toldToModel: () => undefined,
    dispose: async () => removeFolder(folder),
  };
}
