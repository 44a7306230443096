import * as vscode from 'vscode';
import type { TransportKind } from '../phone/transport.ts';
import { UserError } from '../protocol/userError.ts';
import { settings, views } from './names.ts';
import type { PairingPanel } from './pairingPanel.ts';
import type { PairedDevice, Phones } from './phones.ts';
import { userSettings } from './settings.ts';

/** What a person can do with phones. */
export class PhoneCommands implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #phones: Phones;
  #panel: PairingPanel | undefined;

  constructor(extensionUri: vscode.Uri, phones: Phones) {
    this.#extensionUri = extensionUri;
    this.#phones = phones;
  }

  async pair(): Promise<void> {
    if (!userSettings.phone.isEnabled()) {
      await offerSettings();
      return;
    }
    const kind = await chooseWay();
    if (!kind) return;
    const { PairingPanel } = await import('./pairingPanel.ts');
    this.#panel?.dispose();
    this.#panel = new PairingPanel(this.#extensionUri, this.#phones, kind);
    await this.#panel.begin();
  }

  async show(): Promise<void> {
    await vscode.commands.executeCommand(`${views.devices}.focus`);
  }

  /** `target` is what the tree hands over, or nothing from the palette. */
  async revoke(target: unknown): Promise<void> {
    const device = this.#deviceOf(target) ?? (await this.#choose());
    if (!device) return;
    await this.#phones.revoke(device.id);
    void vscode.window.showInformationMessage(
      `${device.name} is removed. Its keys are deleted: it can answer nothing from now on.`,
    );
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #deviceOf(target: unknown): PairedDevice | undefined {
    const id = typeof target === 'object' && target && 'id' in target ? target.id : target;
    return this.#phones.devices.find((device) => device.id === id);
  }

  async #choose(): Promise<PairedDevice | undefined> {
    const { devices } = this.#phones;
    if (devices.length === 0) {
      throw new UserError(
        'badArguments',
        'No phone is paired with this workspace, so there is none to remove.',
        'Pair one with Countersign: Pair Phone.',
      );
    }
    const items = devices.map((device) => ({
      label: device.name,
      description: `added ${new Date(device.addedAt).toLocaleDateString()}`,
      device,
    }));
    const title = 'Revoke Device';
    const placeHolder = 'Its keys are deleted at once, also when it is offline';
    return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.device;
  }
}

async function offerSettings(): Promise<void> {
  const open = 'Open settings';
  const chosen = await vscode.window.showWarningMessage(
    `Phones are switched off in the settings, so nothing was paired.`,
    open,
  );
  if (chosen !== open) return;
  const key = `${settings.section}.${settings.phoneEnabled}`;
  await vscode.commands.executeCommand('workbench.action.openSettings', key);
}

/** Asks only where there is a choice. `undefined`: the person chose none. */
async function chooseWay(): Promise<TransportKind | undefined> {
  const relay = userSettings.phone.relay();
  if (relay === undefined) return 'lan';
  const items: (vscode.QuickPickItem & { readonly way: TransportKind })[] = [
    { label: 'Anywhere', description: `over ${relay}`, way: 'relay' },
    { label: 'On this network only', description: 'straight to VS Code', way: 'lan' },
  ];
  const placeHolder = 'Choose where the phone is to reach VS Code';
  return (await vscode.window.showQuickPick(items, { title: 'Pair Phone', placeHolder }))?.way;
}
