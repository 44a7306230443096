import * as vscode from 'vscode';
import type { AgentLauncher } from '../agents/agent.ts';
import {
  CATALOG,
  type CatalogAgent,
  createAcpLauncher,
  createLauncher,
  programOf,
} from '../agents/catalog.ts';
import { UserError } from '../protocol/userError.ts';
import { userSettings } from './settings.ts';

/** Which agent a session is to be started with: one of the parity table, or one of the person's settings. */
export interface AgentChoice {
  readonly from: 'catalog' | 'settings';
  readonly id: string;
}

export interface AgentItem {
  readonly choice: AgentChoice;
  readonly name: string;
  readonly description: string;
}

/** Makes launchers from the person's settings. The dialects are loaded when the first session needs them. */
export class Launchers {
  readonly #extensionUri: vscode.Uri;
  readonly #storageUri: vscode.Uri;
  readonly #isDemoWindow: boolean;

  constructor(extensionUri: vscode.Uri, storageUri: vscode.Uri, isDemoWindow: boolean) {
    this.#extensionUri = extensionUri;
    this.#storageUri = storageUri;
    this.#isDemoWindow = isDemoWindow;
  }

  choices(): readonly AgentItem[] {
    const { agents, problems } = userSettings.agents();
    for (const problem of problems) void vscode.window.showWarningMessage(problem);
    const known = CATALOG.filter(({ relayed }) => relayed.kind === 'yes');
    return [
      ...known.map((agent) => ({
        choice: { from: 'catalog', id: agent.id } as const,
        name: agent.name,
        description: describe(agent),
      })),
      ...agents.map(({ id, name, command, args }) => ({
        choice: { from: 'settings', id } as const,
        name,
        description: [command, ...args].join(' '),
      })),
    ];
  }

  async create({ from, id }: AgentChoice): Promise<AgentLauncher> {
    if (from === 'catalog') {
      const demoProgram = vscode.Uri.joinPath(this.#extensionUri, 'dist', 'demoAgent.js').fsPath;
      return createLauncher(id, {
        demoProgram,
        commands: { claude: userSettings.claudeCommand() },
        isStrict: userSettings.isStrict,
      });
    }
    const agent = userSettings.agents().agents.find((each) => each.id === id);
    if (!agent) throw noSuchAgent(id);
    return createAcpLauncher(agent, userSettings.isStrict);
  }

  /** The sample workspace: the open folder in a demo window, else a folder of the extension's own. */
  async demoFolder(): Promise<string> {
    const open = vscode.workspace.workspaceFolders?.[0];
    if (this.#isDemoWindow && open) return open.uri.fsPath;
    const folder = vscode.Uri.joinPath(this.#storageUri, 'sample').fsPath;
    const { createSampleWorkspace } = await import('../demo/sampleWorkspace.ts');
    await createSampleWorkspace(folder);
    return folder;
  }
}

/** What a person needs to know before choosing it. */
function describe(agent: CatalogAgent): string {
  if (agent.programs.length === 0) return 'no key, no account: asks for one of each';
  if (agent.id === 'claude' && userSettings.claudeCommand() !== 'claude')
    return userSettings.claudeCommand();
  return programOf(agent, process.env) === undefined
    ? `not found here. To install: ${agent.install}`
    : '';
}

function noSuchAgent(id: string): UserError {
  return new UserError(
    'badArguments',
    `There is no agent "${id}" in the setting countersign.agents, so none was started.`,
    'Add it there, or choose another agent.',
  );
}
