import { fromBase64, toBase64 } from './bytes.ts';
import { deriveFor, hashOf } from './primitives.ts';

/** What the QR code holds. It stands in the fragment of the link, which a browser sends to nobody. */
export interface PairCode {
  /** The workspace's id, 11 characters. */
  readonly workspace: string;
  /** The first 16 bytes of the hash of the workspace's public keys. */
  readonly fingerprint: Uint8Array;
  /** 32 bytes, for one pairing. */
  readonly secret: Uint8Array;
}

/** Five minutes, in milliseconds. */
export const PAIR_CODE_LIFE = 5 * 60_000;

/** `1.<workspace>.<fingerprint>.<secret>` */
export function formatPairCode({ workspace, fingerprint, secret }: PairCode): string {
  return `1.${workspace}.${toBase64(fingerprint)}.${toBase64(secret)}`;
}

/** `undefined` when it is no code; a leading `#` is taken off. */
export function parsePairCode(fragment: string): PairCode | undefined {
  const [version, workspace = '', print = '', s = '', ...rest] = fragment
    .replace(/^#/, '')
    .split('.');
  if (version !== '1' || rest.length > 0 || !fromBase64(workspace, 8)) return undefined;
  const fingerprint = fromBase64(print, 16);
  const secret = fromBase64(s, 32);
  return fingerprint && secret && { workspace, fingerprint, secret };
}

/** Of the workspace's public keys: X25519, then Ed25519. */
export function fingerprintOf(agreement: Uint8Array, signing: Uint8Array): Uint8Array {
  return hashOf('fp', agreement, signing).slice(0, 16);
}

/** Where a pairing takes place: the phone leaves messages in one mailbox and listens at the other. */
export interface PairRoom {
  readonly toWorkspace: string;
  readonly toPhone: string;
  /** For both directions; whoever has seen the code has it. */
  readonly key: Uint8Array;
}

export function pairRoom({ workspace, secret }: Pick<PairCode, 'workspace' | 'secret'>): PairRoom {
  const salt = hashOf('room', new TextEncoder().encode(workspace));
  const mailbox = (label: string) => toBase64(deriveFor(label, secret, salt, 24));
  return {
    toWorkspace: mailbox('mailbox p2w'),
    toPhone: mailbox('mailbox w2p'),
    key: deriveFor('room', secret, salt),
  };
}
