import { systemClock } from '../../src/base/clock.ts';
import { randomBytes, toBase64 } from '../../src/protocol/phone/bytes.ts';
import { DeviceLink } from '../../src/protocol/phone/link.ts';
import { fingerprintOf, formatPairCode } from '../../src/protocol/phone/pairCode.ts';
import {
  digestOf,
  PHONE_PROTOCOL,
  type PhoneAnswer,
  type PhoneCard,
  parseToWorkspace,
  type Resolved,
  type ToPhone,
  type ToWorkspace,
} from '../../src/protocol/phone/payloads.ts';
import { newAgreementKey, newSigningKey } from '../../src/protocol/phone/primitives.ts';
import { dayOf } from '../../src/protocol/phone/ratchet.ts';
import {
  type ClaimedDevice,
  type WorkspaceKeys,
  WorkspacePairing,
} from '../../src/protocol/phone/workspacePairing.ts';
import type { PhoneMailboxes } from './phoneMailboxes.ts';

/** A desktop with one phone: the real protocol, and answers that are only recorded. */
export class PhoneDesktop {
  readonly #mailboxes: PhoneMailboxes;
  readonly keys: WorkspaceKeys = {
    id: toBase64(randomBytes(8)),
    agreement: newAgreementKey(),
    signing: newSigningKey(),
  };
  readonly name: string;
  readonly answers: PhoneAnswer[] = [];
  readonly heard: ToWorkspace[] = [];
  readonly open = new Map<string, PhoneCard>();
  /** What ended while the phone was away. */
  readonly late: Resolved[] = [];
  device: ClaimedDevice | undefined;
  state: 'pending' | 'active' = 'pending';
  /** Says nothing any more, as a desktop that is off. */
  silent = false;
  vapidKey: string | undefined;
  /** The version that it says it speaks. */
  protocol: number = PHONE_PROTOCOL;
  onAnswer: (answer: PhoneAnswer) => void = () => undefined;
  #link: DeviceLink | undefined;
  #pairing: WorkspacePairing | undefined;

  constructor(mailboxes: PhoneMailboxes, name = 'mara-desktop') {
    this.#mailboxes = mailboxes;
    this.name = name;
  }

  /** A fresh code: what stands after `#` in the link. */
  newCode(): string {
    const secret = randomBytes(32);
    const { keys } = this;
    const code = formatPairCode({
      workspace: keys.id,
      fingerprint: fingerprintOf(keys.agreement.public, keys.signing.public),
      secret: secret.slice(),
    });
    const pairing = new WorkspacePairing({ keys, secret, epoch: dayOf(Date.now()) });
    this.#pairing = pairing;
    this.#mailboxes.hear(pairing.room.toWorkspace, (text) => {
      const step = pairing.receive(text);
      if (step.kind === 'claimed') this.#take(step.device);
      if ('envelope' in step) this.#mailboxes.publish(pairing.room.toPhone, step.envelope);
    });
    return code;
  }

  endPairing(reason: 'expired' | 'cancelled' | 'tooMany'): void {
    this.#pairing?.end(reason);
  }

  /** The person has typed the right digits. */
  confirm(): void {
    this.state = 'active';
    this.send(this.#hello());
  }

  raise(card: PhoneCard): void {
    this.open.set(card.id, card);
    this.send(this.card(card));
  }

  card(card: PhoneCard): ToPhone {
    const nonce = toBase64(randomBytes(16));
    return { t: 'card', card, digest: digestOf(card), nonce, at: Date.now() };
  }

  resolve(id: string, change: Partial<Resolved> = {}): void {
    this.open.delete(id);
    this.send(resolved(id, change));
  }

  send(message: ToPhone): void {
    if (!this.device) return;
    this.#mailboxes.publish(this.device.mailboxes.toPhone, this.seal(message));
  }

  seal(message: ToPhone): string {
    if (!this.#link) throw new Error('No phone is paired.');
    return this.#link.seal(JSON.stringify(message));
  }

  /** Sends what somebody made who has the keys of the mailbox, but not the desktop's own. */
  forge(message: ToPhone): void {
    if (!this.device) throw new Error('No phone is paired.');
    const { link, mailboxes, peerKey } = this.device;
    const forger = new DeviceLink({
      side: 'workspace',
      state: { ...link, sent: 1000 },
      signingKey: newSigningKey().secret,
      peerKey,
      clock: systemClock,
    });
    this.#mailboxes.publish(mailboxes.toPhone, forger.seal(JSON.stringify(message)));
  }

  #take(device: ClaimedDevice): void {
    this.device = device;
    const link = new DeviceLink({
      side: 'workspace',
      state: device.link,
      signingKey: this.keys.signing.secret.slice(),
      peerKey: device.peerKey,
      clock: systemClock,
    });
    this.#link = link;
    this.#mailboxes.hear(device.mailboxes.toWorkspace, (text) => {
      const opened = link.open(text);
      const message = opened.ok ? parseToWorkspace(opened.value) : undefined;
      if (message?.ok && !this.silent) this.#receive(message.value);
    });
  }

  #receive(message: ToWorkspace): void {
    this.heard.push(message);
    if (message.t === 'answer') {
      this.answers.push(message);
      this.onAnswer(message);
    }
    if (message.t === 'sync') this.#sync(message);
  }

  #sync({ known, id }: Extract<ToWorkspace, { t: 'sync' }>): void {
    this.send(this.#hello());
    if (this.state !== 'active') return;
    for (const message of this.late.splice(0)) this.send(message);
    for (const card of this.open.values()) if (!known.includes(card.id)) this.send(this.card(card));
    this.send({ t: 'synced', sync: id, open: [...this.open.keys()], more: false, at: Date.now() });
  }

  #hello(): ToPhone {
    return {
      t: 'hello',
      // Another number is what a desktop of another version sends.
      protocol: this.protocol as typeof PHONE_PROTOCOL,
      state: this.state,
      workspace: this.name,
      device: 'Pixel 8',
      transport: 'lan',
      ...(this.vapidKey !== undefined && { vapidKey: this.vapidKey }),
      at: Date.now(),
    };
  }
}

/** How a request ended, as the desktop tells it. */
export function resolved(card: string, change: Partial<Resolved> = {}): Resolved {
  return {
    t: 'resolved',
    card,
    decision: 'allow',
    mine: false,
    late: false,
    line: 'pnpm test --run session.refresh.test.ts',
    agent: 'Claude Code',
    outcome: {
      tone: 'ok',
      icon: 'check',
      text: 'Allowed once by you',
      at: Date.now(),
      where: 'in the chat',
      agentStopped: false,
    },
    at: Date.now(),
    ...change,
  };
}
