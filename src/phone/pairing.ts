import type { Clock } from '../base/clock.ts';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/event.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Timers } from '../base/timers.ts';
import { oneLine } from '../permission/cut.ts';
import { randomBytes, toBase64 } from '../protocol/phone/bytes.ts';
import { fingerprintOf, formatPairCode, PAIR_CODE_LIFE } from '../protocol/phone/pairCode.ts';
import type { PairRefusal } from '../protocol/phone/pairMessages.ts';
import { dayOf } from '../protocol/phone/ratchet.ts';
import {
  type ClaimedDevice,
  type WorkspaceKeys,
  WorkspacePairing,
} from '../protocol/phone/workspacePairing.ts';
import { Device } from './device.ts';
import type { Devices } from './devices.ts';
import type { SecretStore } from './secretStore.ts';
import type { PhoneTransport, TransportKind } from './transport.ts';

/** Wrong digits are three times a mistake, then somebody guesses. */
const MAX_TRIES = 3;
/** Messages that one code answers. A phone needs two, and a few more when it does not hear. */
const MAX_MESSAGES = 50;
const MAX_NAME = 60;

export type PairingState =
  /** The code is shown; nobody has scanned it. */
  | { readonly kind: 'waiting' }
  /** A phone has; it shows six digits that the person types here. */
  | { readonly kind: 'claimed'; readonly name: string; readonly triesLeft: number }
  | { readonly kind: 'paired'; readonly device: Device }
  | { readonly kind: 'over'; readonly reason: PairingEnd };

export type PairingEnd = 'expired' | 'cancelled' | 'wrongDigits' | 'tooMany';

export type DigitsError =
  | { readonly kind: 'wrong'; readonly triesLeft: number }
  /** No phone waits for digits (any more). */
  | { readonly kind: 'notWaiting' };

export interface PairingOptions {
  readonly keys: WorkspaceKeys;
  readonly devices: Devices;
  readonly transport: PhoneTransport;
  readonly store: SecretStore;
  readonly clock: Clock;
  readonly timers: Timers;
  /** The pending device can ask how it stands, and is told when it is over. */
  readonly attach: (device: Device) => void;
  readonly activated: (device: Device) => void;
  readonly drop: (device: Device, reason: 'wrongDigits' | 'cancelled') => void;
  readonly onError: (error: unknown) => void;
}

/** One QR code: shown, scanned once, confirmed by six digits. Ends after five minutes without a scan. */
export class Pairing implements Disposable {
  /** What the QR code says. Whoever sees it can try to pair. */
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly onDidChange: Event<PairingState>;
  readonly #options: PairingOptions;
  readonly #room: WorkspacePairing;
  readonly #changed: Emitter<PairingState>;
  readonly #store = new DisposableStore();
  #state: PairingState = { kind: 'waiting' };
  #claimed: { readonly device: Device; readonly digits: string } | undefined;
  #messages = 0;
  /** The right digits were typed and the device is being stored. */
  #isStoring = false;

  /** Needs a transport that is up. */
  constructor(options: PairingOptions) {
    const { keys, transport, clock, timers } = options;
    this.#options = options;
    this.#changed = new Emitter(options.onError);
    this.onDidChange = this.#changed.event;
    this.expiresAt = clock.now() + PAIR_CODE_LIFE;
    const secret = randomBytes(32);
    const fingerprint = fingerprintOf(keys.agreement.public, keys.signing.public);
    const code = formatPairCode({ workspace: keys.id, fingerprint, secret });
    this.url = `${transport.pageUrl}#${code}`;
    this.#room = new WorkspacePairing({ keys, secret, epoch: dayOf(clock.now()) });
    const { toPhone, toWorkspace } = this.#room.room;
    transport.open(toPhone);
    this.#store.add(transport.subscribe(toWorkspace, (text) => this.#receive(text)));
    this.#store.add(timers.after(PAIR_CODE_LIFE, () => this.#expire(['waiting'])));
    // Who comes late is told so for a while; who has scanned gets the same while to type.
    this.#store.add(timers.after(2 * PAIR_CODE_LIFE, () => this.dispose()));
  }

  get state(): PairingState {
    return this.#state;
  }

  get kind(): TransportKind {
    return this.#options.transport.kind;
  }

  /** A phone can still be paired with it. */
  get isOpen(): boolean {
    return this.#state.kind === 'waiting' || this.#state.kind === 'claimed';
  }

  /** The digits as the person typed them. Rejects when the device cannot be stored; then it is not paired. */
  async confirm(digits: string): Promise<Result<Device, DigitsError>> {
    const claimed = this.#claimed;
    if (this.#state.kind !== 'claimed' || !claimed || this.#isStoring)
      return err({ kind: 'notWaiting' });
    if (claimed.device.state === 'revoked') {
      // The phone itself has left.
      this.#end('cancelled', 'cancelled');
      return err({ kind: 'notWaiting' });
    }
    if (digits.replace(/\s/g, '') !== claimed.digits) return err(this.#wrong(this.#state));
    this.#isStoring = true;
    try {
      await this.#options.devices.add(claimed.device);
    } finally {
      this.#isStoring = false;
    }
    if (!this.#isClaimed() || claimed.device.state !== 'active') {
      await this.#options.devices.remove(claimed.device);
      return err({ kind: 'notWaiting' });
    }
    this.#set({ kind: 'paired', device: claimed.device });
    this.#options.activated(claimed.device);
    return ok(claimed.device);
  }

  /** The person closed the dialog. */
  cancel(): void {
    this.#end('cancelled', 'cancelled');
  }

  /** Ends it and forgets its mailboxes. */
  dispose(): void {
    if (this.#store.isDisposed) return;
    this.#expire(['waiting', 'claimed']);
    this.#store.dispose();
    this.#changed.dispose();
    const { toPhone, toWorkspace } = this.#room.room;
    void this.#options.transport.close(toPhone);
    void this.#options.transport.close(toWorkspace);
  }

  #receive(text: string): void {
    if (this.#options.clock.now() >= this.expiresAt) this.#expire(['waiting']);
    if (++this.#messages > MAX_MESSAGES) {
      if (this.#state.kind === 'waiting') this.#end('tooMany', 'tooMany');
      return;
    }
    const step = this.#room.receive(text);
    if (step.kind === 'ignored') return;
    if (step.kind === 'claimed') this.#onClaimed(step.device);
    const { transport, onError } = this.#options;
    transport.publish(this.#room.room.toPhone, step.envelope).catch(onError);
  }

  #onClaimed(claimed: ClaimedDevice): void {
    const { keys, devices, clock, store, transport, attach } = this.#options;
    const now = clock.now();
    const device = new Device({
      state: 'pending',
      keys,
      clock,
      store,
      record: {
        v: 1,
        id: claimed.link.device,
        name: devices.uniqueName(oneLine(claimed.name, MAX_NAME) || 'Phone'),
        addedAt: now,
        lastSeenAt: now,
        transport: transport.kind,
        peerKey: toBase64(claimed.peerKey),
        mailboxes: claimed.mailboxes,
        link: claimed.link,
        push: null,
      },
    });
    this.#claimed = { device, digits: claimed.digits };
    attach(device);
    this.#set({ kind: 'claimed', name: device.name, triesLeft: MAX_TRIES });
  }

  #wrong(state: Extract<PairingState, { kind: 'claimed' }>): DigitsError {
    const triesLeft = state.triesLeft - 1;
    if (triesLeft > 0) this.#set({ ...state, triesLeft });
    else this.#end('wrongDigits', 'cancelled');
    return { kind: 'wrong', triesLeft };
  }

  #expire(kinds: readonly PairingState['kind'][]): void {
    if (kinds.includes(this.#state.kind)) this.#end('expired', 'expired');
  }

  #end(reason: PairingEnd, told: PairRefusal): void {
    if (!this.isOpen) return;
    this.#room.end(told);
    if (this.#claimed)
      this.#options.drop(
        this.#claimed.device,
        reason === 'wrongDigits' ? 'wrongDigits' : 'cancelled',
      );
    this.#set({ kind: 'over', reason });
  }

  #isClaimed(): boolean {
    return this.#state.kind === 'claimed';
  }

  #set(state: PairingState): void {
    this.#state = state;
    this.#changed.fire(state);
  }
}
