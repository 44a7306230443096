import * as v from 'valibot';
import { parseJson } from '../../base/json.ts';
import { fromBase64, fromUtf8, randomBytes, toBase64, utf8 } from './bytes.ts';
import type { PairRoom } from './pairCode.ts';
import { decrypt, encrypt, hashOf, NONCE_BYTES } from './primitives.ts';

/** The messages of a pairing, sealed with the key that only the QR code gives. */

const bytes = (length: number) =>
  v.pipe(
    v.string(),
    v.check((text) => fromBase64(text, length) !== undefined),
    v.transform((text) => fromBase64(text, length) ?? new Uint8Array(length)),
  );

/** Chosen by the phone, so that of two phones in one room each knows what is meant for it. */
const from = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/));

const toWorkspace = v.variant('t', [
  /** Asks for the workspace's keys. May be repeated until they come. */
  v.strictObject({ t: v.literal('hello'), from }),
  v.strictObject({
    t: v.literal('claim'),
    from,
    /** Ephemeral X25519 key of the phone. */
    ex: bytes(32),
    n: bytes(NONCE_BYTES),
    /** {@link ClaimBody}, sealed for the workspace alone. */
    c: v.pipe(v.string(), v.maxLength(2000)),
  }),
]);

const toPhone = v.variant('t', [
  v.strictObject({
    t: v.literal('offer'),
    to: from,
    wx: bytes(32),
    we: bytes(32),
    /** The epoch that the ratchet starts at. */
    ep: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(10_000_000)),
  }),
  /** The claim holds: the phone shows the six digits. */
  v.strictObject({ t: v.literal('claimed'), to: from }),
  v.strictObject({
    t: v.literal('refused'),
    to: from,
    /** `used`: another phone was first. */
    reason: v.picklist(['used', 'expired', 'cancelled', 'tooMany', 'badClaim']),
  }),
]);

export type ToWorkspaceInRoom = v.InferOutput<typeof toWorkspace>;
export type ToPhoneInRoom = v.InferOutput<typeof toPhone>;
export type PairRefusal = Extract<ToPhoneInRoom, { t: 'refused' }>['reason'];

const claimBody = v.strictObject({
  dx: bytes(32),
  de: bytes(32),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  /** By `de`, over everything else. */
  proof: bytes(64),
});

/** What a phone says of itself: its long-term keys and its name. */
export type ClaimBody = v.InferOutput<typeof claimBody>;

export function parseClaimBody(text: string): ClaimBody | undefined {
  const parsed = v.safeParse(claimBody, parseJson(text));
  return parsed.success ? parsed.output : undefined;
}

type Side = 'p2w' | 'w2p';
const sealed = v.strictObject({ n: bytes(NONCE_BYTES), c: v.string() });
/** Every message of a pairing has this size, in bytes. */
const SIZE = 1024;

export function sealToWorkspace(room: PairRoom, message: ToWorkspaceInRoom): string {
  return sealInRoom(room, 'p2w', message);
}

export function sealToPhone(room: PairRoom, message: ToPhoneInRoom): string {
  return sealInRoom(room, 'w2p', message);
}

/** `undefined` for everything that was not sealed in this room. */
export function openToWorkspace(room: PairRoom, text: string): ToWorkspaceInRoom | undefined {
  const parsed = v.safeParse(toWorkspace, openInRoom(room, 'p2w', text));
  return parsed.success ? parsed.output : undefined;
}

export function openToPhone(room: PairRoom, text: string): ToPhoneInRoom | undefined {
  const parsed = v.safeParse(toPhone, openInRoom(room, 'w2p', text));
  return parsed.success ? parsed.output : undefined;
}

function sealInRoom(room: PairRoom, side: Side, message: object): string {
  const body = utf8(JSON.stringify(message, base64Bytes));
  const all = new Uint8Array(SIZE).fill(0x20);
  all.set(body);
  const nonce = randomBytes(NONCE_BYTES);
  const c = encrypt(room.key, nonce, hashOf(`room ${side}`), all);
  return JSON.stringify({ n: toBase64(nonce), c: toBase64(c) });
}

function openInRoom(room: PairRoom, side: Side, text: string): unknown {
  const parsed = v.safeParse(sealed, text.length > 4 * SIZE ? undefined : parseJson(text));
  const ciphertext = parsed.success && fromBase64(parsed.output.c);
  if (!ciphertext) return undefined;
  const body = decrypt(room.key, parsed.output.n, hashOf(`room ${side}`), ciphertext);
  try {
    return body && parseJson(fromUtf8(body));
  } catch {
    return undefined;
  }
}

function base64Bytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? toBase64(value) : value;
}
