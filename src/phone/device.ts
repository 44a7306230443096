import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import { fromBase64 } from '../protocol/phone/bytes.ts';
import { DeviceLink, type OpenError } from '../protocol/phone/link.ts';
import type { LinkMailboxes } from '../protocol/phone/pairKeys.ts';
import type { PushSubscriptionInfo } from '../protocol/phone/payloads.ts';
import type { WorkspaceKeys } from '../protocol/phone/workspacePairing.ts';
import type { DeviceRecord } from './deviceRecord.ts';
import { LatestWriter } from './latestWriter.ts';
import { NodeSignatures } from './nodeSignatures.ts';
import type { SecretStore } from './secretStore.ts';
import type { TransportKind } from './transport.ts';

/** So many sequence numbers are set aside at once, so that not every message costs a write. */
const SET_ASIDE = 256;

export interface DeviceOptions {
  readonly record: DeviceRecord;
  /** `pending` until the person has typed the digits; a pending device is stored nowhere. */
  readonly state: 'pending' | 'active';
  readonly keys: WorkspaceKeys;
  readonly clock: Clock;
  readonly store: SecretStore;
}

/** One phone, with its keys. What it sends and receives is on record before anything comes of it. */
export class Device {
  readonly id: string;
  readonly name: string;
  readonly addedAt: number;
  readonly transport: TransportKind;
  readonly mailboxes: LinkMailboxes;
  readonly #options: DeviceOptions;
  readonly #link: DeviceLink;
  readonly #writer: LatestWriter;
  #state: 'pending' | 'active' | 'revoked';
  #lastSeenAt: number;
  #push: PushSubscriptionInfo | null;
  /** Sequence numbers up to this one may be used. */
  #reserved: number;
  #savedEpoch: number;

  /** Throws for keys that are none. */
  constructor(options: DeviceOptions) {
    const { record, state, keys, clock } = options;
    const peerKey = fromBase64(record.peerKey, 32);
    if (!peerKey) throw new TypeError('The device has no key');
    this.#options = options;
    this.id = record.id;
    this.name = record.name;
    this.addedAt = record.addedAt;
    this.transport = record.transport;
    this.mailboxes = record.mailboxes;
    this.#state = state;
    this.#lastSeenAt = record.lastSeenAt;
    this.#push = record.push;
    this.#reserved = record.link.sent;
    this.#savedEpoch = record.link.epoch;
    const signingKey = keys.signing.secret;
    this.#link = new DeviceLink({
      side: 'workspace',
      state: record.link,
      signingKey,
      peerKey,
      clock,
      signatures: new NodeSignatures(),
    });
    this.#writer = new LatestWriter(() => this.#write());
  }

  get state(): 'pending' | 'active' | 'revoked' {
    return this.#state;
  }

  get lastSeenAt(): number {
    return this.#lastSeenAt;
  }

  get push(): PushSubscriptionInfo | null {
    return this.#push;
  }

  /** From now on it is stored. Rejects when that fails; then it stays pending. */
  async activate(): Promise<void> {
    if (this.#state !== 'pending') return;
    this.#state = 'active';
    try {
      await this.#writer.request();
    } catch (error) {
      if (this.#isState('active')) this.#state = 'pending';
      throw error;
    }
  }

  /** Takes {@link activate} back, where the rest of it failed. */
  suspend(): void {
    if (this.#state === 'active') this.#state = 'pending';
  }

  async setPush(subscription: PushSubscriptionInfo | null): Promise<void> {
    this.#push = subscription;
    await this.#writer.request();
  }

  /** Rejects when the device is revoked, and when the number of the message cannot be put on record. */
  async seal(payload: string): Promise<string> {
    if (this.#link.state.sent >= this.#reserved) await this.#setAside();
    const envelope = this.#link.seal(payload);
    const { epoch } = this.#link.state;
    if (epoch !== this.#savedEpoch) await this.#writer.request();
    return envelope;
  }

  /** Seals at once, for the last message before the keys are gone. */
  sealFarewell(payload: string): string | undefined {
    try {
      return this.#link.seal(payload);
    } catch {
      return undefined;
    }
  }

  /**
   * Opens what came in; the same thing is opened once. The caller acts on it after {@link stored} has resolved, since a
   * restart between the two would let it in again.
   */
  open(text: string): Result<string, OpenError> {
    const opened = this.#link.open(text);
    if (!opened.ok) return err(opened.error);
    this.#lastSeenAt = this.#options.clock.now();
    return ok(opened.value);
  }

  stored(): Promise<void> {
    return this.#writer.request();
  }

  /**
   * Ends the device at once: nothing is sealed or opened any more, and the keys are wiped. Resolves when they are deleted
   * from secret storage; rejects when that failed, and may be called again.
   */
  async revoke(): Promise<void> {
    this.#state = 'revoked';
    this.#link.close();
    // A write that has begun must not bring the record back.
    await this.#writer.idle();
    await this.#options.store.delete(recordKey(this.id));
  }

  async #setAside(): Promise<void> {
    const before = this.#reserved;
    this.#reserved = this.#link.state.sent + SET_ASIDE;
    try {
      await this.#writer.request();
    } catch (error) {
      this.#reserved = before;
      throw error;
    }
  }

  #isState(state: 'pending' | 'active' | 'revoked'): boolean {
    return this.#state === state;
  }

  async #write(): Promise<void> {
    if (this.#state !== 'active') return;
    const { epoch } = this.#link.state;
    await this.#options.store.set(recordKey(this.id), JSON.stringify(this.#record()));
    this.#savedEpoch = epoch;
  }

  #record(): DeviceRecord {
    const { peerKey } = this.#options.record;
    const { id, name, addedAt, lastSeenAt, transport, mailboxes, push } = this;
    const link = { ...this.#link.state, sent: Math.max(this.#reserved, this.#link.state.sent) };
    return { v: 1, id, name, addedAt, lastSeenAt, transport, peerKey, mailboxes, link, push };
  }
}

export function recordKey(id: string): string {
  return `device.${id}`;
}
