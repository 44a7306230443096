import { concat, toBase64, utf8, wipe } from './bytes.ts';
import type { LinkState } from './link.ts';
import { deriveFor, hashOf } from './primitives.ts';
import { EMPTY_WINDOW } from './sequenceWindow.ts';

/** The public keys of both sides, as they were exchanged. */
export interface Transcript {
  /** Of the workspace: X25519 and Ed25519. */
  readonly wx: Uint8Array;
  readonly we: Uint8Array;
  /** Of the phone: the X25519 key of this pairing, its own X25519 key, its Ed25519 key. */
  readonly ex: Uint8Array;
  readonly dx: Uint8Array;
  readonly de: Uint8Array;
}

/** Seals the claim. Needs the workspace's secret or the phone's ephemeral one, and the secret of the QR code. */
export function claimKey(
  dhE: Uint8Array,
  secret: Uint8Array,
  { wx, we, ex }: Pick<Transcript, 'wx' | 'we' | 'ex'>,
): Uint8Array {
  const material = concat(dhE, secret);
  const key = deriveFor('claim', material, hashOf('claim', wx, we, ex));
  wipe(material);
  return key;
}

/** What the phone signs: nobody else can have sent these keys under this name. */
export function proofMessage({ wx, we, ex, dx, de }: Transcript, name: string): Uint8Array {
  return hashOf('proof', wx, we, ex, dx, de, utf8(name));
}

/** What both sides have in common after a pairing. */
export interface PairedKeys {
  readonly mailboxes: LinkMailboxes;
  readonly link: LinkState;
  /** What the phone shows and the person types into VS Code. */
  readonly digits: string;
}

export interface LinkMailboxes {
  /** The phone leaves its messages here. */
  readonly toWorkspace: string;
  /** The phone listens here. */
  readonly toPhone: string;
}

export interface PairedInput {
  readonly workspace: string;
  readonly epoch: number;
  readonly transcript: Transcript;
  /** Shared secrets of the workspace's key with the phone's ephemeral and its own key. */
  readonly dhE: Uint8Array;
  readonly dhD: Uint8Array;
  readonly secret: Uint8Array;
}

/** The same on both sides; wipes the root when everything is derived from it. */
export function pairedKeys(input: PairedInput): PairedKeys {
  const { wx, we, ex, dx, de } = input.transcript;
  const th = hashOf('pair', wx, we, ex, dx, de);
  const material = concat(input.dhE, input.dhD, input.secret);
  const root = deriveFor('root', material, th);
  const chain = deriveFor(`chain ${input.epoch}`, root);
  const mailbox = (label: string) => toBase64(deriveFor(label, root, th, 24));
  const keys: PairedKeys = {
    mailboxes: { toWorkspace: mailbox('mailbox d2w'), toPhone: mailbox('mailbox w2d') },
    link: {
      workspace: input.workspace,
      device: deviceId(dx, de),
      epoch: input.epoch,
      chain: toBase64(chain),
      sent: 0,
      received: EMPTY_WINDOW,
    },
    digits: digitsOf(th),
  };
  wipe(material, root, chain);
  return keys;
}

/** 12 characters. */
function deviceId(dx: Uint8Array, de: Uint8Array): string {
  return toBase64(hashOf('did', dx, de).slice(0, 9));
}

/** Six digits that differ when anybody stands between the two sides. */
function digitsOf(th: Uint8Array): string {
  const hash = hashOf('sas', th);
  const number = new DataView(hash.buffer, hash.byteOffset).getBigUint64(0);
  return String(number % 1_000_000n).padStart(6, '0');
}
