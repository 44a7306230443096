import * as v from 'valibot';
import { fromBase64 } from './bytes.ts';
import type { LinkState } from './link.ts';
import type { LinkMailboxes } from './pairKeys.ts';
import { MAX_SEQUENCE } from './sequenceWindow.ts';

/** For what was stored: both sides parse what they read back. */

const count = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(max));

export const keySchema = v.pipe(
  v.string(),
  v.check((text) => fromBase64(text, 32) !== undefined),
);

export const linkStateSchema: v.GenericSchema<unknown, LinkState> = v.object({
  workspace: v.string(),
  device: v.string(),
  epoch: count(10_000_000),
  chain: keySchema,
  sent: count(MAX_SEQUENCE),
  received: v.object({
    highest: count(MAX_SEQUENCE),
    seen: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  }),
});

const mailbox = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22,64}$/));

export const linkMailboxesSchema: v.GenericSchema<unknown, LinkMailboxes> = v.object({
  toWorkspace: mailbox,
  toPhone: mailbox,
});
