import type { Clock } from '../../src/base/clock.ts';
import type { Disposable } from '../../src/base/disposable.ts';
import { NodeSignatures } from '../../src/phone/nodeSignatures.ts';
import { randomBytes, toBase64 } from '../../src/protocol/phone/bytes.ts';
import type { DeviceLink } from '../../src/protocol/phone/link.ts';
import { parsePairCode } from '../../src/protocol/phone/pairCode.ts';
import {
  type PhoneAnswer,
  parseToPhone,
  type ToPhone,
  type ToWorkspace,
} from '../../src/protocol/phone/payloads.ts';
import {
  type PairStep,
  PhonePairing,
  type PhoneRecord,
  phoneLink,
} from '../../src/protocol/phone/phonePairing.ts';
import type { MemoryMailboxes } from './phoneFakes.ts';

export type CardMessage = Extract<ToPhone, { t: 'card' }>;

/** The page without a page: pairs, keeps cards by id, answers. */
export class FakePhone {
  readonly messages: ToPhone[] = [];
  /** Envelopes that could not be opened, with the reason. */
  readonly refusals: string[] = [];
  /** How often a card arrived, by its id. */
  readonly arrivals = new Map<string, number>();
  readonly open = new Map<string, CardMessage>();
  readonly steps: PairStep[] = [];
  readonly #mailboxes: MemoryMailboxes;
  readonly #clock: Clock;
  #link: DeviceLink | undefined;
  #record: PhoneRecord | undefined;
  #digits = '';
  #stream: Disposable | undefined;
  #lastAt = 0;

  constructor(mailboxes: MemoryMailboxes, clock: Clock) {
    this.#mailboxes = mailboxes;
    this.#clock = clock;
  }

  get digits(): string {
    return this.#digits;
  }

  get record(): PhoneRecord {
    if (!this.#record) throw new Error('This phone is not paired');
    return this.#record;
  }

  get link(): DeviceLink {
    if (!this.#link) throw new Error('This phone is not paired');
    return this.#link;
  }

  /** Scans a code. What comes of it is in `steps`. */
  scan(url: string, name = 'Pixel 8'): PhonePairing {
    const code = parsePairCode(new URL(url).hash);
    if (!code) throw new Error('This is no code');
    const pairing = new PhonePairing(code, name);
    const { toPhone, toWorkspace } = pairing.room;
    this.#mailboxes.listen(toPhone, (text) => {
      const step = pairing.receive(text);
      this.steps.push(step);
      if (step.kind === 'send') this.#mailboxes.post(toWorkspace, step.envelope);
      if (step.kind === 'claimed') this.#onClaimed(step);
    });
    this.#mailboxes.post(toWorkspace, pairing.hello());
    return pairing;
  }

  /** Its stream is cut. */
  disconnect(): void {
    this.#stream?.dispose();
  }

  /** Listens, and asks for what it does not have. */
  connect(): void {
    this.disconnect();
    const { toPhone } = this.record.mailboxes;
    this.#stream = this.#mailboxes.listen(toPhone, (text) => this.receive(text));
    this.sync();
  }

  sync(): void {
    const id = toBase64(randomBytes(6));
    this.send({ t: 'sync', known: [...this.open.keys()].slice(0, 200), id, since: this.#lastAt });
  }

  send(message: ToWorkspace): string {
    const envelope = this.link.seal(JSON.stringify(message));
    this.#mailboxes.post(this.record.mailboxes.toWorkspace, envelope);
    return envelope;
  }

  receive(text: string): void {
    const opened = this.link.open(text);
    const parsed = opened.ok ? parseToPhone(opened.value) : opened;
    if (!parsed.ok) {
      this.refusals.push(parsed.error);
      return;
    }
    const message = parsed.value;
    this.messages.push(message);
    if ('at' in message) this.#lastAt = Math.max(this.#lastAt, message.at);
    if (message.t === 'card') {
      const { id } = message.card;
      this.arrivals.set(id, (this.arrivals.get(id) ?? 0) + 1);
      this.open.set(id, message);
    }
    if (message.t === 'resolved') this.open.delete(message.card);
  }

  answer(
    { card, digest, nonce }: CardMessage,
    rest: Partial<PhoneAnswer> & Pick<PhoneAnswer, 'outcome'>,
  ): string {
    return this.send({ t: 'answer', card: card.id, digest, nonce, at: this.#clock.now(), ...rest });
  }

  of<T extends ToPhone['t']>(kind: T): Extract<ToPhone, { t: T }>[] {
    return this.messages.filter(
      (message): message is Extract<ToPhone, { t: T }> => message.t === kind,
    );
  }

  #onClaimed({ record, digits }: Extract<PairStep, { kind: 'claimed' }>): void {
    if (this.#record) return;
    this.#record = record;
    this.#digits = digits;
    this.#link = phoneLink(record, this.#clock, new NodeSignatures());
    this.connect();
  }
}
