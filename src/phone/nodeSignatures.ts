import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Signatures } from '../protocol/phone/primitives.ts';

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410). */
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');

/** Node's own Ed25519, for the extension's side. Remembers the last key of each kind: one for each device. */
export class NodeSignatures implements Signatures {
  #secret: Remembered | undefined;
  #public: Remembered | undefined;

  sign(message: Uint8Array, secret: Uint8Array): Uint8Array {
    this.#secret = remembered(this.#secret, secret, () =>
      createPrivateKey({ key: Buffer.concat([PRIVATE, secret]), format: 'der', type: 'pkcs8' }),
    );
    return new Uint8Array(sign(null, message, this.#secret.key));
  }

  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
    try {
      this.#public = remembered(this.#public, publicKey, () =>
        createPublicKey({ key: Buffer.concat([PUBLIC, publicKey]), format: 'der', type: 'spki' }),
      );
      return verify(null, message, this.#public.key, signature);
    } catch {
      return false;
    }
  }
}

interface Remembered {
  /** The same array, not the same bytes: a wiped key is another one. */
  readonly of: Uint8Array;
  readonly key: KeyObject;
}

function remembered(
  last: Remembered | undefined,
  of: Uint8Array,
  make: () => KeyObject,
): Remembered {
  return last?.of === of ? last : { of, key: make() };
}
