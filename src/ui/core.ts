import * as vscode from 'vscode';
import { agentEnvironment } from '../agents/environment.ts';
import { systemClock } from '../base/clock.ts';
import { ulidSource } from '../base/ulid.ts';
import { Broker } from '../permission/broker.ts';
import { SessionRules } from '../permission/rules.ts';
import { Sessions } from '../sessions/sessions.ts';
import { FileJournal } from '../storage/journal.ts';

/** What works without a surface: the broker, its record, its rules and the agents' sessions. */
export interface Core {
  readonly broker: Broker;
  readonly sessions: Sessions;
  readonly journalFolder: string;
  readonly output: vscode.LogOutputChannel;
  close(): Promise<void>;
}

export function createCore({ globalStorageUri, subscriptions }: vscode.ExtensionContext): Core {
  const output = vscode.window.createOutputChannel('Countersign', { log: true });
  const newId = ulidSource(systemClock.now);
  const journalFolder = vscode.Uri.joinPath(globalStorageUri, 'journal').fsPath;
  const journal = new FileJournal({ folder: journalFolder, newId });
  const rules = new SessionRules(newId);
  const broker = new Broker({ clock: systemClock, newId, journal, rules });
  const log = (line: string) => output.info(line);
  const env = agentEnvironment(process.env);
  const sessions = new Sessions({ broker, rules, newId, env, log });
  subscriptions.push(output, broker, sessions);
  return {
    broker,
    sessions,
    journalFolder,
    output,
    close: async () => {
      broker.dispose();
      await sessions.stopAll();
      await journal.close();
    },
  };
}
