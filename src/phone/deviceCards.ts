import { randomBytes, toBase64 } from '../protocol/phone/bytes.ts';
import { digestOf, type PhoneCard, pushTopic } from '../protocol/phone/payloads.ts';
import type { Device } from './device.ts';

/** What one phone was shown: an answer counts for exactly this card, on exactly this phone. */
export interface ShownCard {
  readonly card: PhoneCard;
  readonly digest: string;
  readonly nonce: string;
}

/** Ended cards are kept for late answers, as many as this. */
const MAX_ENDED = 200;

/** The cards of one phone. */
export class DeviceCards {
  readonly #device: Device;
  readonly #shown = new Map<string, ShownCard>();
  readonly #waiting = new Set<string>();
  readonly #ended = new Set<string>();

  constructor(device: Device) {
    this.#device = device;
  }

  get(requestId: string): ShownCard | undefined {
    return this.#shown.get(requestId);
  }

  /** The same card has the same digest and nonce, however often it is sent. */
  made(card: PhoneCard): ShownCard {
    const digest = digestOf(card);
    const before = this.#shown.get(card.id);
    if (before?.digest === digest) return before;
    const shown = { card, digest, nonce: toBase64(randomBytes(16)) };
    this.#shown.set(card.id, shown);
    return shown;
  }

  /** False when it is on its way already. */
  startSending(requestId: string): boolean {
    if (this.#waiting.has(requestId)) return false;
    this.#waiting.add(requestId);
    return true;
  }

  /** It has left, or is not needed any more. */
  endSending(requestId: string): void {
    this.#waiting.delete(requestId);
  }

  ended(requestId: string): void {
    this.#ended.add(requestId);
    const [oldest] = this.#ended;
    if (this.#ended.size <= MAX_ENDED || oldest === undefined) return;
    this.#ended.delete(oldest);
    this.#shown.delete(oldest);
  }

  topic(requestId: string): string {
    return pushTopic(this.#device.id, requestId);
  }
}
