import * as vscode from 'vscode';
import type { AgentLauncher } from '../agents/agent.ts';
import { UserError } from '../protocol/userError.ts';
import { userSettings } from './settings.ts';

/** Which agent a session is to be started with. */
export type AgentChoice =
  | { readonly kind: 'claude' }
  | { readonly kind: 'demo' }
  | { readonly kind: 'configured'; readonly id: string };

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
    return [
      {
        choice: { kind: 'claude' },
        name: 'Claude Code',
        description: userSettings.claudeCommand(),
      },
      ...agents.map(({ id, name, command, args }) => ({
        choice: { kind: 'configured', id } as const,
        name,
        description: [command, ...args].join(' '),
      })),
      {
        choice: { kind: 'demo' },
        name: 'Demo agent',
        description: 'No key, no account: asks for one of each',
      },
    ];
  }

  async create(choice: AgentChoice): Promise<AgentLauncher> {
    switch (choice.kind) {
      case 'claude': {
        const { claudeLauncher } = await import('../agents/claude/launcher.ts');
        return claudeLauncher({ command: userSettings.claudeCommand() });
      }
      case 'configured': {
        const agent = userSettings.agents().agents.find(({ id }) => id === choice.id);
        if (!agent) throw noSuchAgent(choice.id);
        const { acpLauncher } = await import('../agents/acp/launcher.ts');
        return acpLauncher(agent);
      }
      case 'demo': {
        const { acpLauncher } = await import('../agents/acp/launcher.ts');
        const program = vscode.Uri.joinPath(this.#extensionUri, 'dist', 'demoAgent.js').fsPath;
        return acpLauncher({
          id: 'demo',
          name: 'Demo agent',
          command: process.execPath,
          args: [program],
          // On a desktop the extension host's own program is Electron, which is Node only when told so.
          env: { ELECTRON_RUN_AS_NODE: '1' },
        });
      }
    }
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

function noSuchAgent(id: string): UserError {
  return new UserError(
    'badArguments',
    `There is no agent "${id}" in the setting countersign.agents, so none was started.`,
    'Add it there, or choose another agent.',
  );
}
