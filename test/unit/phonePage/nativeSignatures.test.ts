import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type webcrypto } from 'node:crypto';
import { portableSignatures } from '../../../src/protocol/phone/primitives.ts';
import { checkedAhead, nativeEd25519 } from '../../../webview/phone/nativeSignatures.ts';

declare global {
  /** Of browsers. */
  type CryptoKey = webcrypto.CryptoKey;
}

const MESSAGE = new TextEncoder().encode('a card');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const SIGNATURE = new Uint8Array(sign(null, MESSAGE, privateKey));
const PUBLIC_KEY = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
const OTHER = new TextEncoder().encode('another card');

describe('the browser’s own Ed25519', () => {
  const real = Object.getOwnPropertyDescriptor(globalThis, 'crypto');

  afterEach(() => {
    if (real) Object.defineProperty(globalThis, 'crypto', real);
  });

  it('is used where it is right, and is right', async () => {
    const native = await nativeEd25519();
    assert.ok(native);
    assert.equal(await native.verify(SIGNATURE, MESSAGE, PUBLIC_KEY), true);
    assert.equal(await native.verify(SIGNATURE, OTHER, PUBLIC_KEY), false);
  });

  it('that stops working is answered for by ours', async () => {
    const broken = { verify: () => Promise.reject(new Error('Gone')) };
    const asked = () => {
      throw new Error('Nothing was asked for');
    };
    for (const [message, isGood] of [
      [MESSAGE, true],
      [OTHER, false],
    ] as const) {
      const signatures = await checkedAhead(broken, ({ verify }) =>
        verify(SIGNATURE, message, PUBLIC_KEY),
      );
      assert.equal(signatures.verify(SIGNATURE, message, PUBLIC_KEY), isGood);
    }
    assert.equal(await checkedAhead({ verify: asked }, () => undefined), portableSignatures);
  });

  it('answers for the signature, the message and the key that it has looked at, and for no other', async () => {
    const native = await nativeEd25519();
    assert.ok(native);
    const signatures = await checkedAhead(native, ({ verify }) =>
      verify(SIGNATURE, MESSAGE, PUBLIC_KEY),
    );
    assert.equal(signatures.verify(SIGNATURE, MESSAGE, PUBLIC_KEY), true);
    for (const [signature, message, key] of [
      [SIGNATURE, OTHER, PUBLIC_KEY],
      [flipped(SIGNATURE), MESSAGE, PUBLIC_KEY],
      [SIGNATURE, MESSAGE, new Uint8Array(32).fill(1)],
    ] as const)
      assert.equal(signatures.verify(signature, message, key), false);
    const forged = await checkedAhead(native, ({ verify }) => verify(SIGNATURE, OTHER, PUBLIC_KEY));
    assert.equal(forged.verify(SIGNATURE, OTHER, PUBLIC_KEY), false);
  });

  // Last: a key that a broken browser has made is kept.
  for (const [what, subtle] of [
    ['takes everything', withVerify(async () => true)],
    ['takes nothing', withVerify(async () => false)],
    ['fails', withVerify(() => Promise.reject(new Error('Not here')))],
    ['does not know the name', { importKey: () => Promise.reject(new Error('Unrecognized name')) }],
    ['is not there', undefined],
  ] as const) {
    it(`is not used where it ${what}`, async () => {
      Object.defineProperty(globalThis, 'crypto', { value: { subtle }, configurable: true });
      assert.equal(await nativeEd25519(), undefined);
    });
  }
});

/** A browser whose other half works. */
function withVerify(verify: () => Promise<boolean>) {
  return { importKey: async () => ({}), verify };
}

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
}
