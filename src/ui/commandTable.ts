import * as vscode from 'vscode';
import { describeError } from '../protocol/userError.ts';
import type { CommandId } from './names.ts';

/** What each command does. VS Code calls them with whatever the menu or key binding carries, so: `unknown`. */
export type CommandTable = Readonly<Record<CommandId, (...args: readonly unknown[]) => unknown>>;

/** Registers the whole table; an error of a command is shown, not lost. */
export function registerCommands(table: CommandTable): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(table).map(([id, run]) =>
      vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          return await run(...args);
        } catch (error) {
          void vscode.window.showErrorMessage(`Countersign: ${describeError(error)}`);
          return undefined;
        }
      }),
    ),
  );
}
