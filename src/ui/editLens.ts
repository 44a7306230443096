import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { canHaveRule } from '../permission/rules.ts';
import { safeText } from '../permission/spans.ts';
import { coalesce } from './coalesce.ts';
import { commands } from './names.ts';

/** While an edit waits, the editor of its file says so, with the same answers. */
export class EditLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #broker: Broker;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(broker: Broker) {
    this.#broker = broker;
    const changed = coalesce(() => this.#changed.fire());
    const onEdit = (request: PermissionRequest) => request.action.tool === 'edit' && changed.run();
    this.#disposables = [
      this.#changed,
      changed,
      broker.onDidRaise(onEdit),
      broker.onDidSettle(({ request }) => onEdit(request)),
      vscode.languages.registerCodeLensProvider({ scheme: 'file' }, this),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    return this.#broker.pending.flatMap((request) => {
      const { action } = request;
      if (action.tool !== 'edit' || !samePath(action.path, document.uri.fsPath)) return [];
      const range = document.lineAt(lineOf(document, request)).range;
      const title = `${safeText(request.agent.name)} wants to edit this file`;
      const lens = (text: string, command: string) =>
        new vscode.CodeLens(range, { title: text, command, arguments: [request.id, 'codelens'] });
      return [
        lens(`$(shield) ${title.replaceAll('$(', '$\u200B(')}`, commands.openDiff),
        lens('Show diff', commands.openDiff),
        lens('Deny', commands.deny),
        lens('Allow once', commands.allowOnce),
        ...(canHaveRule(request) ? [lens('Always allow…', commands.alwaysAllow)] : []),
      ];
    });
  }
}

function lineOf(document: vscode.TextDocument, { action }: PermissionRequest): number {
  if (action.tool !== 'edit' || action.change.kind !== 'replace' || action.change.oldText === '')
    return 0;
  const at = document.getText().indexOf(action.change.oldText);
  return at < 0 ? 0 : document.positionAt(at).line;
}

function samePath(a: string, b: string): boolean {
  const normal = (path: string) =>
    path.replaceAll('\\', '/').replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
  return normal(a) === normal(b);
}
