import * as v from 'valibot';
import * as vscode from 'vscode';
import { settings } from './names.ts';

/** An ACP agent that the person named in the user settings. */
export interface ConfiguredAgent {
  readonly id: string;
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const agentSetting = v.object({
  name: v.pipe(v.string(), v.minLength(1)),
  command: v.pipe(v.string(), v.minLength(1)),
  args: v.optional(v.array(v.string()), []),
  env: v.optional(v.record(v.string(), v.string()), {}),
});

export type NotificationsSetting = 'unfocused' | 'always' | 'never';

/** Reads the settings. What names a program comes from the user's settings only, never from a workspace. */
export const userSettings = {
  claudeCommand(): string {
    return machineValue(settings.claudeCommand, v.pipe(v.string(), v.minLength(1))) ?? 'claude';
  },

  /** The ACP agents that can be read, and a sentence for each entry that cannot. */
  agents(): { readonly agents: readonly ConfiguredAgent[]; readonly problems: readonly string[] } {
    const entries = machineValue(settings.agents, v.record(v.string(), v.unknown())) ?? {};
    const agents: ConfiguredAgent[] = [];
    const problems: string[] = [];
    for (const [id, entry] of Object.entries(entries)) {
      const parsed = v.safeParse(agentSetting, entry);
      if (parsed.success) agents.push({ id, ...parsed.output });
      else
        problems.push(
          `Agent "${id}" in countersign.agents was left out: ${v.summarize(parsed.issues)}`,
        );
    }
    return { agents, problems };
  },

  notifications(): NotificationsSetting {
    const value = vscode.workspace.getConfiguration(settings.section).get(settings.notifications);
    return value === 'always' || value === 'never' ? value : 'unfocused';
  },
};

function machineValue<T>(key: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  const inspected = vscode.workspace.getConfiguration(settings.section).inspect(key);
  const parsed = v.safeParse(schema, inspected?.globalValue);
  return parsed.success ? parsed.output : undefined;
}
