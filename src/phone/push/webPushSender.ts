import type { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import webPush from 'web-push';
import type { PushSubscriptionInfo } from '../../protocol/phone/payloads.ts';
import { MAX_PUSH, WAKE_UP } from '../../protocol/phone/pushMessage.ts';
import type { PushSender } from '../pushSender.ts';
import type { SecretStore } from '../secretStore.ts';
import { isPushEndpoint } from './endpoint.ts';
import { loadVapidKeys, type VapidKeys } from './vapidKeys.ts';

export interface WebPushSenderOptions {
  readonly secrets: SecretStore;
  /** Where a push service finds who sends: the page's address. Apple refuses local ones. */
  readonly subject: string;
  /** Which endpoints are sent to; the vendors' push services when not given. */
  readonly isAllowed?: (endpoint: string) => boolean;
  /** For servers whose certificate is not publicly trusted. */
  readonly agent?: Agent;
  /** After so long a message that nobody confirmed counts as failed. */
  readonly timeoutMs?: number;
}

/** A card that nobody has seen for so long is found by opening the page. Seconds. */
const TTL_SECONDS = 3600;
const TIMEOUT_MS = 10_000;

/** Sends Web Push messages (RFC 8030, 8291, 8292) from this machine, with no server of ours in between. */
export class WebPushSender implements PushSender {
  readonly #options: WebPushSenderOptions;
  #keys: Promise<VapidKeys> | undefined;

  constructor(options: WebPushSenderOptions) {
    this.#options = options;
  }

  async vapidKey(): Promise<string> {
    return (await this.#vapidKeys()).publicKey;
  }

  async send(
    subscription: PushSubscriptionInfo,
    envelope: string,
    topic: string,
  ): Promise<'sent' | 'gone' | 'failed'> {
    const { agent, isAllowed = isPushEndpoint, subject, timeoutMs = TIMEOUT_MS } = this.#options;
    if (!isAllowed(subscription.endpoint)) return 'failed';
    const text = Buffer.byteLength(envelope) > MAX_PUSH ? WAKE_UP : envelope;
    const late = new AbortController();
    try {
      const vapidDetails = { subject, ...(await this.#vapidKeys()) };
      // web-push follows no redirect: another address than the one that was checked is never sent to.
      const sent = webPush.sendNotification(subscription, text, {
        ...{ vapidDetails, TTL: TTL_SECONDS, urgency: 'high', topic, timeout: timeoutMs },
        ...(agent && { agent }),
      });
      // Its own time-out starts again with every byte.
      await Promise.race([sent, sleep(timeoutMs, undefined, late).then(tooLate)]);
      return 'sent';
    } catch (error) {
      return isGone(error) ? 'gone' : 'failed';
    } finally {
      late.abort();
    }
  }

  /** Loaded once; a failure is not kept. */
  #vapidKeys(): Promise<VapidKeys> {
    this.#keys ??= loadVapidKeys(this.#options.secrets, webPush.generateVAPIDKeys).catch(
      (error: unknown) => {
        this.#keys = undefined;
        throw error;
      },
    );
    return this.#keys;
  }
}

function tooLate(): never {
  throw new Error('The push service did not answer in time');
}

function isGone(error: unknown): boolean {
  return (
    error instanceof webPush.WebPushError && (error.statusCode === 404 || error.statusCode === 410)
  );
}
