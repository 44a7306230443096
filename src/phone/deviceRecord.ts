import * as v from 'valibot';
import { parseJson } from '../base/json.ts';
import { keySchema, linkMailboxesSchema, linkStateSchema } from '../protocol/phone/linkSchema.ts';
import { pushSubscription } from '../protocol/phone/payloads.ts';

const record = v.object({
  v: v.literal(1),
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{12}$/)),
  /** Unique among the devices, at most 60 characters, safe to show. */
  name: v.string(),
  /** Milliseconds since the epoch, as is the other time. */
  addedAt: v.number(),
  lastSeenAt: v.number(),
  transport: v.picklist(['lan', 'relay']),
  /** Its Ed25519 key. */
  peerKey: keySchema,
  mailboxes: linkMailboxesSchema,
  link: linkStateSchema,
  push: v.nullable(pushSubscription),
});

/** A paired phone, as it is kept in secret storage. Only active devices are kept. */
export type DeviceRecord = v.InferOutput<typeof record>;

/** `undefined` for a record that cannot be read: that phone has to be paired again. */
export function parseDeviceRecord(text: string): DeviceRecord | undefined {
  const parsed = v.safeParse(record, parseJson(text));
  return parsed.success ? parsed.output : undefined;
}
