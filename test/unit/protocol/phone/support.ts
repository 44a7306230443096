import assert from 'node:assert/strict';
import type { Clock } from '../../../../src/base/clock.ts';
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
import { ManualClock } from '../../../support/fakes.ts';

/** A workspace that shows a code. */
export function workspace(clock: Clock = new ManualClock()) {
  const keys = {
    id: toBase64(randomBytes(8)),
    agreement: newAgreementKey(),
    signing: newSigningKey(),
  };
  const secret = randomBytes(32);
  const fingerprint = fingerprintOf(keys.agreement.public, keys.signing.public);
  const code = parsePairCode(`#${formatPairCode({ workspace: keys.id, fingerprint, secret })}`);
  assert.ok(code);
  const pairing = new WorkspacePairing({ keys, secret, epoch: dayOf(clock.now()) });
  return { keys, code, pairing };
}

export function sent(step: PairStep | ClaimStep): string {
  assert.ok('envelope' in step, `nothing was sent: ${step.kind}`);
  return step.envelope;
}

/** All four messages between them. */
export function pair(pairing: WorkspacePairing, phone: PhonePairing) {
  const offer = sent(pairing.receive(phone.hello()));
  const claim = sent(phone.receive(offer));
  const claimed = pairing.receive(claim);
  const step = phone.receive(sent(claimed));
  return { offer, claim, claimed, step };
}

/** A paired workspace and phone, each with a clock of its own. */
export function paired() {
  const clocks = { desktop: new ManualClock(), phone: new ManualClock() };
  const { keys, code, pairing } = workspace(clocks.desktop);
  const { claimed, step } = pair(pairing, scanned(code));
  assert.ok(claimed.kind === 'claimed' && step.kind === 'claimed');
  const { device } = claimed;
  const desktopOptions = {
    side: 'workspace',
    state: device.link,
    signingKey: keys.signing.secret,
    peerKey: device.peerKey,
    clock: clocks.desktop,
  } as const;
  const desktop = new DeviceLink(desktopOptions);
  const phone = phoneLink(step.record, clocks.phone);
  return { desktop, phone, clocks, desktopOptions, record: step.record, device };
}

export function scanned(code: PairCode, name = 'Pixel 8'): PhonePairing {
  return new PhonePairing(code, name);
}
