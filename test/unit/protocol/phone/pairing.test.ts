import assert from 'node:assert/strict';
import { fromBase64, randomBytes, toBase64, utf8 } from '../../../../src/protocol/phone/bytes.ts';
import {
  formatPairCode,
  pairRoom,
  parsePairCode,
} from '../../../../src/protocol/phone/pairCode.ts';
import { claimKey, proofMessage } from '../../../../src/protocol/phone/pairKeys.ts';
import {
  openToWorkspace,
  sealToPhone,
  sealToWorkspace,
} from '../../../../src/protocol/phone/pairMessages.ts';
import { parsePhoneRecord } from '../../../../src/protocol/phone/phonePairing.ts';
import {
  agree,
  encrypt,
  newAgreementKey,
  newSigningKey,
  portableSignatures,
} from '../../../../src/protocol/phone/primitives.ts';
import { pair, paired, scanned, sent, workspace } from './support.ts';

describe('pairing', () => {
  it('gives both sides the same digits, mailboxes and keys', () => {
    const { code, pairing } = workspace();
    const { claimed, step } = pair(pairing, scanned(code));
    assert.ok(claimed.kind === 'claimed' && step.kind === 'claimed');
    assert.equal(claimed.device.name, 'Pixel 8');
    assert.match(step.digits, /^\d{6}$/);
    assert.equal(step.digits, claimed.device.digits);
    assert.deepEqual(step.record.mailboxes, claimed.device.mailboxes);
    assert.deepEqual(step.record.link, claimed.device.link);
    assert.deepEqual(parsePhoneRecord(JSON.parse(JSON.stringify(step.record))), step.record);
    const { desktop, phone } = paired();
    assert.deepEqual(phone.open(desktop.seal('hello')), { ok: true, value: 'hello' });
    assert.deepEqual(desktop.open(phone.seal('hello')), { ok: true, value: 'hello' });
  });

  it('takes one claim for each code: a second scan is refused, with other digits', () => {
    const { code, pairing } = workspace();
    const first = scanned(code);
    const second = scanned(code, 'Somebody');
    const offer = sent(pairing.receive(second.hello()));
    const { step } = pair(pairing, first);
    const late = pairing.receive(sent(second.receive(offer)));
    assert.ok(late.kind === 'refused');
    assert.deepEqual(second.receive(late.envelope), { kind: 'refused', reason: 'used' });
    assert.equal(pairing.receive(second.hello()).kind, 'refused');
    assert.equal(step.kind, 'claimed');
  });

  it('answers the first phone again when an answer was lost, and makes no second device', () => {
    const { code, pairing } = workspace();
    const phone = scanned(code);
    const { claim } = pair(pairing, phone);
    assert.equal(pairing.receive(claim).kind, 'repeated');
    const again = pairing.receive(phone.hello());
    assert.equal(again.kind, 'repeated');
    assert.equal(phone.receive(sent(again)).kind, 'claimed');
  });

  it('refuses everyone once it has ended, also with a claim that was made before', () => {
    const { code, pairing } = workspace();
    const phone = scanned(code);
    const claim = sent(phone.receive(sent(pairing.receive(phone.hello()))));
    pairing.end('expired');
    const step = pairing.receive(claim);
    assert.deepEqual([step.kind, 'reason' in step && step.reason], ['refused', 'expired']);
    assert.deepEqual(phone.receive(sent(step)), { kind: 'refused', reason: 'expired' });
  });

  it('the phone tells its claim to no other workspace, whoever knows the code', () => {
    const { code } = workspace();
    const phone = scanned(code);
    const hello = openToWorkspace(phone.room, phone.hello());
    const offer = sealToPhone(pairRoom(code), {
      t: 'offer',
      to: hello?.from ?? '',
      wx: newAgreementKey().public,
      we: newSigningKey().public,
      ep: 1,
    });
    assert.deepEqual(phone.receive(offer), { kind: 'refused', reason: 'wrongKeys' });
  });

  it('a claim counts only with the keys and the name that were signed', () => {
    const { code, pairing } = workspace();
    const phone = scanned(code);
    const claim = sent(phone.receive(sent(pairing.receive(phone.hello()))));
    const message = openToWorkspace(phone.room, claim);
    assert.ok(message?.t === 'claim');
    const low = new Uint8Array(32);
    const forged = [
      { ...message, ex: newAgreementKey().public },
      { ...message, ex: low },
      { ...message, n: randomBytes(24) },
      {
        ...message,
        c: toBase64((fromBase64(message.c) ?? low).map((byte, i) => byte ^ +(i === 9))),
      },
      { ...message, c: '' },
    ];
    for (const each of forged) {
      const step = pairing.receive(sealToWorkspace(phone.room, each));
      assert.deepEqual([step.kind, 'reason' in step && step.reason], ['refused', 'badClaim']);
    }
    assert.equal(pairing.receive(claim).kind, 'claimed');
  });

  it('a key counts only with a proof that the phone has its secret', () => {
    const { code, pairing, keys } = workspace();
    const [wx, we] = [keys.agreement.public, keys.signing.public];
    const [ephemeral, own, mine, theirs] = [
      newAgreementKey(),
      newAgreementKey(),
      newSigningKey(),
      newSigningKey(),
    ];
    const key = claimKey(agree(ephemeral.secret, wx), code.secret, {
      wx,
      we,
      ex: ephemeral.public,
    });
    const claim = (de: Uint8Array, name: string, signedName: string) => {
      const transcript = { wx, we, ex: ephemeral.public, dx: own.public, de };
      const proof = portableSignatures.sign(proofMessage(transcript, signedName), mine.secret);
      const body = { dx: own.public, de, name, proof };
      const text = JSON.stringify(body, (_, value: unknown) =>
        value instanceof Uint8Array ? toBase64(value) : value,
      );
      const n = randomBytes(24);
      const c = toBase64(encrypt(key, n, ephemeral.public, utf8(text)));
      const from = 'A'.repeat(22);
      return sealToWorkspace(pairRoom(code), { t: 'claim', from, ex: ephemeral.public, n, c });
    };
    assert.equal(pairing.receive(claim(theirs.public, 'Mine', 'Mine')).kind, 'refused');
    assert.equal(pairing.receive(claim(mine.public, 'Mine', 'Yours')).kind, 'refused');
    assert.equal(pairing.receive(claim(mine.public, 'Mine', 'Mine')).kind, 'claimed');
  });

  it('takes no notice of messages from outside the room, or sent back into it', () => {
    const { code, pairing } = workspace();
    const phone = scanned(code);
    const stranger = scanned({ ...code, secret: randomBytes(32) });
    const offer = sent(pairing.receive(phone.hello()));
    for (const text of [stranger.hello(), offer, '', '{}', 'null', phone.hello().slice(1)])
      assert.equal(pairing.receive(text).kind, 'ignored');
    for (const text of [phone.hello(), 'null', '[]'])
      assert.equal(phone.receive(text).kind, 'ignored');
    const other = scanned(code);
    assert.equal(other.receive(offer).kind, 'ignored');
  });

  it('a code is read as it is written, and nothing else is a code', () => {
    const { code } = workspace();
    const text = formatPairCode(code);
    assert.match(text, /^1\.[\w-]{11}\.[\w-]{22}\.[\w-]{43}$/);
    assert.deepEqual(parsePairCode(text), code);
    const [version, id, print, secret] = text.split('.');
    const wrong = [
      '',
      '#',
      `2.${id}.${print}.${secret}`,
      `${version}.${id}.${print}`,
      `${text}.x`,
      `${version}.${id}x.${print}.${secret}`,
      `${version}.${id}.${print}.${secret?.slice(1)}`,
      `${version}.${id}.${print}.${'*'.repeat(43)}`,
    ];
    assert.deepEqual(
      wrong.map(parsePairCode),
      wrong.map(() => undefined),
    );
  });
});
