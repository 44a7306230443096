import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';
import { safeText } from '../permission/spans.ts';
import {
  type FromHistory,
  type HistoryFilter,
  parseFromHistory,
  type ToHistory,
} from '../protocol/historyView.ts';
import type { HistoryClient } from '../storage/history/historyClient.ts';
import { views } from './names.ts';
import { webviewHtml, webviewOptions } from './webviewHtml.ts';

const PAGE = 100;

export interface HistoryPanelOptions {
  readonly extensionUri: vscode.Uri;
  readonly journalFolder: string;
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
    const { extensionUri, journalFolder } = this.#options;
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
      onVerified: (records) => post({ type: 'verifying', records }),
    });
    const page = new HistoryPage(client, post, (text) => this.#options.output.error(text));
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

/** Answers one page. */
class HistoryPage {
  readonly #client: HistoryClient;
  readonly #post: (message: ToHistory) => void;
  readonly #log: (text: string) => void;

  constructor(
    client: HistoryClient,
    post: (message: ToHistory) => void,
    log: (text: string) => void,
  ) {
    this.#client = client;
    this.#post = post;
    this.#log = log;
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
      this.#post({ type: 'progress', progress, isComplete: true });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #answer(message: FromHistory): Promise<void> {
    switch (message.type) {
      case 'ready': {
        // The newest are there before everything is read.
        const page = await this.#client.ask({ kind: 'newest', limit: PAGE });
        this.#post({ type: 'page', request: 0, page, isMore: false });
        return this.refresh();
      }
      case 'filter':
        return this.#filter(message.request, message.filter);
      case 'more': {
        const { request, filter, before } = message;
        const page = await this.#client.ask({ kind: 'page', filter, limit: PAGE, before });
        return this.#post({ type: 'page', request, page, isMore: true });
      }
      case 'verify': {
        const verdict = await this.#client.ask({ kind: 'verify' });
        return this.#post({ type: 'verdict', verdict });
      }
      case 'export':
        return this.#export(message.filter);
    }
  }

  /** Both are asked at once; rows are answered first. */
  async #filter(request: number, filter: HistoryFilter): Promise<void> {
    const rows = this.#client.ask({ kind: 'page', filter, limit: PAGE });
    const sums = this.#client.ask({ kind: 'totals', filter });
    const shown = rows.then((page) => this.#post({ type: 'page', request, page, isMore: false }));
    const summed = sums.then((totals) => this.#post({ type: 'totals', request, totals }));
    await Promise.all([shown, summed]);
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
    this.#log(`History: ${reason}`);
    this.#post({
      type: 'problem',
      text: `This could not be done: ${reason}. The record itself was not changed. Close the history and open it again.`,
    });
  }
}
