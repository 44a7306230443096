import assert from 'node:assert/strict';
import { NodeSignatures } from '../../../../src/phone/nodeSignatures.ts';
import {
  agree,
  agreementKey,
  decrypt,
  derive,
  encrypt,
  portableSignatures,
  type Signatures,
  signingKey,
} from '../../../../src/protocol/phone/primitives.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array | undefined) => data && Buffer.from(data).toString('hex');

describe('the primitives agree with the published vectors', () => {
  it('X25519 (RFC 7748, 6.1)', () => {
    const alice = agreementKey(
      bytes('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'),
    );
    const bob = agreementKey(
      bytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
    );
    assert.deepEqual([alice.public, bob.public].map(hex), [
      '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    ]);
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    assert.equal(hex(agree(alice.secret, bob.public)), shared);
    assert.equal(hex(agree(bob.secret, alice.public)), shared);
  });

  it('X25519 refuses a key that would make the shared secret known (RFC 7748, 6.1)', () => {
    const { secret } = agreementKey(new Uint8Array(32).fill(7));
    for (const point of [0, 1]) {
      assert.throws(() => agree(secret, new Uint8Array(32).fill(point, 0, 1)));
    }
  });

  it('Ed25519 (RFC 8032, 7.1, tests 1 to 3)', () => {
    const vectors = [
      [
        '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
        'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
        '',
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      ],
      [
        '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
        '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
        '72',
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      ],
      [
        'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
        'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
        'af82',
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
      ],
    ];
    const node = new NodeSignatures();
    const implementations: Signatures[] = [
      portableSignatures,
      { sign: node.sign.bind(node), verify: node.verify.bind(node) },
    ];
    for (const [secret = '', publicKey, message = '', signature = ''] of vectors) {
      const key = signingKey(bytes(secret));
      assert.equal(hex(key.public), publicKey);
      for (const { sign, verify } of implementations) {
        assert.equal(hex(sign(bytes(message), key.secret)), signature);
        assert.equal(verify(bytes(signature), bytes(message), key.public), true);
        assert.equal(verify(bytes(signature), bytes(`${message}00`), key.public), false);
      }
    }
    for (const { verify } of implementations) {
      assert.equal(verify(new Uint8Array(64), new Uint8Array(), new Uint8Array(32)), false);
      assert.equal(verify(new Uint8Array(3), new Uint8Array(), new Uint8Array(5)), false);
    }
  });

  it('XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, A.3.1)', () => {
    const key = bytes('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f');
    const nonce = bytes('404142434445464748494a4b4c4d4e4f5051525354555657');
    const associated = bytes('50515253c0c1c2c3c4c5c6c7');
    const plaintext = new TextEncoder().encode(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const sealed = encrypt(key, nonce, associated, plaintext);
    assert.equal(
      hex(sealed),
      'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e' +
        'c0875924c1c7987947deafd8780acf49',
    );
    assert.deepEqual(decrypt(key, nonce, associated, sealed), plaintext);
    assert.equal(decrypt(key, nonce, bytes('50'), sealed), undefined);
  });

  it('HKDF-SHA256 (RFC 5869, A.1)', () => {
    const output = derive(
      new Uint8Array(22).fill(0x0b),
      bytes('000102030405060708090a0b0c'),
      bytes('f0f1f2f3f4f5f6f7f8f9'),
      42,
    );
    assert.equal(
      hex(output),
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
  });
});
