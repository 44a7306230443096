import * as v from 'valibot';
import { parseJson } from '../../base/json.ts';
import { concat, fromBase64, fromUtf8, randomBytes, toBase64, utf8 } from './bytes.ts';
import {
  decrypt,
  encrypt,
  hashOf,
  NONCE_BYTES,
  SIGNATURE_BYTES,
  type Signatures,
} from './primitives.ts';
import { MAX_SEQUENCE } from './sequenceWindow.ts';

/** What the relay limits a message to, in bytes. */
export const MAX_ENVELOPE = 16_384;
/** The largest padded text whose envelope the relay takes, and what is left of it for a payload, in bytes. */
const MAX_PADDED = 8192;
const LENGTH_BYTES = 4;
export const MAX_PAYLOAD = MAX_PADDED - LENGTH_BYTES - SIGNATURE_BYTES;
const MIN_PADDED = 256;

const id = (length: number) => v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/), v.length(length));
const count = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(max));

const header = v.strictObject({
  v: v.literal(1),
  /** The workspace. */
  w: id(11),
  /** The device. */
  d: id(12),
  dir: v.picklist(['w2d', 'd2w']),
  /** Sequence number of this direction. */
  s: count(MAX_SEQUENCE),
  /** The epoch of the ratchet. */
  ep: count(10_000_000),
});

const envelope = v.strictObject({
  h: header,
  n: v.string(),
  c: v.pipe(v.string(), v.maxLength(MAX_ENVELOPE)),
});

/** In the open, for the receiver to find the key; every field is covered by the seal and by the signature. */
export type EnvelopeHeader = v.InferOutput<typeof header>;

export interface Envelope {
  readonly header: EnvelopeHeader;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** A message that is not signed yet. */
export interface Draft {
  /** What the sender's Ed25519 key has to sign. */
  readonly toSign: Uint8Array;
  /** Pads and encrypts. Call it once. */
  seal(signature: Uint8Array): string;
}

interface OpenKeys {
  readonly key: Uint8Array;
  /** Ed25519 public key of the sender. */
  readonly peerKey: Uint8Array;
  readonly signatures: Signatures;
}

/** Parses what came out of a mailbox; `undefined` for everything that {@link seal} would not have written. */
export function parseEnvelope(text: string): Envelope | undefined {
  if (text.length > MAX_ENVELOPE) return undefined;
  const parsed = v.safeParse(envelope, parseJson(text));
  // One form only: no second key of the same name, no other order, no white space.
  if (!parsed.success || textOf(parsed.output) !== text) return undefined;
  const { h, n, c } = parsed.output;
  const nonce = fromBase64(n, NONCE_BYTES);
  const ciphertext = fromBase64(c);
  return nonce && ciphertext && { header: h, nonce, ciphertext };
}

/**
 * Prepares a payload of at most {@link MAX_PAYLOAD} bytes; throws for a larger one. What is sealed says nothing but who
 * talks to whom, when, and which power of two the size is.
 */
export function draft(
  { v: version, w, d, dir, s, ep }: EnvelopeHeader,
  payload: string,
  key: Uint8Array,
): Draft {
  const h = { v: version, w, d, dir, s, ep };
  const associated = associatedData(h);
  const body = utf8(payload);
  if (body.length > MAX_PAYLOAD) throw new RangeError('The payload does not fit into an envelope');
  return {
    toSign: signedHash(associated, body),
    seal: (signature) => {
      const nonce = randomBytes(NONCE_BYTES);
      const sealed = encrypt(key, nonce, associated, padded(concat(signature, body)));
      return textOf({ h, n: toBase64(nonce), c: toBase64(sealed) });
    },
  };
}

/** The payload, or `undefined`: another key, another header, another signer or a changed bit. */
export function open(
  { header: h, nonce, ciphertext }: Envelope,
  { key, peerKey, signatures }: OpenKeys,
): string | undefined {
  const associated = associatedData(h);
  const plaintext = decrypt(key, nonce, associated, ciphertext);
  const content = plaintext && unpadded(plaintext);
  if (!content || content.length < SIGNATURE_BYTES) return undefined;
  const body = content.subarray(SIGNATURE_BYTES);
  const signature = content.subarray(0, SIGNATURE_BYTES);
  if (!signatures.verify(signature, signedHash(associated, body), peerKey)) return undefined;
  try {
    return fromUtf8(body);
  } catch {
    return undefined;
  }
}

function textOf({ h, n, c }: v.InferOutput<typeof envelope>): string {
  const { v: version, w, d, dir, s, ep } = h;
  return JSON.stringify({ h: { v: version, w, d, dir, s, ep }, n, c });
}

function associatedData({ v: version, w, d, dir, s, ep }: EnvelopeHeader): Uint8Array {
  return hashOf('header', ...[version, w, d, dir, s, ep].map((field) => utf8(String(field))));
}

function signedHash(associated: Uint8Array, body: Uint8Array): Uint8Array {
  return hashOf('msg', associated, body);
}

function paddedLength(contentLength: number): number {
  return Math.max(MIN_PADDED, 2 ** Math.ceil(Math.log2(contentLength + LENGTH_BYTES)));
}

function padded(content: Uint8Array): Uint8Array {
  const all = new Uint8Array(paddedLength(content.length));
  new DataView(all.buffer).setUint32(0, content.length);
  all.set(content, LENGTH_BYTES);
  return all;
}

function unpadded(all: Uint8Array): Uint8Array | undefined {
  if (all.length < MIN_PADDED) return undefined;
  const length = new DataView(all.buffer, all.byteOffset).getUint32(0);
  const end = LENGTH_BYTES + length;
  if (end > all.length || paddedLength(length) !== all.length) return undefined;
  return all.subarray(end).every((byte) => byte === 0)
    ? all.subarray(LENGTH_BYTES, end)
    : undefined;
}
