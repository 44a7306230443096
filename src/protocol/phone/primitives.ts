import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from './bytes.ts';

/** The four primitives of the phone protocol, each with one way to call it. Keys are 32 bytes. */

export interface KeyPair {
  readonly secret: Uint8Array;
  readonly public: Uint8Array;
}

/** X25519, for agreeing on keys. */
export function newAgreementKey(): KeyPair {
  return agreementKey(x25519.utils.randomSecretKey());
}

export function agreementKey(secret: Uint8Array): KeyPair {
  return { secret, public: x25519.getPublicKey(secret) };
}

/** Throws for a public key that would give a shared secret without a secret in it. */
export function agree(secret: Uint8Array, peer: Uint8Array): Uint8Array {
  return x25519.getSharedSecret(secret, peer);
}

/** Ed25519, for signing. */
export function newSigningKey(): KeyPair {
  return signingKey(ed25519.utils.randomSecretKey());
}

export function signingKey(secret: Uint8Array): KeyPair {
  return { secret, public: ed25519.getPublicKey(secret) };
}

export const SIGNATURE_BYTES = 64;

/** Ed25519 as a port: where a platform has it built in, it is ten times as fast. */
export interface Signatures {
  sign(message: Uint8Array, secret: Uint8Array): Uint8Array;
  /** False for whatever is not a good signature, a malformed key included. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
}

export function sign(message: Uint8Array, secret: Uint8Array): Uint8Array {
  return ed25519.sign(message, secret);
}

export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** Runs everywhere. */
export const portableSignatures: Signatures = { sign, verify };

export const NONCE_BYTES = 24;

/** XChaCha20-Poly1305; the nonce is random and never used twice. */
export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  return xchacha20poly1305(key, nonce, associated).encrypt(plaintext);
}

/** `undefined` when the key, the nonce, the associated data or a bit of the text is another one. */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  try {
    return xchacha20poly1305(key, nonce, associated).decrypt(ciphertext);
  } catch {
    return undefined;
  }
}

/** HKDF-SHA256. */
export function derive(
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return hkdf(sha256, secret, salt, info, length);
}

const DOMAIN = 'countersign phone 1 ';

/** A key or an id for one purpose; another label or salt gives an unrelated one. */
export function deriveFor(
  label: string,
  secret: Uint8Array,
  salt: Uint8Array = new Uint8Array(32),
  length = 32,
): Uint8Array {
  return derive(secret, salt, utf8(DOMAIN + label), length);
}

/** SHA-256 over a label and parts, each with its length in front, so that two lists never hash alike by accident. */
export function hashOf(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const framed = [utf8(DOMAIN + label), ...parts].flatMap((part) => [lengthOf(part), part]);
  return sha256(concat(...framed));
}

function lengthOf(part: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, part.length);
  return length;
}
