import { concat, equalBytes } from '../../src/protocol/phone/bytes.ts';
import { portableSignatures, type Signatures } from '../../src/protocol/phone/primitives.ts';

/** Ed25519 of the browser itself: several times as fast as ours on a phone, and not on the page's own thread. */
export interface NativeEd25519 {
  sign(message: Uint8Array, secret: Uint8Array): Promise<Uint8Array>;
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
      !(await verify(SIGNATURE, other, PUBLIC_KEY)) &&
      equalBytes(await sign(MESSAGE, SECRET), SIGNATURE);
    return isRight ? { sign, verify } : undefined;
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
  native: Pick<NativeEd25519, 'verify'>,
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

/** The last key of each kind. */
interface Imported {
  readonly of: Uint8Array;
  readonly key: CryptoKey;
}

let verifying: Imported | undefined;
let signing: Imported | undefined;

async function verify(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): Promise<boolean> {
  const { subtle } = crypto;
  if (!verifying || !equalBytes(verifying.of, publicKey))
    verifying = {
      of: publicKey.slice(),
      key: await subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify']),
    };
  const { key } = verifying;
  return subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
}

async function sign(message: Uint8Array, secret: Uint8Array): Promise<Uint8Array> {
  const { subtle } = crypto;
  if (!signing || !equalBytes(signing.of, secret))
    signing = {
      of: secret.slice(),
      key: await subtle.importKey(
        'pkcs8',
        new Uint8Array(concat(PKCS8, secret)),
        'Ed25519',
        false,
        ['sign'],
      ),
    };
  return new Uint8Array(await subtle.sign('Ed25519', signing.key, new Uint8Array(message)));
}

/** What stands before the 32 bytes of an Ed25519 key (RFC 8410). */
const PKCS8 = fromHex('302e020100300506032b657004220420');

/** RFC 8032, section 7.1, test 2. */
const SECRET = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
const PUBLIC_KEY = fromHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
const MESSAGE = fromHex('72');
const SIGNATURE = fromHex(
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
);

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
