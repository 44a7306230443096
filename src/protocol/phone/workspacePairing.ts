import { fromBase64, fromUtf8, wipe } from './bytes.ts';
import { type PairRoom, pairRoom } from './pairCode.ts';
import { claimKey, type PairedKeys, pairedKeys, proofMessage } from './pairKeys.ts';
import {
  openToWorkspace,
  type PairRefusal,
  parseClaimBody,
  sealToPhone,
  type ToWorkspaceInRoom,
} from './pairMessages.ts';
import { agree, decrypt, type KeyPair, verify } from './primitives.ts';

/** Of one workspace; both are kept in its secret storage. */
export interface WorkspaceKeys {
  /** 8 random bytes, base64url. */
  readonly id: string;
  /** X25519. */
  readonly agreement: KeyPair;
  /** Ed25519. */
  readonly signing: KeyPair;
}

/** A phone that has proved that it scanned the code; the person has not typed its digits yet. */
export interface ClaimedDevice extends PairedKeys {
  readonly name: string;
  /** Its Ed25519 key. */
  readonly peerKey: Uint8Array;
}

/** What a message in the room comes to; `envelope` goes into `room.toPhone`. */
export type ClaimStep =
  | { readonly kind: 'offer'; readonly envelope: string }
  /** Once for each code. */
  | { readonly kind: 'claimed'; readonly envelope: string; readonly device: ClaimedDevice }
  /** The first phone said it again. */
  | { readonly kind: 'repeated'; readonly envelope: string }
  | { readonly kind: 'refused'; readonly envelope: string; readonly reason: PairRefusal }
  | { readonly kind: 'ignored' };

export interface WorkspacePairingOptions {
  readonly keys: WorkspaceKeys;
  /** Of the QR code, 32 bytes; taken over, and wiped when it is used or {@link WorkspacePairing.end} is called. */
  readonly secret: Uint8Array;
  /** The epoch that the link starts at. */
  readonly epoch: number;
}

/** The workspace's side of one QR code: one code, one claim. Knows no time; its owner ends it. */
export class WorkspacePairing {
  readonly room: PairRoom;
  readonly #options: WorkspacePairingOptions;
  #claimedBy: string | undefined;
  #ended: PairRefusal | undefined;

  constructor(options: WorkspacePairingOptions) {
    this.#options = options;
    this.room = pairRoom({ workspace: options.keys.id, secret: options.secret });
  }

  /** Whoever comes from now on is told the reason. */
  end(reason: PairRefusal): void {
    this.#ended ??= reason;
    wipe(this.#options.secret);
  }

  receive(text: string): ClaimStep {
    const message = openToWorkspace(this.room, text);
    if (!message) return { kind: 'ignored' };
    if (this.#ended) return this.#refuse(message.from, this.#ended);
    if (this.#claimedBy === message.from) {
      // It asks again because it did not hear: its claim was the one that counted.
      const envelope = sealToPhone(this.room, { t: 'claimed', to: message.from });
      return { kind: 'repeated', envelope };
    }
    if (this.#claimedBy !== undefined) return this.#refuse(message.from, 'used');
    return message.t === 'hello' ? this.#offer(message.from) : this.#onClaim(message);
  }

  #offer(to: string): ClaimStep {
    const { keys, epoch } = this.#options;
    const offer = { t: 'offer', to, wx: keys.agreement.public, we: keys.signing.public } as const;
    return { kind: 'offer', envelope: sealToPhone(this.room, { ...offer, ep: epoch }) };
  }

  #onClaim(message: Extract<ToWorkspaceInRoom, { t: 'claim' }>): ClaimStep {
    const device = this.#readClaim(message);
    if (!device) return this.#refuse(message.from, 'badClaim');
    this.#claimedBy = message.from;
    wipe(this.#options.secret);
    const envelope = sealToPhone(this.room, { t: 'claimed', to: message.from });
    return { kind: 'claimed', envelope, device };
  }

  #readClaim({ ex, n, c }: Extract<ToWorkspaceInRoom, { t: 'claim' }>): ClaimedDevice | undefined {
    const { keys, secret, epoch } = this.#options;
    const [wx, we] = [keys.agreement.public, keys.signing.public];
    try {
      const dhE = agree(keys.agreement.secret, ex);
      const key = claimKey(dhE, secret, { wx, we, ex });
      const body = decrypt(key, n, ex, fromBase64(c) ?? new Uint8Array());
      wipe(key);
      const claim = body && parseClaimBody(fromUtf8(body));
      if (!claim) return undefined;
      const { dx, de, name, proof } = claim;
      const transcript = { wx, we, ex, dx, de };
      if (!verify(proof, proofMessage(transcript, name), de)) return undefined;
      const dhD = agree(keys.agreement.secret, dx);
      const input = { workspace: keys.id, epoch, transcript, dhE, dhD, secret };
      const paired = pairedKeys(input);
      wipe(dhE, dhD);
      return { ...paired, name, peerKey: de };
    } catch {
      // A key that is no point of the curve, or text that is no UTF-8.
      return undefined;
    }
  }

  #refuse(to: string, reason: PairRefusal): ClaimStep {
    const envelope = sealToPhone(this.room, { t: 'refused', to, reason });
    return { kind: 'refused', envelope, reason };
  }
}
