import type { Clock } from '../base/clock.ts';
import { type Disposable, DisposableStore, toDisposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/event.ts';
import type { Timers } from '../base/timers.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { PAIR_CODE_LIFE } from '../protocol/phone/pairCode.ts';
import type { RuleOffer } from '../protocol/phone/payloads.ts';
import type { WorkspaceKeys } from '../protocol/phone/workspacePairing.ts';
import { UserError } from '../protocol/userError.ts';
import type { Courier } from './courier.ts';
import type { Device } from './device.ts';
import { Devices } from './devices.ts';
import { type DeviceReach, Hub } from './hub.ts';
import { Pairing, type PairingState } from './pairing.ts';
import type { DesktopQuestion, PhoneBroker } from './ports.ts';
import type { PushSender } from './pushSender.ts';
import type { SecretStore } from './secretStore.ts';
import type { PhoneTransport, TransportKind } from './transport.ts';

export interface PhoneOptions {
  readonly broker: PhoneBroker;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Of this workspace alone, see `prefixedStore`. */
  readonly store: SecretStore;
  /** What the phone calls this workspace. */
  readonly workspaceName: string;
  /** At most one of each kind; owned by who made them. */
  readonly transports: readonly PhoneTransport[];
  readonly push?: PushSender;
  readonly ruleOptions: (request: PermissionRequest) => Promise<RuleOffer>;
  readonly confirmAtDesktop: (question: DesktopQuestion) => Promise<boolean>;
  readonly lanMayAnswerAlone: () => boolean;
  /** Failures that happen on the side; nothing was allowed. */
  readonly onError: (error: unknown) => void;
}

/** A device as the list of devices shows it. Times in milliseconds since the epoch. */
export interface DeviceView extends Pick<Device, 'id' | 'name' | 'addedAt' | 'lastSeenAt'> {
  readonly kind: TransportKind;
  readonly reach: DeviceReach;
}

/** The paired phones of one workspace. */
export interface Phone extends Disposable {
  readonly devices: readonly DeviceView[];
  /** Devices came, went, were seen or are reached in another way. */
  readonly onDidChange: Event<void>;
  /**
   * Shows nothing; starts the transport and makes the code. Rejects with a `UserError` when phones cannot be reached. A
   * pairing that is still open ends.
   */
  pair(kind: TransportKind): Promise<Pairing>;
  /**
   * Ends a device at once, also one that is not there: its keys are deleted first, then it is told and cut off. Rejects
   * with a `UserError` when the keys could not be deleted.
   */
  revoke(id: string): Promise<void>;
}

/** Reads the devices and begins to serve them. */
export async function createPhone(options: PhoneOptions): Promise<Phone> {
  const { store, clock, onError } = options;
  const devices = await Devices.load({ store, clock, onError });
  return new PairedPhones(options, devices);
}

class PairedPhones implements Phone {
  readonly #options: PhoneOptions;
  readonly #devices: Devices;
  readonly #hub: Hub;
  readonly #store = new DisposableStore();
  readonly #changed: Emitter<void>;
  readonly onDidChange: Event<void>;
  #pairing: Pairing | undefined;
  /** Pairings whose transport starts at this moment. */
  #beginning = 0;
  #resting: Disposable | undefined;

  constructor(options: PhoneOptions, devices: Devices) {
    this.#options = options;
    this.#devices = devices;
    this.#changed = this.#store.add(new Emitter(options.onError));
    this.onDidChange = this.#changed.event;
    this.#hub = this.#store.add(
      new Hub({
        ...options,
        transport: (kind) => this.#transport(kind),
        onBye: (device) => {
          this.#revoke(device, undefined).catch(options.onError);
        },
      }),
    );
    this.#store.add(this.#hub.onDidChange(() => this.#changed.fire()));
    this.#store.add(toDisposable(() => this.#pairing?.dispose()));
    this.#store.add(toDisposable(() => this.#resting?.dispose()));
    for (const device of devices.all) this.#hub.attach(device);
    for (const transport of options.transports) {
      this.#store.add(transport.onDidChange(() => this.#changed.fire()));
      if (devices.all.some((device) => device.transport === transport.kind))
        transport.start().catch(options.onError);
    }
  }

  get devices(): readonly DeviceView[] {
    return this.#devices.all.map((device) => ({
      id: device.id,
      name: device.name,
      addedAt: device.addedAt,
      lastSeenAt: device.lastSeenAt,
      kind: device.transport,
      reach: this.#hub.reach(device),
    }));
  }

  async pair(kind: TransportKind): Promise<Pairing> {
    const transport = this.#transport(kind);
    if (!transport) throw notConfigured(kind);
    const keys = await this.#started(transport);
    this.#pairing?.cancel();
    this.#pairing?.dispose();
    const { store, clock, timers, onError } = this.#options;
    const pairing = new Pairing({
      keys,
      devices: this.#devices,
      transport,
      store,
      clock,
      timers,
      onError,
      attach: (device) => this.#hub.attach(device),
      activated: (device) => {
        this.#hub.activated(device);
        this.#changed.fire();
      },
      drop: (device, reason) => {
        this.#revoke(device, reason).catch(onError);
      },
    });
    this.#pairing = pairing;
    pairing.onDidChange((state) => this.#restAfterPairing(state));
    if (this.#store.isDisposed) pairing.dispose();
    return pairing;
  }

  async revoke(id: string): Promise<void> {
    const device = this.#devices.get(id);
    if (device) await this.#revoke(device, 'removed');
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** `reason` is what the phone is told; nothing when it was the one that left. */
  async #revoke(
    device: Device,
    reason: 'removed' | 'wrongDigits' | 'cancelled' | undefined,
  ): Promise<void> {
    const farewell = reason && device.sealFarewell(JSON.stringify({ t: 'revoked', reason }));
    const courier = this.#hub.detach(device);
    try {
      await this.#devices.remove(device);
    } finally {
      this.#changed.fire();
      if (courier) void this.#sayGoodbye(courier, farewell);
      this.#restAfter(FAREWELL);
    }
  }

  /** As good as it goes: the phone may be offline, and without keys nothing depends on it. */
  async #sayGoodbye(courier: Courier, farewell: string | undefined): Promise<void> {
    try {
      if (farewell !== undefined) await courier.publishFarewell(farewell);
    } catch (error) {
      this.#options.onError(error);
    }
    await courier.closeMailboxes();
  }

  /** The keys to pair with, once the transport is up. */
  async #started(transport: PhoneTransport): Promise<WorkspaceKeys> {
    this.#beginning += 1;
    try {
      const keys = await this.#devices.keys();
      await transport.start();
      return keys;
    } catch (error) {
      this.#restAfter(FAREWELL);
      throw error;
    } finally {
      this.#beginning -= 1;
    }
  }

  #restAfterPairing(state: PairingState): void {
    // Who comes late is told so for a while, unless the person closed it.
    if (state.kind === 'over')
      this.#restAfter(state.reason === 'cancelled' ? FAREWELL : PAIR_CODE_LIFE);
  }

  /** A little later nothing listens where there is no phone. Milliseconds. */
  #restAfter(milliseconds: number): void {
    if (this.#store.isDisposed) return;
    this.#resting?.dispose();
    this.#resting = this.#options.timers.after(milliseconds, () => {
      for (const transport of this.#options.transports) {
        if (this.#isNeeded(transport)) continue;
        if (this.#pairing?.kind === transport.kind) this.#pairing.dispose();
        transport.rest();
      }
    });
  }

  #isNeeded({ kind }: PhoneTransport): boolean {
    if (this.#beginning > 0 || this.#devices.all.some(({ transport }) => transport === kind))
      return true;
    return this.#pairing?.kind === kind && this.#pairing.isOpen;
  }

  #transport(kind: TransportKind): PhoneTransport | undefined {
    return this.#options.transports.find((transport) => transport.kind === kind);
  }
}

/** For phones that are being told that it is over. Milliseconds. */
const FAREWELL = 5000;

function notConfigured(kind: TransportKind): UserError {
  return kind === 'lan'
    ? new UserError(
        'pairingRefused',
        'Phones on the local network are switched off, so nothing was paired.',
        'Switch on the setting for phones on the local network, or set up a relay.',
      )
    : new UserError(
        'pairingRefused',
        'No relay is set up, so nothing was paired.',
        'Name a relay in the settings, or pair over the local network.',
      );
}
