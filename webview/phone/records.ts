import * as v from 'valibot';
import {
  PHONE_PROTOCOL,
  parseToPhone,
  type Resolved,
  type ToPhone,
} from '../../src/protocol/phone/payloads.ts';
import { type PhoneRecord, parsePhoneRecord } from '../../src/protocol/phone/phonePairing.ts';

/** What this page keeps, and how it is read back. A record that cannot be read is as if it were not there. */

const workspace = v.object({
  id: v.string(),
  /** Of the desktop; empty until it has said its name. */
  name: v.string(),
  phase: v.picklist(['pending', 'active']),
  pairedAt: v.number(),
  /** The six digits, while the phase is pending. */
  digits: v.string(),
  transport: v.exactOptional(v.picklist(['lan', 'relay'])),
  vapidKey: v.exactOptional(v.string()),
  /** The version of the messages that the desktop speaks, once it has said so. */
  protocol: v.exactOptional(v.number()),
  /** Where the stream goes on. */
  lastEventId: v.exactOptional(v.string()),
  /** The latest time of the desktop that this page has, and how far its clock is ahead of ours. */
  lastAt: v.number(),
  skew: v.number(),
  /** When the desktop was last heard, by our clock. */
  heardAt: v.number(),
  /** Answers to `sync` that are under way, by id. */
  syncs: v.record(v.string(), v.object({ at: v.number(), open: v.array(v.string()) })),
});

/** One desktop that this phone is paired with. Times are milliseconds since the epoch. */
export type Workspace = v.InferOutput<typeof workspace> & { readonly record: PhoneRecord };

/** Why this page and the desktop do not understand each other: which of the two is the older one. */
export function olderSide({ protocol }: Workspace): 'page' | 'desktop' | undefined {
  if (protocol === undefined || protocol === PHONE_PROTOCOL) return undefined;
  return protocol > PHONE_PROTOCOL ? 'page' : 'desktop';
}

export function parseWorkspace(value: unknown): Workspace | undefined {
  const parsed = v.safeParse(workspace, value);
  const record = parsePhoneRecord(Reflect.get(Object(value), 'record'));
  return parsed.success && record ? { ...parsed.output, record } : undefined;
}

const phase = v.variant('kind', [
  /** `refused`: why the last answer did not count. */
  v.object({ kind: v.literal('open'), refused: v.exactOptional(v.string()) }),
  /** An answer was sealed; `left`: a mailbox has it. */
  v.object({
    kind: v.literal('sent'),
    outcome: v.picklist(['allow', 'deny']),
    at: v.number(),
    left: v.boolean(),
  }),
  /** The answer counts once the person confirms it at the desktop. */
  v.object({ kind: v.literal('confirming') }),
  /** `resolved` as it came; absent when the desktop only says that it is over. */
  v.object({ kind: v.literal('over'), at: v.number(), resolved: v.exactOptional(v.string()) }),
]);

export type Phase = v.InferOutput<typeof phase>;

const cardRecord = v.object({
  workspace: v.string(),
  id: v.string(),
  /** When the desktop sent it, by its clock. */
  at: v.number(),
  /** The message as it came; absent for what ended while the phone was away. */
  message: v.exactOptional(v.string()),
  phase,
});

export type CardRecord = v.InferOutput<typeof cardRecord>;

export function parseCardRecord(value: unknown): CardRecord | undefined {
  const parsed = v.safeParse(cardRecord, value);
  return parsed.success ? parsed.output : undefined;
}

export type CardMessage = Extract<ToPhone, { t: 'card' }>;

/** The card in a record; its digest is compared again. */
export function cardOf({ message }: CardRecord): CardMessage | undefined {
  const parsed = message === undefined ? undefined : parseToPhone(message);
  return parsed?.ok && parsed.value.t === 'card' ? parsed.value : undefined;
}

/** How it ended, where that is known. */
export function resolvedOf({ phase: { kind, ...rest } }: CardRecord): Resolved | undefined {
  const text = kind === 'over' && 'resolved' in rest ? rest.resolved : undefined;
  const parsed = text === undefined ? undefined : parseToPhone(text);
  return parsed?.ok && parsed.value.t === 'resolved' ? parsed.value : undefined;
}

const preferences = v.object({
  vibrate: v.boolean(),
  sound: v.boolean(),
  /** Notifications show the request itself, on the lock screen as well. */
  details: v.boolean(),
});

export type Preferences = v.InferOutput<typeof preferences>;

const DEFAULTS: Preferences = { vibrate: true, sound: false, details: false };

export function parsePreferences(value: unknown): Preferences {
  const parsed = v.safeParse(preferences, value);
  return parsed.success ? parsed.output : DEFAULTS;
}

const notice = v.object({ name: v.string(), reason: v.string() });

/** A pairing that was ended from the other side. */
export type Notice = v.InferOutput<typeof notice>;

export function parseNotice(value: unknown): Notice | undefined {
  const parsed = v.safeParse(notice, value);
  return parsed.success ? parsed.output : undefined;
}
