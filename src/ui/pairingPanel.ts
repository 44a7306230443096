import QRCode from 'qrcode';
import * as vscode from 'vscode';
import type { Pairing, PairingEnd, PairingState } from '../phone/pairing.ts';
import type { TransportKind } from '../phone/transport.ts';
import {
  type FromPairing,
  type PairingView,
  parseFromPairing,
  type QrCode,
  type ToPairing,
} from '../protocol/pairingMessages.ts';
import { describeError } from '../protocol/userError.ts';
import { views } from './names.ts';
import type { Phones, StartedPairing } from './phones.ts';
import { userSettings } from './settings.ts';
import { webviewHtml, webviewOptions } from './webviewHtml.ts';

/** The code to scan, then the digits to type. Closing it ends a pairing that is not done. */
export class PairingPanel implements vscode.Disposable {
  readonly #phones: Phones;
  readonly #kind: TransportKind;
  readonly #panel: vscode.WebviewPanel;
  #started: StartedPairing | undefined;
  #watching: vscode.Disposable | undefined;
  #view: PairingView = { kind: 'starting' };
  #isDisposed = false;

  constructor(extensionUri: vscode.Uri, phones: Phones, kind: TransportKind) {
    this.#phones = phones;
    this.#kind = kind;
    const { Active } = vscode.ViewColumn;
    const options = webviewOptions(extensionUri);
    this.#panel = vscode.window.createWebviewPanel(
      views.pairingPanel,
      'Pair phone',
      Active,
      options,
    );
    this.#panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'panel.svg');
    const { webview } = this.#panel;
    webview.onDidReceiveMessage((raw: unknown) => {
      const parsed = parseFromPairing(raw);
      if (parsed.ok) void this.#receive(parsed.value);
    });
    // A way that has changed ends what was begun on it.
    const settingsChanged = phones.onDidRestart(() => {
      if (this.#view.kind !== 'paired') void this.begin();
    });
    this.#panel.onDidDispose(() => {
      settingsChanged.dispose();
      this.#disposed();
    });
    webview.html = webviewHtml(webview, extensionUri, 'pairing');
  }

  /** Makes a code and shows it; a failure is shown in its place. Never rejects. */
  async begin(): Promise<void> {
    this.#end();
    this.#show({ kind: 'starting' });
    try {
      const started = await this.#phones.pair(this.#kind);
      if (this.#isDisposed) {
        started.pairing.cancel();
        return;
      }
      this.#started = started;
      this.#watching = started.pairing.onDidChange((state) => this.#show(viewOf(started, state)));
      this.#show(viewOf(started, started.pairing.state));
    } catch (error) {
      this.#show({ kind: 'over', text: describeError(error) });
    }
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #disposed(): void {
    this.#isDisposed = true;
    this.#end();
  }

  /** A pairing that is done stays done. */
  #end(): void {
    this.#watching?.dispose();
    this.#started?.pairing.cancel();
    this.#started = undefined;
  }

  #show(view: PairingView): void {
    this.#view = view;
    if (this.#isDisposed) return;
    const message: ToPairing = { type: 'pairing', view };
    void this.#panel.webview.postMessage(message);
  }

  async #receive(message: FromPairing): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#show(this.#view);
        return;
      case 'digits':
        if (this.#started) await this.#confirm(this.#started.pairing, message.digits);
        return;
      case 'newCode':
        await this.begin();
        return;
      case 'copyLink':
        if (this.#started) await vscode.env.clipboard.writeText(this.#started.pairing.url);
        return;
      case 'close':
        this.dispose();
        return;
    }
  }

  async #confirm(pairing: Pairing, digits: string): Promise<void> {
    try {
      await pairing.confirm(digits);
    } catch (error) {
      const text = `The phone is not paired. ${describeError(error)}`;
      this.#end();
      this.#show({ kind: 'over', text });
    }
  }
}

function viewOf({ pairing, fingerprint }: StartedPairing, state: PairingState): PairingView {
  switch (state.kind) {
    case 'waiting': {
      const { url, expiresAt } = pairing;
      const over = fingerprint === undefined ? 'relay' : 'lan';
      const view = { kind: 'code', url, qr: qrCode(url), expiresAt, over } as const;
      return fingerprint === undefined ? view : { ...view, fingerprint };
    }
    case 'claimed':
      return { kind: 'digits', name: state.name, triesLeft: state.triesLeft };
    case 'paired': {
      const { name, transport } = state.device;
      const isConfirmedHere = transport === 'lan' && !userSettings.phone.lanMayAlwaysAllow();
      return { kind: 'paired', name, isConfirmedHere };
    }
    case 'over':
      return { kind: 'over', text: endWords(state.reason) };
  }
}

function endWords(reason: PairingEnd): string {
  switch (reason) {
    case 'expired':
      return 'The code is too old: it works for five minutes. Nothing was paired.';
    case 'cancelled':
      return 'The pairing was cancelled. Nothing was paired.';
    case 'wrongDigits':
      return 'Wrong digits were typed three times, so the phone was refused: somebody else may have scanned the code. Nothing was paired.';
    case 'tooMany':
      return 'Too many messages came for this code, so it was ended. Nothing was paired.';
  }
}

/** One path with a square for each dark module. */
function qrCode(text: string): QrCode {
  const { data, size } = QRCode.create(text, { errorCorrectionLevel: 'M' }).modules;
  const path: string[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (data[row * size + column]) path.push(`M${column} ${row}h1v1h-1z`);
    }
  }
  return { size, path: path.join('') };
}
