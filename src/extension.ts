import * as vscode from 'vscode';
import type { Broker } from './permission/broker.ts';
import type { StoredRules } from './permission/storedRules.ts';
import { describeError } from './protocol/userError.ts';
import type { Sessions } from './sessions/sessions.ts';
import { createCore } from './ui/core.ts';
import type { Phones } from './ui/phones.ts';
import { createSurfaces } from './ui/surfaces.ts';

let running: (() => Promise<void>) | undefined;

/** Wires the parts. Returns what the tests inside the host look at. */
export function activate(context: vscode.ExtensionContext): CountersignApi {
  const startedAt = performance.now();
  try {
    const core = createCore(context);
    running = () => core.close();
    const { phones } = createSurfaces(context, core);
    running = async () => {
      await core.close();
      await phones.close();
    };
    const { broker, rules, sessions, journalFolder, output } = core;
    output.info(`Activated in ${(performance.now() - startedAt).toFixed(1)} ms`);
    return { broker, rules, sessions, phones, journalFolder };
  } catch (error) {
    void vscode.window.showErrorMessage(
      `Countersign could not start, so no agent is watched: ${describeError(error)} Reload the window to try again.`,
    );
    throw error;
  }
}

/** Denies what waits, ends every agent, waits for the record to reach the disk, and tells the phones before it goes. */
export async function deactivate(): Promise<void> {
  await running?.();
  running = undefined;
}

/** What the extension exports: for its own tests, not for other extensions. */
export interface CountersignApi {
  readonly broker: Broker;
  readonly rules: StoredRules;
  readonly sessions: Sessions;
  readonly phones: Phones;
  readonly journalFolder: string;
}
