import * as v from 'valibot';
import type { Clock } from '../../base/clock.ts';
import { equalBytes, fromBase64, randomBytes, toBase64, utf8, wipe } from './bytes.ts';
import { DeviceLink } from './link.ts';
import { linkMailboxesSchema, linkStateSchema } from './linkSchema.ts';
import { fingerprintOf, type PairCode, type PairRoom, pairRoom } from './pairCode.ts';
import { claimKey, pairedKeys, proofMessage, type Transcript } from './pairKeys.ts';
import {
  openToPhone,
  type PairRefusal,
  sealToWorkspace,
  type ToPhoneInRoom,
} from './pairMessages.ts';
import {
  agree,
  encrypt,
  NONCE_BYTES,
  newAgreementKey,
  newSigningKey,
  type Signatures,
  sign,
} from './primitives.ts';

const phoneRecord = v.object({
  workspaceKey: v.string(),
  signingKey: v.string(),
  mailboxes: linkMailboxesSchema,
  link: linkStateSchema,
});

/** What a phone keeps of a pairing; plain JSON, and secret. */
export type PhoneRecord = v.InferOutput<typeof phoneRecord>;

/** `undefined` for a record that cannot be used: the phone has to be paired again. */
export function parsePhoneRecord(value: unknown): PhoneRecord | undefined {
  const parsed = v.safeParse(phoneRecord, value);
  return parsed.success ? parsed.output : undefined;
}

/** The phone's side of a link. Store `link.state` in the record before acting on what it opened. */
export function phoneLink(record: PhoneRecord, clock: Clock, signatures?: Signatures): DeviceLink {
  const signingKey = fromBase64(record.signingKey, 32);
  const peerKey = fromBase64(record.workspaceKey, 32);
  if (!signingKey || !peerKey) throw new TypeError('The record of this pairing has no keys');
  return new DeviceLink({
    side: 'phone',
    state: record.link,
    signingKey,
    peerKey,
    clock,
    ...(signatures && { signatures }),
  });
}

/** What a message of the workspace comes to. */
export type PairStep =
  /** Leave this in `room.toWorkspace`. */
  | { readonly kind: 'send'; readonly envelope: string }
  /** Show the digits; from now on listen at `record.mailboxes.toPhone`, and send a `sync` there. */
  | { readonly kind: 'claimed'; readonly record: PhoneRecord; readonly digits: string }
  /** `wrongKeys`: somebody else answered. Nothing was given away; start again from VS Code. */
  | { readonly kind: 'refused'; readonly reason: PairRefusal | 'wrongKeys' }
  /** Not for this phone, or for a step that is over. */
  | { readonly kind: 'ignored' };

/**
 * The phone's side of one pairing. Listen at `room.toPhone`; once the stream is open leave {@link hello} in
 * `room.toWorkspace`, again every two seconds until an answer comes; give what arrives to {@link receive}.
 */
export class PhonePairing {
  readonly room: PairRoom;
  readonly #code: PairCode;
  readonly #name: string;
  readonly #id = toBase64(randomBytes(16));
  readonly #ephemeral = newAgreementKey();
  readonly #agreement = newAgreementKey();
  readonly #signing = newSigningKey();
  #paired: Extract<PairStep, { kind: 'claimed' }> | undefined;
  #claim: string | undefined;

  /** `name` is what VS Code calls the phone, 1 to 100 characters. */
  constructor(code: PairCode, name: string) {
    this.#code = code;
    this.#name = name;
    this.room = pairRoom(code);
  }

  hello(): string {
    return sealToWorkspace(this.room, { t: 'hello', from: this.#id });
  }

  receive(text: string): PairStep {
    const message = openToPhone(this.room, text);
    if (!message || message.to !== this.#id) return { kind: 'ignored' };
    switch (message.t) {
      case 'offer':
        return this.#onOffer(message);
      case 'claimed':
        return this.#paired ?? { kind: 'ignored' };
      case 'refused':
        return { kind: 'refused', reason: message.reason };
    }
  }

  /** A second offer gets the same claim: the first one may be lost. */
  #onOffer({ wx, we, ep }: Extract<ToPhoneInRoom, { t: 'offer' }>): PairStep {
    if (this.#claim !== undefined) return { kind: 'send', envelope: this.#claim };
    if (!equalBytes(fingerprintOf(wx, we), this.#code.fingerprint))
      return { kind: 'refused', reason: 'wrongKeys' };
    const dhE = agree(this.#ephemeral.secret, wx);
    const dhD = agree(this.#agreement.secret, wx);
    const [ex, dx, de] = [this.#ephemeral.public, this.#agreement.public, this.#signing.public];
    const transcript = { wx, we, ex, dx, de };
    this.#claim = this.#sealClaim(transcript, dhE);
    const { workspace, secret } = this.#code;
    const { digits, ...keys } = pairedKeys({
      workspace,
      epoch: ep,
      transcript,
      dhE,
      dhD,
      secret,
    });
    const signingKey = toBase64(this.#signing.secret);
    this.#paired = {
      kind: 'claimed',
      record: { ...keys, workspaceKey: toBase64(we), signingKey },
      digits,
    };
    wipe(dhE, dhD, this.#ephemeral.secret, this.#agreement.secret);
    return { kind: 'send', envelope: this.#claim };
  }

  #sealClaim(transcript: Transcript, dhE: Uint8Array): string {
    const { ex, dx, de } = transcript;
    const proof = sign(proofMessage(transcript, this.#name), this.#signing.secret);
    const body = {
      dx: toBase64(dx),
      de: toBase64(de),
      name: this.#name,
      proof: toBase64(proof),
    };
    const key = claimKey(dhE, this.#code.secret, transcript);
    const n = randomBytes(NONCE_BYTES);
    const c = toBase64(encrypt(key, n, ex, utf8(JSON.stringify(body))));
    wipe(key);
    return sealToWorkspace(this.room, { t: 'claim', from: this.#id, ex, n, c });
  }
}
