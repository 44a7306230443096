import path from 'node:path';
import { linkAssistantLauncher } from '../../src/agents/linkAssistant/launcher.ts';
import type { AgentUnderTest } from '../agents/conversation.ts';
import { ROOT, removeFolder, temporaryFolder } from './testFolder.ts';

/** The program that stands in for `agent` of link-assistant; why, see there. */
export const LINK_AGENT = path.join(ROOT, 'test/support/fakeLinkAgent.mjs');

interface Call {
  readonly command: string;
}

/** `agent` of link-assistant over real pipes, with a program that stands in for it. */
export async function linkAgentUnderTest(): Promise<AgentUnderTest> {
  const cwd = temporaryFolder();
  return {
    launcher: linkAssistantLauncher({ command: process.execPath, args: [LINK_AGENT] }),
    env: { PATH: process.env['PATH'] },
    cwd,
    makeFile: (file): Call => ({ command: `touch ${file}` }),
    makeFileInParallel: (file): Call => ({ command: `touch ${file}` }),
    prompt: (calls) =>
      JSON.stringify({ calls: (calls as readonly Call[]).map(({ command }) => command) }),
    isStandIn: true,
    // A `permission_response` has no place for words.
    toldToModel: () => undefined,
    dispose: async () => removeFolder(cwd),
  };
}
