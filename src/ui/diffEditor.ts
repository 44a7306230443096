import { readFile, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { EditAction } from '../permission/action.ts';
import type { Broker } from '../permission/broker.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { safeText } from '../permission/spans.ts';
import { contextKeys, DIFF_SCHEME, REQUEST_SCHEME } from './names.ts';
import { requestAsText } from './requestText.ts';

/** A file above this many bytes is compared by the changed part alone. */
const MAX_FILE = 5_000_000;

/** Shows a requested edit in VS Code's diff editor, and a whole request as a read-only document. */
export class DiffEditor implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #broker: Broker;
  readonly #disposables: vscode.Disposable[];

  constructor(broker: Broker) {
    this.#broker = broker;
    this.#disposables = [
      vscode.workspace.registerTextDocumentContentProvider(DIFF_SCHEME, this),
      vscode.workspace.registerTextDocumentContentProvider(REQUEST_SCHEME, {
        provideTextDocumentContent: (uri) => {
          const request = broker.find(uri.query);
          return request ? requestAsText(request) : 'This request is over.';
        },
      }),
      vscode.window.tabGroups.onDidChangeTabs(() => this.#updateContext()),
      vscode.window.tabGroups.onDidChangeTabGroups(() => this.#updateContext()),
      broker.onDidSettle(({ request }) => void this.#close(request.id)),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async open(request: PermissionRequest): Promise<void> {
    const { action } = request;
    if (action.tool !== 'edit') return;
    const name = safeText(action.path.split(/[/\\]/).at(-1) ?? action.path);
    await vscode.commands.executeCommand(
      'vscode.diff',
      sideUri(request, 'before'),
      sideUri(request, 'after'),
      `${name} (${safeText(request.agent.name)} asks)`,
      { preview: true } satisfies vscode.TextDocumentShowOptions,
    );
    this.#updateContext();
  }

  async openWhole(request: PermissionRequest): Promise<void> {
    const uri = vscode.Uri.from({
      scheme: REQUEST_SCHEME,
      path: '/request.txt',
      query: request.id,
    });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), {
      preview: true,
    });
  }

  /** The request whose diff is in the active editor. */
  activeRequest(): PermissionRequest | undefined {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    if (!(input instanceof vscode.TabInputTextDiff) || input.modified.scheme !== DIFF_SCHEME)
      return undefined;
    return this.#broker.pending.find(({ id }) => id === input.modified.query);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const request = this.#broker.find(uri.query);
    if (request?.action.tool !== 'edit') return '';
    const { before, after } = await sides(request.action);
    return safeText(uri.fragment === 'before' ? before : after);
  }

  /** An answered request's diff would offer buttons that no longer count. */
  async #close(requestId: string): Promise<void> {
    const tabs = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(
        ({ input }) =>
          input instanceof vscode.TabInputTextDiff && input.modified.query === requestId,
      );
    if (tabs.length > 0) await vscode.window.tabGroups.close(tabs);
    this.#updateContext();
  }

  #updateContext(): void {
    const waiting = this.activeRequest() !== undefined;
    void vscode.commands.executeCommand('setContext', contextKeys.diffWaiting, waiting);
  }
}

function sideUri(request: PermissionRequest, side: 'before' | 'after'): vscode.Uri {
  const path = request.action.tool === 'edit' ? request.action.path : '';
  const name = path.replaceAll('\\', '/').split('/').at(-1) ?? 'file';
  return vscode.Uri.from({
    scheme: DIFF_SCHEME,
    path: `/${name}`,
    query: request.id,
    fragment: side,
  });
}

/** Both sides as whole files where the file can be read and the change applies to it, else just the changed part. */
async function sides({ path, change }: EditAction): Promise<{ before: string; after: string }> {
  const file = await currentText(path);
  switch (change.kind) {
    case 'write':
      return { before: file ?? change.oldText ?? '', after: change.newText };
    case 'replace': {
      const { oldText, newText, all } = change;
      if (file === undefined || oldText === '' || !file.includes(oldText))
        return { before: oldText, after: newText };
      // A function as replacement: `$&` in the agent's text is text.
      const after = all
        ? file.replaceAll(oldText, () => newText)
        : file.replace(oldText, () => newText);
      return { before: file, after };
    }
    case 'patch':
      return { before: file ?? '', after: change.diff };
    case 'unseen':
      return { before: file ?? '', after: 'The agent does not say what it changes.' };
  }
}

async function currentText(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    return size > MAX_FILE ? undefined : await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
