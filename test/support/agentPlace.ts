import type { AgentUnderTest } from '../agents/conversation.ts';
import type { ScriptedModel } from './scriptedModel.ts';
import { removeFolder } from './testFolder.ts';

/** What programs need to run at all. */
export function platformVariables(): NodeJS.ProcessEnv {
  const names = ['PATH', 'Path', 'PATHEXT', 'SystemRoot', 'ComSpec', 'LANG'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** A home that is not the person's, and a folder for temporary files. */
export function homeVariables(home: string, temporary: string): NodeJS.ProcessEnv {
  return { HOME: home, USERPROFILE: home, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
}

/** An agent's prompts are those of its scripted model; both go with the folder. */
export function scriptedBy<Call>(
  model: ScriptedModel<Call>,
  folder: string,
): Pick<AgentUnderTest, 'prompt' | 'dispose'> {
  return {
    prompt: (calls) => model.promptFor(calls as readonly Call[]),
    dispose: async () => {
      await model.close();
      removeFolder(folder);
    },
  };
}
