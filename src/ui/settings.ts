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

/** Where the makers of the protocol publish it: https://agentclientprotocol.com/get-started/registry */
const REGISTRY_URL = 'https://cdn.agentclientprotocol.com/registry/v1/latest/registry.json';

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

  /** The address of the ACP registry; `undefined`: it is switched off. */
  registryUrl(): string | undefined {
    const url = machineValue(settings.registryUrl, v.string())?.trim() ?? REGISTRY_URL;
    return url === '' ? undefined : url;
  },

  /** Whether agents are to ask whatever their own settings allow. A workspace can switch it on, not off. */
  isStrict(): boolean {
    const inspected = vscode.workspace.getConfiguration(settings.section).inspect(settings.strict);
    const { globalValue, workspaceFolderValue, workspaceValue } = inspected ?? {};
    return [globalValue, workspaceValue, workspaceFolderValue].includes(true);
  },

  /** Minutes until what nobody answered is denied; 0: never. A workspace has no say in it. */
  timeout(): number {
    return machineValue(settings.timeout, v.pipe(v.number(), v.finite(), v.minValue(0))) ?? 0;
  },

  /** Who may answer from elsewhere, and how they are reached: nothing of it is a workspace's to say. */
  phone: {
    isEnabled: (): boolean => machineValue(settings.phoneEnabled, v.boolean()) ?? true,
    /** An address of this machine or the name of an interface; `undefined`: the likeliest private address. */
    networkInterface: (): string | undefined => machineText(settings.phoneInterface),
    /** `undefined`: any that is free. */
    port: (): number | undefined => machineValue(settings.phonePort, portNumber),
    /** As it was typed; `undefined`: phones on the local network only. */
    relay: (): string | undefined => machineText(settings.phoneRelay),
    /** Phones paired over the local network answer everything without a word at the desktop. */
    lanMayAlwaysAllow: (): boolean =>
      machineValue(settings.phoneLanMayAlwaysAllow, v.boolean()) ?? false,
    isPushOn: (): boolean => machineValue(settings.phonePush, v.boolean()) ?? true,
  },

  notifications(): NotificationsSetting {
    const value = vscode.workspace.getConfiguration(settings.section).get(settings.notifications);
    return value === 'always' || value === 'never' ? value : 'unfocused';
  },
};

const portNumber = v.pipe(v.number(), v.integer(), v.minValue(1024), v.maxValue(65_535));

function machineText(key: string): string | undefined {
  return machineValue(key, v.string())?.trim() || undefined;
}

function machineValue<T>(key: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  const inspected = vscode.workspace.getConfiguration(settings.section).inspect(key);
  const parsed = v.safeParse(schema, inspected?.globalValue);
  return parsed.success ? parsed.output : undefined;
}
