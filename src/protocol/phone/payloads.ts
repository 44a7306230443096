import * as v from 'valibot';
import { parseJson } from '../../base/json.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { canonicalJson } from '../../permission/canonicalJson.ts';
import type { RuleScope } from '../../permission/decision.ts';
import type { CardView } from '../cardView.ts';
import { toBase64, utf8 } from './bytes.ts';
import { cardEntries, outcomeSchema } from './cardSchema.ts';
import { hashOf } from './primitives.ts';

/** What is inside the envelopes of a paired phone. */

/**
 * Of these messages. To be raised with every change that the other side cannot read: an older page says that it has to be
 * reloaded, and a newer one that the extension has to be updated. `hello` keeps its `t` and its `protocol` for ever.
 */
export const PHONE_PROTOCOL = 1;

const permit = v.picklist(['yes', 'confirm', 'no']);

/**
 * Whether this phone may allow: by itself; after the desktop has been asked as well; or not at all, because the card is
 * shortened and nobody may allow what they do not see.
 */
type Permit = v.InferOutput<typeof permit>;

const scope = v.picklist(['session', 'workspace', 'global']);

/** A card as it is on the phone. Deny is always possible. */
export interface PhoneCard extends Omit<CardView, 'outcome'> {
  readonly rules: RuleOffer;
  /** Not everything is here: "shortened; open it at the desktop". */
  readonly shortened: boolean;
  /** For Allow once and the agent's own allow options that are no "always". */
  readonly mayAllow: Permit;
  /** For everything that reaches further than this call. */
  readonly mayAlways: Permit;
}

/** What "Always allow" can offer for a request. */
export interface RuleOffer {
  readonly scopes: readonly RuleScope[];
  /** Patterns beside "exactly this call", by the id to answer with. */
  readonly suggestions: readonly { readonly id: string; readonly label: string }[];
}

// The type makes it an error to give cards a field that phones would not get.
const phoneCard: v.GenericSchema<unknown, PhoneCard> = v.object({
  ...cardEntries,
  rules: v.object({
    scopes: v.array(scope),
    suggestions: v.array(v.object({ id: v.string(), label: v.string() })),
  }),
  shortened: v.boolean(),
  mayAllow: permit,
  mayAlways: permit,
});

const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const cardId = v.pipe(v.string(), v.regex(/^[0-9A-Z]{26}$/));
const hash = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));
const nonce = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/));
const syncId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,22}$/));
const words = v.pipe(v.string(), v.maxLength(4000));

const resolved = v.object({
  t: v.literal('resolved'),
  card: cardId,
  decision: v.picklist(['allow', 'deny']),
  /** This phone's answer was the one that counted. */
  mine: v.boolean(),
  /** It ended while the phone was away. */
  late: v.boolean(),
  /** What it was about, in one line, for the list of what happened meanwhile. */
  line: v.string(),
  agent: v.string(),
  outcome: outcomeSchema,
  /** When this was sent; `outcome.at` is when it ended. */
  at: time,
});

const toPhone = v.variant('t', [
  /**
   * The first answer to `sync`, and what the phone is told when something in it changes. Becoming `active` is followed by
   * the cards that are open then.
   */
  v.object({
    t: v.literal('hello'),
    /** {@link PHONE_PROTOCOL} of the extension. */
    protocol: v.literal(PHONE_PROTOCOL),
    /** `pending` until the person has typed the six digits; no cards until then. */
    state: v.picklist(['pending', 'active']),
    workspace: v.string(),
    device: v.string(),
    transport: v.picklist(['lan', 'relay']),
    /** The key to subscribe to push with; absent when this workspace sends none. */
    vapidKey: v.exactOptional(v.string()),
    /** Time of the desktop, in milliseconds since the epoch: ages are counted with it. */
    at: time,
  }),
  v.object({
    t: v.literal('card'),
    card: phoneCard,
    /** {@link digestOf} of the card; {@link parseToPhone} has compared it. */
    digest: hash,
    nonce,
    at: time,
  }),
  resolved,
  /** An answer did not count; the card is as open as before, unless a `resolved` says otherwise. */
  v.object({ t: v.literal('refused'), card: cardId, text: v.string() }),
  /** The answer counts when the person confirms it at the desktop. */
  v.object({ t: v.literal('confirming'), card: cardId }),
  /**
   * Ends the answer to the `sync` of this id: every card that is in no part's `open` is over. The cards that the phone
   * did not know and what ended meanwhile have come before it.
   */
  v.object({
    t: v.literal('synced'),
    sync: syncId,
    open: v.array(cardId),
    /** Another part follows. */
    more: v.boolean(),
    at: time,
  }),
  /** The keys are deleted on the other side: forget this pairing. */
  v.object({
    t: v.literal('revoked'),
    reason: v.picklist(['removed', 'wrongDigits', 'cancelled']),
  }),
]);

const answer = v.object({
  t: v.literal('answer'),
  card: cardId,
  digest: hash,
  nonce,
  outcome: v.picklist(['allow', 'deny']),
  /** One of the agent's own options. */
  optionId: v.exactOptional(v.pipe(v.string(), v.maxLength(1000))),
  rule: v.exactOptional(
    v.object({
      scope: scope,
      /** `exact`, or the id of a suggestion of the card. */
      match: v.pipe(v.string(), v.maxLength(1000)),
    }),
  ),
  /** A sentence for the agent, with a deny. */
  feedback: v.exactOptional(words),
  /** For a question: the chosen text by question id. */
  answers: v.exactOptional(v.record(v.string(), words)),
  /** The phone's clock; nothing is decided on it. */
  at: time,
});

export const pushSubscription = v.object({
  endpoint: v.pipe(v.string(), v.maxLength(1000), v.url()),
  keys: v.object({
    p256dh: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{80,100}$/)),
    auth: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,40}$/)),
  }),
});

const toWorkspace = v.variant('t', [
  /** After every (re)connection of the stream. `known`: the open cards that the phone has already. */
  v.object({
    t: v.literal('sync'),
    known: v.pipe(v.array(cardId), v.maxLength(200)),
    /** Chosen by the phone. */
    id: syncId,
    /** The latest `at` that the phone has from this workspace; 0 when none. */
    since: time,
  }),
  answer,
  v.object({ t: v.literal('push'), subscription: v.nullable(pushSubscription) }),
  /** The person removed the pairing on the phone. */
  v.object({ t: v.literal('bye') }),
]);

export type ToPhone = v.InferOutput<typeof toPhone>;
export type Resolved = v.InferOutput<typeof resolved>;
export type ToWorkspace = v.InferOutput<typeof toWorkspace>;
export type PhoneAnswer = v.InferOutput<typeof answer>;
/** As the browser's `PushSubscription.toJSON()` gives it. */
export type PushSubscriptionInfo = v.InferOutput<typeof pushSubscription>;

/** Parses what a phone opened. A card whose digest is not its own is an error. */
export function parseToPhone(payload: string): Result<ToPhone, string> {
  const json = parseJson(payload);
  const parsed = v.safeParse(toPhone, json);
  if (!parsed.success) return err(v.summarize(parsed.issues));
  const message = parsed.output;
  if (message.t === 'card' && digestOf(Reflect.get(Object(json), 'card')) !== message.digest)
    return err('The card is not the one that its digest names');
  return ok(message);
}

const greeting = v.object({
  t: v.literal('hello'),
  protocol: v.optional(v.pipe(v.number(), v.safeInteger()), 0),
});

/** The version that the extension speaks, when this is its `hello`, of whatever version. */
export function protocolOf(payload: string): number | undefined {
  const parsed = v.safeParse(greeting, parseJson(payload));
  return parsed.success ? parsed.output.protocol : undefined;
}

export function parseToWorkspace(payload: string): Result<ToWorkspace, string> {
  const parsed = v.safeParse(toWorkspace, parseJson(payload));
  return parsed.success ? ok(parsed.output) : err(v.summarize(parsed.issues));
}

/** Of a card as it travels: binds an answer to what was shown, and through `argsHash` to what runs. */
export function digestOf(card: unknown): string {
  return toBase64(hashOf('card', utf8(canonicalJson(card))));
}

/** The `Topic` of a push message, and its tag: one for each card, and it says nothing about it. 32 characters. */
export function pushTopic(device: string, card: string): string {
  return toBase64(hashOf('topic', utf8(device), utf8(card)).slice(0, 24));
}
