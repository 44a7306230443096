import type { Clock } from '../base/clock.ts';
import type { WorkspaceKeys } from '../protocol/phone/workspacePairing.ts';
import { UserError } from '../protocol/userError.ts';
import { Device, recordKey } from './device.ts';
import { listedDevices, writeDeviceList } from './deviceList.ts';
import { parseDeviceRecord } from './deviceRecord.ts';
import { LatestWriter } from './latestWriter.ts';
import type { SecretStore } from './secretStore.ts';
import { createWorkspaceKeys, loadWorkspaceKeys } from './workspaceKeys.ts';

export interface DevicesOptions {
  readonly store: SecretStore;
  readonly clock: Clock;
  /** Hears of records that cannot be read. */
  readonly onError: (error: unknown) => void;
}

/** The paired phones of one workspace, and its keys. */
export class Devices {
  readonly #options: DevicesOptions;
  readonly #byId = new Map<string, Device>();
  readonly #writer: LatestWriter;
  #keys: WorkspaceKeys | undefined;

  private constructor(options: DevicesOptions) {
    this.#options = options;
    this.#writer = new LatestWriter(() => this.#writeList());
  }

  /** Reads what is stored. A device that cannot be read is left out and reported: it can answer nothing. */
  static async load(options: DevicesOptions): Promise<Devices> {
    const devices = new Devices(options);
    const { store, clock, onError } = options;
    const keys = await loadWorkspaceKeys(store);
    devices.#keys = keys;
    for (const id of await listedDevices(store)) {
      if (!keys) {
        onError(unreadable());
        continue;
      }
      const record = parseDeviceRecord((await store.get(recordKey(id))) ?? '');
      if (record?.id === id && record.link.workspace === keys.id) {
        devices.#byId.set(id, new Device({ record, state: 'active', keys, clock, store }));
      } else {
        onError(unreadable());
      }
    }
    return devices;
  }

  /** Oldest first; pending ones are not among them. */
  get all(): readonly Device[] {
    return [...this.#byId.values()];
  }

  get(id: string): Device | undefined {
    return this.#byId.get(id);
  }

  /** Makes them when a phone is paired for the first time. */
  async keys(): Promise<WorkspaceKeys> {
    this.#keys ??= await createWorkspaceKeys(this.#options.store);
    return this.#keys;
  }

  /** A name that no other device has, so that a record always says which one it was. */
  uniqueName(name: string): string {
    const taken = new Set(this.all.map((device) => device.name));
    if (!taken.has(name)) return name;
    for (let number = 2; ; number++) {
      const next = `${name} (${number})`;
      if (!taken.has(next)) return next;
    }
  }

  /** Stores the device and counts it in. Rejects when it cannot be stored; then it is not counted in. */
  async add(device: Device): Promise<void> {
    await device.activate();
    this.#byId.set(device.id, device);
    try {
      await this.#writer.request();
    } catch (error) {
      this.#byId.delete(device.id);
      device.suspend();
      throw error;
    }
  }

  /** Its keys first: from the first moment on nothing of it is accepted. */
  async remove(device: Device): Promise<void> {
    try {
      await device.revoke();
    } catch (cause) {
      throw new UserError(
        'phoneNotRemoved',
        `${device.name} can no longer answer, but its keys could not be deleted from VS Code's secret storage.`,
        'Remove it again, or it is back when VS Code starts anew.',
        { cause },
      );
    }
    if (this.#byId.delete(device.id)) await this.#writer.request();
  }

  async #writeList(): Promise<void> {
    await writeDeviceList(this.#options.store, [...this.#byId.keys()]);
  }
}

function unreadable(): UserError {
  return new UserError(
    'phoneUnreadable',
    'The keys of a paired phone could not be read, so it cannot answer.',
    'Pair it again.',
  );
}
