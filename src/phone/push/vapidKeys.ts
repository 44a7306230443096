import * as v from 'valibot';
import { parseJson } from '../../base/json.ts';
import type { SecretStore } from '../secretStore.ts';

/** Who sends push messages: pages subscribe to the public half (RFC 8292). Base64url. */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

const KEY = 'phone.vapid';

const stored = v.strictObject({
  publicKey: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{87}$/)),
  privateKey: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
});

/**
 * The stored keys, else those that `generate` makes, stored before they are used: a subscription to keys that are lost
 * could never be sent to.
 */
export async function loadVapidKeys(
  secrets: SecretStore,
  generate: () => VapidKeys,
): Promise<VapidKeys> {
  const text = await secrets.get(KEY);
  const parsed = v.safeParse(stored, text === undefined ? undefined : parseJson(text));
  if (parsed.success) return parsed.output;
  const keys = generate();
  await secrets.set(KEY, JSON.stringify(keys));
  return keys;
}
