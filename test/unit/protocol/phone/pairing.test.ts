import assert from 'node:assert/strict';
import { randomBytes, toBase64 } from '../../../../src/protocol/phone/bytes.ts';
import { DeviceLink } from '../../../../src/protocol/phone/link.ts';
import {
  fingerprintOf,
  formatPairCode,
  type PairCode,
  parsePairCode,
} from '../../../../src/protocol/phone/pairCode.ts';
import {
  type PairStep,
  PhonePairing,
  phoneLink,
} from '../../../../src/protocol/phone/phonePairing.ts';
import { newAgreementKey, newSigningKey } from '../../../../src/protocol/phone/primitives.ts';
import { dayOf } from '../../../../src/protocol/phone/ratchet.ts';
import {
  type ClaimStep,
  WorkspacePairing,
} from '../../../../src/protocol/phone/workspacePairing.ts';

const clock = { now: () => 1_800_000_000_000 };

function workspace() {
  const keys = {
    id: toBase64(randomBytes(8)),
    agreement: newAgreementKey(),
    signing: newSigningKey(),
  };
  const secret = randomBytes(32);
  const fingerprint = fingerprintOf(keys.agreement.public, keys.signing.public);
  const fragment = formatPairCode({ workspace: keys.id, fingerprint, secret });
  const code = parsePairCode(`#${fragment}`);
  assert.ok(code);
  const pairing = new WorkspacePairing({ keys, secret, epoch: dayOf(clock.now()) });
  return { keys, code, pairing };
}

function scanned(code: PairCode, name = 'Pixel 8') {
  return new PhonePairing(code, name);
}

function sent(step: PairStep | ClaimStep): string {
  assert.ok('envelope' in step, `nothing was sent: ${step.kind}`);
  return step.envelope;
}

/** All four messages. */
function pair(pairing: WorkspacePairing, phone: PhonePairing) {
  const offer = sent(pairing.receive(phone.hello()));
  const claim = sent(phone.receive(offer));
  const claimed = pairing.receive(claim);
  return { claimed, step: phone.receive(sent(claimed)) };
}

describe('pairing', () => {
  it('gives both sides the same digits, mailboxes and keys', () => {
    const { keys, code, pairing } = workspace();
    const { claimed, step } = pair(pairing, scanned(code));
    assert.ok(claimed.kind === 'claimed' && step.kind === 'claimed');
    const { device } = claimed;
    assert.equal(device.name, 'Pixel 8');
    assert.match(device.digits, /^\d{6}$/);
    assert.equal(step.digits, device.digits);
    assert.deepEqual(step.record.mailboxes, device.mailboxes);
    const ours = new DeviceLink({
      side: 'workspace',
      state: device.link,
      signingKey: keys.signing.secret,
      peerKey: device.peerKey,
      clock,
    });
    const theirs = phoneLink(step.record, clock);
    assert.deepEqual(theirs.open(ours.seal('from the desktop')), {
      ok: true,
      value: 'from the desktop',
    });
    assert.deepEqual(ours.open(theirs.seal('from the phone')), {
      ok: true,
      value: 'from the phone',
    });
  });
});
