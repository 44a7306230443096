import * as vscode from 'vscode';
import { agentEnvironment } from '../agents/environment.ts';
import { systemClock } from '../base/clock.ts';
import { systemTimers } from '../base/timers.ts';
import { ulidSource } from '../base/ulid.ts';
import { Broker } from '../permission/broker.ts';
import type { MatchContext } from '../permission/match/context.ts';
import type { RuleEngine } from '../permission/match/engine.ts';
import { safeText } from '../permission/spans.ts';
import { StoredRules } from '../permission/storedRules.ts';
import { TimeOut } from '../permission/timeOut.ts';
import { Sessions } from '../sessions/sessions.ts';
import { FileJournal } from '../storage/journal.ts';
import type { MissedRequest, OnMended } from '../storage/missedRequests.ts';
import { createRuleEngine } from '../storage/rules/ruleEngine.ts';
import { RulesFile } from '../storage/rules/rulesFile.ts';
import { UsesFile } from '../storage/rules/usesFile.ts';
import { settings } from './names.ts';
import { userSettings } from './settings.ts';

/** What works without a surface: the broker, its record, its rules and the agents' sessions. */
export interface Core {
  readonly broker: Broker;
  readonly rules: StoredRules;
  /** What {@link rules} asks; also to try a rule that is not made. */
  readonly engine: RuleEngine;
  readonly shell: MatchContext['shell'];
  readonly sessions: Sessions;
  readonly journalFolder: string;
  /** What waited in windows that are gone; each is found once. */
  findMissed(onMended: OnMended): Promise<readonly MissedRequest[]>;
  readonly output: vscode.LogOutputChannel;
  close(): Promise<void>;
}

export function createCore(context: vscode.ExtensionContext): Core {
  const { extensionUri, globalStorageUri, subscriptions } = context;
  const output = vscode.window.createOutputChannel('Countersign', { log: true });
  const newId = ulidSource(systemClock.now);
  const journalFolder = vscode.Uri.joinPath(globalStorageUri, 'journal').fsPath;
  const journal = new FileJournal({ folder: journalFolder, newId });
  const onError = (error: unknown) => output.error(safeText(String(error)));
  const file = (name: string) => vscode.Uri.joinPath(globalStorageUri, name).fsPath;
  const rulesFile = new RulesFile(file('rules.json'));
  const uses = new UsesFile({ file: file('rule-uses.json'), timers: systemTimers, onError });
  void uses.load();
  const engine = createRuleEngine(vscode.Uri.joinPath(extensionUri, 'dist').fsPath);
  const shell = process.platform === 'win32' ? 'powershell' : 'bash';
  const rules = new StoredRules({
    clock: systemClock,
    timers: systemTimers,
    newId,
    engine,
    stores: new Map([
      ['workspace', rulesFile],
      ['global', rulesFile],
    ]),
    uses,
    journal,
    shell,
    isTrusted: () => vscode.workspace.isTrusted,
    onError,
  });
  const broker = new Broker({ clock: systemClock, newId, journal, rules });
  const log = (line: string) => output.info(line);
  const env = agentEnvironment(process.env);
  const sessions = new Sessions({ broker, rules, newId, env, log });
  subscriptions.push(output, rulesFile, rules, broker, sessions, ...timeOut(broker));
  return {
    broker,
    rules,
    engine,
    shell,
    sessions,
    journalFolder,
    findMissed: async (onMended) => {
      const { findMissedRequests } = await import('../storage/missedRequests.ts');
      return findMissedRequests({
        folder: journalFolder,
        journal,
        clock: systemClock,
        onMended,
      });
    },
    output,
    close: async () => {
      broker.dispose();
      await sessions.stopAll();
      await uses.flush();
      await journal.close();
    },
  };
}

/** Denies what nobody answered in time, if the person wants that. */
function timeOut(broker: Broker): vscode.Disposable[] {
  const minutes = userSettings.timeout();
  const limit = new TimeOut({ broker, clock: systemClock, timers: systemTimers, minutes });
  const changed = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${settings.section}.${settings.timeout}`))
      limit.setMinutes(userSettings.timeout());
  });
  return [limit, changed];
}
