import * as vscode from 'vscode';
import type { AgentLauncher } from '../agents/agent.ts';
import {
  CATALOG,
  type CatalogAgent,
  createAcpLauncher,
  createLauncher,
  programOf,
} from '../agents/catalog.ts';
import { type AgentCommand, commandHash, GateMemory, type Sighting } from '../agents/gateMemory.ts';
import type { RegistryLaunch } from '../agents/registry/launch.ts';
import { safeText } from '../permission/spans.ts';
import { asksForCell } from '../protocol/asksFor.ts';
import type { AgentName } from '../protocol/historyView.ts';
import { UserError } from '../protocol/userError.ts';
import type { AgentChoice } from '../sessions/rememberedSessions.ts';
import { type ConfiguredAgent, userSettings } from './settings.ts';

export interface AgentItem {
  readonly choice: AgentChoice;
  readonly name: string;
  /** What it asks for, as far as that is known before it is started, or why it cannot be. */
  readonly description: string;
}

/** What of an extension's context launchers need. */
type Context = Pick<vscode.ExtensionContext, 'extensionUri' | 'globalState' | 'globalStorageUri'>;

/** Makes launchers from the person's settings. The dialects are loaded when the first session needs them. */
export class Launchers {
  readonly #context: Context;
  readonly #isDemoWindow: boolean;
  readonly #memory: GateMemory;

  constructor(context: Context, isDemoWindow: boolean) {
    this.#context = context;
    this.#isDemoWindow = isDemoWindow;
    this.#memory = new GateMemory(context.globalState, process.env);
  }

  choices(): readonly AgentItem[] {
    const { agents, problems } = userSettings.agents();
    for (const problem of problems) void vscode.window.showWarningMessage(problem);
    const known = CATALOG.filter(({ relayed }) => relayed.kind === 'yes');
    return [
      ...known.map((agent) => this.#catalogItem(agent)),
      ...agents.map((agent) => this.#settingsItem(agent)),
    ];
  }

  /** Of the agents that Countersign knows and of those in the settings. */
  names(): readonly AgentName[] {
    return [...userSettings.agents().agents, ...CATALOG].map(({ id, name }) => [
      id,
      safeText(name),
    ]);
  }

  #catalogItem(agent: CatalogAgent): AgentItem {
    const choice = { from: 'catalog', id: agent.id } as const;
    const seen = this.#memory.seen(keyOf(choice), commandOf(agent));
    return { choice, name: agent.name, description: describe(agent, seen) };
  }

  #settingsItem(agent: ConfiguredAgent): AgentItem {
    const choice = { from: 'settings', id: agent.id, hash: commandHash(agent) } as const;
    const seen = sightingWords(this.#memory.seen(keyOf(choice), agent));
    const runs = [agent.command, ...agent.args].join(' ');
    return { choice, name: agent.name, description: `${seen} · ${runs}` };
  }

  /** Rejects with a {@link UserError} for an agent that is not there any more, or that would be started in another way. */
  async create(choice: AgentChoice): Promise<AgentLauncher> {
    switch (choice.from) {
      case 'catalog':
        return this.#fromCatalog(choice);
      case 'settings':
        return this.#other(choice, configured(choice));
      case 'registry': {
        const launch = await this.#agreed(choice);
        return this.#other(choice, { ...launch, id: `registry-${choice.id}` });
      }
    }
  }

  async #fromCatalog(choice: AgentChoice): Promise<AgentLauncher> {
    const { id } = choice;
    const { extensionUri } = this.#context;
    const demoProgram = vscode.Uri.joinPath(extensionUri, 'dist', 'demoAgent.js').fsPath;
    const launcher = await createLauncher(id, {
      demoProgram,
      commands: { claude: userSettings.claudeCommand() },
      isStrict: userSettings.isStrict,
    });
    const agent = CATALOG.find((each) => each.id === id);
    return agent
      ? this.#watched(launcher, choice, commandOf(agent), asksForCell(agent.asksFor))
      : launcher;
  }

  async #other(choice: AgentChoice, agent: ConfiguredAgent): Promise<AgentLauncher> {
    const { args, command, env, id, name } = agent;
    const launcher = await createAcpLauncher(
      { id, name, command, args, env },
      userSettings.isStrict,
    );
    return this.#watched(launcher, choice, agent);
  }

  async #watched(
    launcher: AgentLauncher,
    choice: AgentChoice,
    command: AgentCommand,
    measured?: string,
  ): Promise<AgentLauncher> {
    const { watched } = await import('../agents/watched.ts');
    const options = { memory: this.#memory, agentKey: keyOf(choice), command };
    return watched(launcher, { ...options, ...(measured !== undefined && { measured }) });
  }

  async #agreed({ hash = '', id }: AgentChoice): Promise<RegistryLaunch> {
    if (userSettings.registryUrl() === undefined) throw registryIsOff(id);
    const { RegistryPins } = await import('../agents/registry/pins.ts');
    const { agreedLaunch } = await import('../agents/registry/agreed.ts');
    return agreedLaunch(new RegistryPins(this.#context.globalState), id, hash);
  }

  /** The sample workspace: the open folder in a demo window, else a folder of the extension's own. */
  async demoFolder(): Promise<string> {
    const open = vscode.workspace.workspaceFolders?.[0];
    if (this.#isDemoWindow && open) return open.uri.fsPath;
    const folder = vscode.Uri.joinPath(this.#context.globalStorageUri, 'sample').fsPath;
    const { createSampleWorkspace } = await import('../demo/sampleWorkspace.ts');
    await createSampleWorkspace(folder);
    return folder;
  }
}

/** What a person needs to know before choosing it. */
function describe(agent: CatalogAgent, seen: Sighting | undefined): string {
  if (agent.programs.length === 0) return 'no key, no account: asks for one of each';
  if (isMissing(agent)) return `not found here. To install: ${agent.install}`;
  if (seen?.kind === 'refused') return sightingWords(seen);
  const words = versioned(`asks for ${asksForCell(agent.asksFor)}`, seen);
  const { command } = commandOf(agent);
  return command === agent.programs[0] ? words : `${words} · ${command}`;
}

/** Programs that the person named are looked for when they are started. */
function isMissing(agent: CatalogAgent): boolean {
  const isNamed = commandOf(agent).command !== (agent.programs[0] ?? '');
  return agent.programs.length > 0 && !isNamed && programOf(agent, process.env) === undefined;
}

function commandOf({ id, programs }: CatalogAgent): AgentCommand {
  const command = id === 'claude' ? userSettings.claudeCommand() : (programs[0] ?? '');
  return { command, args: [], env: {} };
}

function configured({ hash, id }: AgentChoice): ConfiguredAgent {
  const agent = userSettings.agents().agents.find((each) => each.id === id);
  if (!agent) throw noSuchAgent(id);
  if (commandHash(agent) !== hash) throw notTheSame(agent.name);
  return agent;
}

function sightingWords(seen: Sighting | undefined): string {
  switch (seen?.kind) {
    case undefined:
      return 'looked at before its first start';
    case 'asks':
      return versioned(`asks for ${seen.asksFor}`, seen);
    case 'refused':
      return `refused the last time, and looked at again: ${seen.why}`;
  }
}

function versioned(words: string, seen: Sighting | undefined): string {
  return seen?.kind === 'asks' && seen.version !== '' ? `${seen.version} · ${words}` : words;
}

function keyOf({ from, id }: AgentChoice): string {
  return `${from}.${id}`;
}

function noSuchAgent(id: string): UserError {
  return new UserError(
    'badArguments',
    `There is no agent "${safeText(id)}" in the setting countersign.agents, so none was started.`,
    'Add it there, or choose another agent.',
  );
}

function notTheSame(name: string): UserError {
  return new UserError(
    'notResumed',
    `${safeText(name)} is not what that session was started with: its entry in the setting countersign.agents has changed. Nothing was started.`,
    'Start a new session with it.',
  );
}

function registryIsOff(id: string): UserError {
  return new UserError(
    'notResumed',
    `"${safeText(id)}" is of the ACP registry, which is switched off (countersign.registry.url). Nothing was started.`,
    'Switch it on again, or start a new session with another agent.',
  );
}
