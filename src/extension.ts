import * as vscode from 'vscode';
import type { Broker } from './permission/broker.ts';
import type { StoredRules } from './permission/storedRules.ts';
import { describeError } from './protocol/userError.ts';
import type { Sessions } from './sessions/sessions.ts';
import { type Core, createCore } from './ui/core.ts';
import { createSurfaces } from './ui/surfaces.ts';

let running: Core | undefined;

/** Wires the parts. Returns what the tests inside the host look at. */
export function activate(context: vscode.ExtensionContext): CountersignApi {
  const startedAt = performance.now();
  try {
    const core = createCore(context);
    running = core;
    createSurfaces(context, core);
    const { broker, rules, sessions, journalFolder, output } = core;
    output.info(`Activated in ${(performance.now() - startedAt).toFixed(1)} ms`);
    return { broker, rules, sessions, journalFolder };
  } catch (error) {
    void vscode.window.showErrorMessage(
      `Countersign could not start, so no agent is watched: ${describeError(error)} Reload the window to try again.`,
    );
    throw error;
  }
}

/** Denies what waits, ends every agent and waits for the record to reach the disk. */
export async function deactivate(): Promise<void> {
  await running?.close();
  running = undefined;
}

/** What the extension exports: for its own tests, not for other extensions. */
export interface CountersignApi {
  readonly broker: Broker;
  readonly rules: StoredRules;
  readonly sessions: Sessions;
  readonly journalFolder: string;
}
