import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the installed extension', () => {
  it('is found and activates', async () => {
    const extension = vscode.extensions.getExtension('countersign.countersign');
    assert.ok(extension, 'VS Code does not know the extension');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that package.json contributes', async () => {
    const extension = vscode.extensions.getExtension('countersign.countersign');
    await extension?.activate();
    const contributed: { command: string }[] = extension?.packageJSON.contributes?.commands ?? [];
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = contributed.map(({ command }) => command).filter((id) => !registered.has(id));
    assert.deepEqual(missing, []);
  });

  it('runs in the workspace it was opened with', () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
  });
});
