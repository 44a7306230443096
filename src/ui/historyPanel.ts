import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';
import { patternLabel } from '../permission/ruleLabel.ts';
import { safeText } from '../permission/spans.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import {
  type FromHistory,
  type HistoryFilter,
  type HistoryTotals,
  parseFromHistory,
  type HistoryPage as Rows,
  type ToHistory,
} from '../protocol/historyView.ts';
import type { HistoryClient } from '../storage/history/historyClient.ts';
import type { Launchers } from './launchers.ts';
import { commands, views } from './names.ts';
import { webviewHtml, webviewOptions } from './webviewHtml.ts';

const PAGE = 100;
/** When more were added, the page begins anew. */
const MAX_ADDED = 1000;

export interface HistoryPanelOptions {
  readonly extensionUri: vscode.Uri;
  readonly journalFolder: string;
  readonly rules: StoredRules;
  readonly launchers: Launchers;
  readonly output: vscode.LogOutputChannel;
}

/** The history as an editor; its thread and its index are there only while it is open. */
export class HistoryPanel implements vscode.Disposable {
  readonly #options: HistoryPanelOptions;
  #panel: vscode.WebviewPanel | undefined;

  constructor(options: HistoryPanelOptions) {
    this.#options = options;
  }

  async show(): Promise<void> {
    if (this.#panel) {
      this.#panel.reveal();
      return;
    }
    const { extensionUri, journalFolder, launchers, output, rules } = this.#options;
    const panel = vscode.window.createWebviewPanel(
      views.historyPanel,
      'Countersign history',
      vscode.ViewColumn.Active,
      webviewOptions(extensionUri),
    );
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'panel.svg');
    this.#panel = panel;
    const { HistoryClient } = await import('../storage/history/historyClient.ts');
    const program = vscode.Uri.joinPath(extensionUri, 'dist', 'historyWorker.js');
    const post = (message: ToHistory) => void panel.webview.postMessage(message);
    const client = new HistoryClient({
      program: pathToFileURL(program.fsPath),
      folder: journalFolder,
      snapshot: `${journalFolder}.index`,
      onProgress: (progress) => post({ type: 'progress', progress, isComplete: false }),
      // While it is not seen it need not be told: it asks when it is seen again.
      onGrown: (progress) =>
        panel.visible && post({ type: 'progress', progress, isComplete: true }),
      onVerified: (records) => post({ type: 'verifying', records }),
    });
    const log = (text: string) => output.error(text);
    const page = new HistoryPage({ client, post, log, launchers, rules });
    const listening = [
      panel.webview.onDidReceiveMessage((raw: unknown) => page.receive(raw)),
      panel.onDidChangeViewState(() => panel.visible && page.refresh()),
    ];
    panel.onDidDispose(() => {
      this.#panel = undefined;
      client.dispose();
      for (const each of listening) each.dispose();
    });
    panel.webview.html = webviewHtml(panel.webview, extensionUri, 'history');
  }

  dispose(): void {
    this.#panel?.dispose();
  }
}

type RowsPart = Extract<ToHistory, { type: 'page' }>['part'];

interface HistoryPageOptions {
  readonly client: HistoryClient;
  readonly launchers: Launchers;
  readonly rules: StoredRules;
  post(message: ToHistory): void;
  log(text: string): void;
}

/** Answers one page. */
class HistoryPage {
  readonly #options: HistoryPageOptions;
  readonly #client: HistoryClient;

  constructor(options: HistoryPageOptions) {
    this.#options = options;
    this.#client = options.client;
  }

  async receive(raw: unknown): Promise<void> {
    const parsed = parseFromHistory(raw);
    if (!parsed.ok) return;
    try {
      await this.#answer(parsed.value);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Reads what was added; the page then asks for what it shows. */
  async refresh(): Promise<void> {
    try {
      const progress = await this.#client.ask({ kind: 'update' });
      this.#options.post({ type: 'progress', progress, isComplete: true });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #answer(message: FromHistory): Promise<void> {
    switch (message.type) {
      case 'ready': {
        this.#options.post({ type: 'agents', names: this.#options.launchers.names() });
        // The newest are there before everything is read.
        const page = await this.#client.ask({ kind: 'newest', limit: PAGE });
        this.#postRows(0, page, 'all');
        return this.refresh();
      }
      case 'filter':
        return this.#filter(message.request, message.filter);
      case 'more': {
        const { request, filter, before } = message;
        const page = await this.#client.ask({ kind: 'page', filter, limit: PAGE, before });
        return this.#postRows(request, page, 'more');
      }
      case 'added':
        return this.#added(message.request, message.filter, message.after);
      case 'verify': {
        const verdict = await this.#client.ask({ kind: 'verify' });
        return this.#options.post({ type: 'verdict', verdict });
      }
      case 'export':
        return this.#export(message.filter);
      case 'showRule':
        await vscode.commands.executeCommand(commands.showRule, message.ruleId);
    }
  }

  #postRows(request: number, { rows, ...rest }: Rows, part: RowsPart): void {
    const named = rows.map((row) => ({
      ...row,
      ruleLabel: row.ruleLabel || this.#label(row.ruleId),
    }));
    this.#options.post({ type: 'page', request, page: { rows: named, ...rest }, part });
  }

  #postTotals(request: number, totals: HistoryTotals): void {
    const { busiestRule: rule } = totals;
    const busiestRule = rule && { ...rule, label: rule.label || this.#label(rule.id) };
    const named = busiestRule ? { ...totals, busiestRule } : totals;
    this.#options.post({ type: 'totals', request, totals: named });
  }

  /** A rule that was written by hand is on no record, but may be there. */
  #label(id: string): string {
    const rule = id === '' ? undefined : this.#options.rules.all.find((each) => each.id === id);
    return rule ? patternLabel(rule.match) : '';
  }

  /** Both are asked at once, of all that is on record by now; rows are answered first. */
  async #filter(request: number, filter: HistoryFilter): Promise<void> {
    await this.#client.ask({ kind: 'update' });
    const rows = this.#client.ask({ kind: 'page', filter, limit: PAGE });
    const sums = this.#client.ask({ kind: 'totals', filter });
    const shown = rows.then((page) => this.#postRows(request, page, 'all'));
    const summed = sums.then((totals) => this.#postTotals(request, totals));
    await Promise.all([shown, summed]);
  }

  async #added(request: number, filter: HistoryFilter, after: number): Promise<void> {
    const page = await this.#client.ask({ kind: 'added', filter, limit: MAX_ADDED, after });
    if (page.next) return this.#filter(request, filter);
    this.#postRows(request, page, 'added');
    if (page.rows.length === 0) return;
    this.#postTotals(request, await this.#client.ask({ kind: 'totals', filter }));
  }

  async #export(filter: HistoryFilter): Promise<void> {
    const uri = await vscode.window.showSaveDialog({
      title: 'Export history',
      saveLabel: 'Export',
      filters: { JSON: ['json'], CSV: ['csv'] },
    });
    if (uri?.scheme !== 'file') return;
    const count = await this.#client.ask({ kind: 'export', filter, file: uri.fsPath });
    const requests = count === 1 ? '1 request' : `${count} requests`;
    void vscode.window.showInformationMessage(`${requests} exported to ${safeText(uri.fsPath)}.`);
  }

  #fail(error: unknown): void {
    const reason = safeText(error instanceof Error ? error.message : String(error));
    this.#options.log(`History: ${reason}`);
    this.#options.post({
      type: 'problem',
      text: `This could not be done: ${reason}. The record itself was not changed. Close the history and open it again.`,
    });
  }
}
