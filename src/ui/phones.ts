import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import { safeText } from '../permission/spans.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { hasDevices } from '../phone/deviceList.ts';
import type { Pairing } from '../phone/pairing.ts';
import type { DeviceView } from '../phone/phone.ts';
import { prefixedStore, type SecretStore } from '../phone/secretStore.ts';
import type { TransportKind } from '../phone/transport.ts';
import { describeError, UserError } from '../protocol/userError.ts';
import { settings } from './names.ts';
import type { OpenPhones } from './openPhones.ts';
import { userSettings } from './settings.ts';

export interface PhonesOptions {
  readonly context: Pick<vscode.ExtensionContext, 'extensionUri' | 'secrets' | 'storageUri'>;
  readonly broker: Broker;
  readonly rules: StoredRules;
  readonly output: vscode.LogOutputChannel;
  readonly showCard: (requestId: string) => void;
}

/** A paired phone, and why it is not reached when it is not. */
export interface PairedDevice extends DeviceView {
  readonly whyDown?: UserError;
}

/** The phones of this window. Their code is loaded, and their ports are opened, when there is one or one is to be paired. */
export class Phones implements vscode.Disposable {
  readonly #options: PhonesOptions;
  readonly #store: SecretStore | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #settings: vscode.Disposable;
  readonly onDidChange = this.#changed.event;
  readonly #restarted = new vscode.EventEmitter<void>();
  /** The settings are others: what was open is closed, and opens anew. */
  readonly onDidRestart = this.#restarted.event;
  #current: OpenPhones | undefined;
  /** Opening and closing, one after the other. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: PhonesOptions) {
    this.#options = options;
    this.#store = storeOf(options.context);
    this.#settings = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${settings.section}.phone`)) void this.#restart();
    });
  }

  get devices(): readonly PairedDevice[] {
    const open = this.#current;
    if (!open) return [];
    return open.phone.devices.map((device) => {
      const whyDown = open.whyDown(device.kind);
      return whyDown ? { ...device, whyDown } : device;
    });
  }

  /** Whether the code for phones is loaded. */
  get isOpen(): boolean {
    return this.#current !== undefined;
  }

  /** Serves the phones that were paired before. A failure leaves VS Code as it is without phones. */
  async start(): Promise<void> {
    try {
      if (this.#store && (await hasDevices(this.#store))) await this.#opened();
    } catch (error) {
      this.#report(error);
    }
  }

  /** Begins to pair; rejects with a `UserError`. */
  async pair(kind: TransportKind): Promise<StartedPairing> {
    if (!userSettings.phone.isEnabled()) throw switchedOff();
    const open = await this.#opened();
    const pairing = await open.phone.pair(kind);
    return { pairing, fingerprint: kind === 'lan' ? open.fingerprint() : undefined };
  }

  /** Ends a device at once; rejects with a `UserError` when its keys could not be deleted. */
  async revoke(id: string): Promise<void> {
    await (await this.#opened()).phone.revoke(id);
  }

  dispose(): void {
    void this.close();
  }

  /** Resolves when no port is open any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#settings.dispose();
    await this.#next(() => this.#end());
    this.#changed.dispose();
    this.#restarted.dispose();
  }

  async #restart(): Promise<void> {
    const wasOpen = await this.#next(async () => {
      const isOpen = this.#current !== undefined;
      await this.#end();
      return isOpen;
    });
    if (wasOpen) await this.start();
    this.#changed.fire();
    this.#restarted.fire();
  }

  #opened(): Promise<OpenPhones> {
    return this.#next(async () => {
      if (this.#current) return this.#current;
      if (this.#isClosed) throw new Error('The window is closing');
      const { context, broker, rules, showCard } = this.#options;
      const store = this.#store;
      if (!store) throw noFolder();
      const { openPhones } = await import('./openPhones.ts');
      const open = await openPhones({
        extensionUri: context.extensionUri,
        secrets: installationStore(context.secrets),
        store,
        broker,
        rules,
        showCard,
        onError: (error) => this.#report(error),
      });
      this.#current = open;
      open.phone.onDidChange(() => this.#changed.fire());
      this.#changed.fire();
      return open;
    });
  }

  async #end(): Promise<void> {
    const open = this.#current;
    this.#current = undefined;
    await open?.close();
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** What a person has to mend is shown; the rest is seen in the list of devices, and goes to the output. */
  #report(error: unknown): void {
    const words = describeError(error);
    this.#options.output.warn(safeText(words));
    if (error instanceof UserError && SHOWN.has(error.code))
      void vscode.window.showWarningMessage(`Countersign: ${words}`);
  }
}

export interface StartedPairing {
  readonly pairing: Pairing;
  /** Of the certificate that the phone warns about, where it does. */
  readonly fingerprint: string | undefined;
}

const SHOWN: ReadonlySet<UserError['code']> = new Set(['phoneUnreadable', 'phoneNotRemoved']);

/**
 * VS Code gives every window a storage folder of its own, also a second window on the same folder. So windows never share
 * keys, and each has its own port.
 */
function storeOf({ secrets, storageUri }: PhonesOptions['context']): SecretStore | undefined {
  if (!storageUri) return undefined;
  const workspace = createHash('sha256').update(storageUri.toString()).digest('base64url');
  return prefixedStore(installationStore(secrets), `phone.${workspace.slice(0, 22)}.`);
}

function installationStore(secrets: vscode.SecretStorage): SecretStore {
  return {
    get: (key) => secrets.get(key),
    set: (key, value) => secrets.store(key, value),
    delete: (key) => secrets.delete(key),
  };
}

function noFolder(): UserError {
  return new UserError(
    'pairingRefused',
    'No folder is open, so nothing was paired: a phone is paired with one workspace.',
    'Open a folder, then pair the phone.',
  );
}

function switchedOff(): UserError {
  return new UserError(
    'pairingRefused',
    'Phones are switched off, so nothing was paired.',
    'Switch on countersign.phone.enabled in the settings.',
  );
}
