import { equalBytes } from '../../src/protocol/phone/bytes.ts';
import { portableSignatures, type Signatures } from '../../src/protocol/phone/primitives.ts';

/** Ed25519 of the browser itself: several times as fast as ours on a phone, and not on the page's own thread. */
export interface NativeEd25519 {
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): Promise<boolean>;
}

/** `undefined` where the browser has none, as on an origin that it does not trust, or gets a known signature wrong. */
export async function nativeEd25519(): Promise<NativeEd25519 | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  try {
    const other = new Uint8Array(MESSAGE);
    other[0] = 0x73;
    const isRight =
      (await verify(SIGNATURE, MESSAGE, PUBLIC_KEY)) &&
      !(await verify(SIGNATURE, other, PUBLIC_KEY));
    return isRight ? { verify } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Lets the browser look at the signature that `open` asks about. The result answers for this signature, this message and
 * this key, as the browser has found them, and looks at any other by itself. So what is opened in a transaction, which
 * waits for nobody, is opened with a signature that was looked at before.
 */
export async function checkedAhead(
  native: NativeEd25519,
  open: (signatures: Signatures) => void,
): Promise<Signatures> {
  const asked: Parameters<Signatures['verify']>[] = [];
  open({
    sign: portableSignatures.sign,
    verify: (...question) => {
      asked.push(question);
      return false;
    },
  });
  const [question] = asked;
  const isGood = question && (await native.verify(...question).catch(() => undefined));
  if (!question || isGood === undefined) return portableSignatures;
  return {
    sign: portableSignatures.sign,
    verify: (...again) =>
      again.every((bytes, at) => equalBytes(bytes, question[at] ?? new Uint8Array()))
        ? isGood
        : portableSignatures.verify(...again),
  };
}

let imported: { readonly of: Uint8Array; readonly key: CryptoKey } | undefined;

async function verify(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): Promise<boolean> {
  const { subtle } = crypto;
  if (!imported || !equalBytes(imported.of, publicKey))
    imported = {
      of: publicKey.slice(),
      key: await subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify']),
    };
  return subtle.verify('Ed25519', imported.key, new Uint8Array(signature), new Uint8Array(message));
}

/** RFC 8032, section 7.1, test 2. */
const PUBLIC_KEY = fromHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
const MESSAGE = fromHex('72');
const SIGNATURE = fromHex(
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
);

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
