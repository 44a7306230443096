import type { PushSubscriptionInfo } from '../protocol/phone/payloads.ts';

/** Sends Web Push messages straight from here to the browser vendors' push services. */
export interface PushSender {
  /** The public VAPID key that a page subscribes with, base64url. */
  vapidKey(): Promise<string>;
  /**
   * Sends one sealed envelope; one that is too large for a push message goes out as "open the page". Another message
   * with the same topic (32 characters) replaces it where it still waits. Never rejects. `gone`: the subscription is over
   * and must be forgotten. `failed`: not known to have arrived.
   */
  send(
    subscription: PushSubscriptionInfo,
    envelope: string,
    topic: string,
  ): Promise<'sent' | 'gone' | 'failed'>;
}
